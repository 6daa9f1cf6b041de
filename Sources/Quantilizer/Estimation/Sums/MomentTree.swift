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

    /// The root; of a dyadic range there is one node.
    var root: Moments { nodes.last?.moments ?? Moments() }
}
