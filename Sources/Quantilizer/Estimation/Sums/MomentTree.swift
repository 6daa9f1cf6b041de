// SPDX-License-Identifier: Apache-2.0

/// The fixed tree over successive blocks: a binary counter of nodes that wait for their sibling.
struct MomentTree {
    private var nodes: [(level: Int, moments: Moments)] = []

    mutating func add(_ block: Moments) {
        var node = (level: 0, moments: block)
        while let last = nodes.last, last.level == node.level {
            nodes.removeLast()
            node = (node.level + 1, last.moments.combined(with: node.moments))
        }
        nodes.append(node)
    }

    /// Adds blocks of nothing for so many samples, of 256 a block.
    mutating func skip(_ samples: Int) {
        for _ in stride(from: 0, to: samples, by: 256) { add(Moments()) }
    }

    /// The root; of a dyadic range there is one node.
    var root: Moments { nodes.last?.moments ?? Moments() }
}
