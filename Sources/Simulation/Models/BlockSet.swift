// SPDX-License-Identifier: Apache-2.0
internal import Quantilizer

/// Which blocks of 256 indices of a round are done, bit by bit: the slow and plain twin of what the
/// coordinator keeps as a forest.
struct BlockSet {
    let indices: Range<UInt64>
    private var words: [UInt64]
    /// Samples in the blocks that are done.
    private(set) var samples: UInt64 = 0

    init(_ indices: Range<UInt64>) {
        self.indices = indices
        let blocks = (indices.upperBound - indices.lowerBound + 255) / 256
        words = Array(repeating: 0, count: Int((blocks + 63) / 64))
    }

    var isComplete: Bool { samples == indices.upperBound - indices.lowerBound }

    private func blocks(_ range: DyadicRange) -> Range<UInt64> {
        let part = range.clipped(to: indices)
        guard !part.isEmpty else { return 0..<0 }
        return (part.lowerBound - indices.lowerBound)
            / 256..<(part.upperBound - indices.lowerBound + 255) / 256
    }

    func contains(_ range: DyadicRange) -> Bool {
        blocks(range).allSatisfy { words[Int($0 / 64)] & (1 << ($0 % 64)) != 0 }
    }

    /// Adds a range; what was in it counts once.
    mutating func insert(_ range: DyadicRange) {
        for block in blocks(range) where words[Int(block / 64)] & (1 << (block % 64)) == 0 {
            words[Int(block / 64)] |= 1 << (block % 64)
            let start = indices.lowerBound + 256 * block
            samples += min(256, indices.upperBound - start)
        }
    }
}
