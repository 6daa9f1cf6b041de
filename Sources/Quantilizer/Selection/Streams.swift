// SPDX-License-Identifier: Apache-2.0

/// The random words that selection needs beside the samples: tie labels and pick priorities.
struct Streams: Sendable {
    private let labels: RandomStream
    private let picks: RandomStream

    init(seed: UInt64) {
        labels = RandomStream(seed: seed, domain: .tieLabel)
        picks = RandomStream(seed: seed, domain: .pick)
    }

    /// The tie label of a sample for a utility. Pilots have labels of their own.
    @inline(__always)
    func label(domain: Domain, utility: Int, index: UInt64) -> UInt64 {
        let own: UInt32 = domain == .pilot ? 1 << 31 : 0
        return labels.word(index: index, block: UInt32(utility) | own)
    }

    /// The priority of a sample to become a draw of a selection, smaller first.
    @inline(__always)
    func priority(selection: Int, index: UInt64) -> UInt64 {
        picks.word(index: index, block: UInt32(selection))
    }
}
