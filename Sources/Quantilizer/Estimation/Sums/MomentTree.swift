// SPDX-License-Identifier: Apache-2.0

/// The fixed tree over successive blocks: a binary counter of nodes that wait for their sibling.
struct MomentTree {
    private var nodes: [(level: Int, moments: Moments)] = []

    mutating func add(_ block: Moments) { add((0, block)) }

    private mutating func add(_ new: (level: Int, moments: Moments)) {
        var node = new
        while let last = nodes.last, last.level == node.level {
            nodes.removeLast()
            node = (node.level + 1, last.moments.combined(with: node.moments))
        }
        nodes.append(node)
    }

    /// Adds blocks of nothing for so many samples, of 256 a block.
    ///
    /// **Complexity**: O(log samples): what is nothing is added by nodes as large as stand there.
    mutating func skip(_ samples: Int) {
        var blocks = (samples + 255) / 256
        while blocks > 0 {
            let largest = Int.bitWidth - 1 - blocks.leadingZeroBitCount
            let level = min(largest, nodes.last?.level ?? largest)
            add((level, Moments()))
            blocks -= 1 << level
        }
    }

    /// The root; of a dyadic range there is one node.
    var root: Moments { nodes.last?.moments ?? Moments() }
}
