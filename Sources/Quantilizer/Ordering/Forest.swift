// SPDX-License-Identifier: Apache-2.0

/// Something a parent range has of its left and its right half.
protocol Combinable: Sendable {
    func combined(with right: Self) -> Self
    /// Bytes that it takes in a snapshot, at least; 0 where nobody asks.
    var weight: Int { get }
}

extension Combinable {
    var weight: Int { 0 }
}

/// The ranges that are done, each with its payload; siblings join as soon as both are there.
///
/// It is the fixed binary tree of sums, grown from the leaves in any order: a payload of a range
/// is the same however the range was cut. Memory follows the number of gaps, not of samples.
///
/// The ranges that are done are its roots. They hang in a tree over the bits of their starts, in
/// which a branch stands for the least range that holds both its parts. A copy shares the tree, and
/// a change of either copies the path to the place and nothing else.
///
/// **Complexity**: a copy O(1); everything about one place O(depth). The depth is at most
/// ``mostDepth``, and about log2 of the number of roots where they lie close together.
struct Forest<Payload: Combinable>: Sendable {
    struct Node: Sendable {
        var range: DyadicRange
        var payload: Payload
        /// False for a last block that reaches past the samples wanted: it may be replaced by the
        /// whole block, so it stays apart.
        var isWhole = true
    }

    /// What all roots come to.
    fileprivate struct Size: Sendable {
        var count = 0
        var weight = 0

        mutating func add(_ node: Node) {
            count += 1
            weight += node.payload.weight
        }

        mutating func remove(_ node: Node) {
            count -= 1
            weight -= node.payload.weight
        }
    }

    /// How a range lies to what is done.
    enum Relation: Equatable {
        /// Nothing of it is done.
        case free
        /// All of it is done.
        case covered
        /// Some roots, a proper part of it, are done.
        case partly
    }

    private var tree: Tree?
    private var size = Size()

    /// Branches above one root at most: a branch halves its range.
    static var mostDepth: Int { DyadicRange.maximumLevel + 1 - DyadicRange.blockLevel }

    /// The roots: disjoint, in order of start, no two of them siblings.
    var nodes: Nodes { Nodes(tree) }

    /// The number of roots.
    var count: Int { size.count }

    /// Bytes that the payloads take in a snapshot, at least.
    var weight: Int { size.weight }

    func relation(to range: DyadicRange) -> Relation {
        guard var here = tree else { return .free }
        while true {
            switch here {
            case .root(let node):
                if node.range.contains(range) { return .covered }
                return range.contains(node.range) ? .partly : .free
            case .branch(let whole, let parts):
                // Its roots are two at least, and not siblings that are whole.
                if range.contains(whole) { return .partly }
                guard whole.contains(range) else { return .free }
                here = parts[whole.half(of: range.start)]
            }
        }
    }

    /// Whether the index is in a range that is done.
    func contains(index: UInt64) -> Bool {
        guard var here = tree else { return false }
        while case .branch(let whole, let parts) = here { here = parts[whole.half(of: index)] }
        return here.range.contains(index: index)
    }

    /// The branches between the top and the place of an index: what is visited for it.
    func depth(at index: UInt64) -> Int {
        guard var here = tree else { return 0 }
        var depth = 0
        while case .branch(let whole, let parts) = here {
            here = parts[whole.half(of: index)]
            depth += 1
        }
        return depth
    }

    /// Changes the payload of the root that holds an index, in ways that its weight does not show.
    mutating func update(index: UInt64, _ change: (inout Payload) -> Void) {
        tree?.update(index: index, change)
    }

    /// Takes away the roots in a range; returns them, in order.
    ///
    /// **Complexity**: O(depth + roots taken away).
    @discardableResult
    mutating func remove(in range: DyadicRange) -> [Node] {
        guard var rest = tree else { return [] }
        tree = nil
        var removed: [Node] = []
        let remains = rest.remove(in: range, &removed, &size)
        if remains { tree = rest }
        return removed
    }

    /// Takes away the last block where it is not whole.
    mutating func removeUnfinished() {
        for node in nodes where !node.isWhole { remove(in: node.range) }
    }

    /// Adds a range of which nothing is done, and joins what becomes whole.
    mutating func insert(_ range: DyadicRange, _ payload: Payload, isWhole: Bool = true) {
        insert(Node(range: range, payload: payload, isWhole: isWhole))
    }

    /// Adds a root of which nothing is done, and joins what becomes whole.
    mutating func insert(_ node: Node) {
        size.add(node)
        if tree == nil {
            tree = .root(node)
        } else {
            tree?.insert(node, &size)
        }
    }

    /// The root of the fixed tree: missing ranges count as `zero`; nil where nothing is done.
    ///
    /// **Complexity**: O(roots · depth).
    func total(zero: Payload) -> Payload? { tree?.total(zero) }

    /// The parts of `range` that are not done, as admissible ranges in order, at most `limit`.
    ///
    /// **Complexity**: O(depth + roots in the range + parts).
    func missing(in range: Range<UInt64>, limit: Int) -> [DyadicRange] {
        var result: [DyadicRange] = []
        var start = range.lowerBound
        var roots = Nodes(tree, from: start)
        while start < range.upperBound, result.count < limit {
            let root = roots.next()
            let gapEnd = root.map { min($0.range.start, range.upperBound) } ?? range.upperBound
            if start < gapEnd {
                var cover = DyadicRange.Cover(start..<gapEnd)
                while result.count < limit, let next = cover.next() { result.append(next) }
            }
            guard let root else { break }
            start = root.range.end
        }
        return result
    }
}

extension Forest {
    /// The roots in order; those that end at or before an index are passed over without a look.
    struct Nodes: Sequence, IteratorProtocol {
        private var waiting: [Tree]
        private let start: UInt64

        fileprivate init(_ tree: Tree?, from start: UInt64 = 0) {
            waiting = tree.map { [$0] } ?? []
            self.start = start
        }

        mutating func next() -> Node? {
            while let tree = waiting.popLast() {
                switch tree {
                case .root(let node):
                    if node.range.end > start { return node }
                case .branch(let whole, let parts):
                    guard whole.end > start else { continue }
                    waiting.append(parts[1])
                    waiting.append(parts[0])
                }
            }
            return nil
        }
    }

    /// A part of the tree. While one is changed its branch is emptied, so that it is the only one to
    /// hold it and no copy is made; where another forest holds it too, that keeps its own.
    fileprivate enum Tree: Sendable {
        case root(Node)
        /// The least range that holds two parts, which lie in its left and in its right half.
        case branch(DyadicRange, [Tree])

        /// Two parts together: one root where they are whole halves.
        init(_ whole: DyadicRange, _ parts: [Tree], _ size: inout Size) {
            guard case .root(let left) = parts[0], case .root(let right) = parts[1],
                left.isWhole, right.isWhole, whole.level <= DyadicRange.maximumLevel,
                left.range.level + 1 == whole.level, right.range.level + 1 == whole.level
            else {
                self = .branch(whole, parts)
                return
            }
            let node = Node(range: whole, payload: left.payload.combined(with: right.payload))
            size.remove(left)
            size.remove(right)
            size.add(node)
            self = .root(node)
        }

        var range: DyadicRange {
            switch self {
            case .root(let node): node.range
            case .branch(let whole, _): whole
            }
        }

        mutating func insert(_ node: Node, _ size: inout Size) {
            if case .branch(let whole, var parts) = self, whole.contains(node.range) {
                self = .branch(whole, [])
                parts[whole.half(of: node.range.start)].insert(node, &size)
                self = Tree(whole, parts, &size)
            } else {
                let other = self
                let isFirst = node.range.start < other.range.start
                let parts: [Tree] = isFirst ? [.root(node), other] : [other, .root(node)]
                self = Tree(other.range.enclosing(node.range), parts, &size)
            }
        }

        mutating func update(index: UInt64, _ change: (inout Payload) -> Void) {
            switch self {
            case .root(var node):
                guard node.range.contains(index: index) else { return }
                self = .branch(node.range, [])
                change(&node.payload)
                self = .root(node)
            case .branch(let whole, var parts):
                self = .branch(whole, [])
                parts[whole.half(of: index)].update(index: index, change)
                self = .branch(whole, parts)
            }
        }

        /// Takes away the roots in a range; false where nothing is left.
        mutating func remove(
            in range: DyadicRange, _ removed: inout [Node], _ size: inout Size
        ) -> Bool {
            if range.contains(self.range) {
                for node in Nodes(self) {
                    removed.append(node)
                    size.remove(node)
                }
                return false
            }
            guard case .branch(let whole, var parts) = self, whole.contains(range) else {
                return true
            }
            self = .branch(whole, [])
            let half = whole.half(of: range.start)
            let remains = parts[half].remove(in: range, &removed, &size)
            self = remains ? .branch(whole, parts) : parts[1 - half]
            return true
        }

        func total(_ zero: Payload) -> Payload {
            switch self {
            case .root(let node): node.payload
            case .branch(let whole, let parts):
                parts[0].total(zero, at: whole.level - 1)
                    .combined(with: parts[1].total(zero, at: whole.level - 1))
            }
        }

        /// The total of the range of a level that holds this one: of the rest nothing is there.
        private func total(_ zero: Payload, at level: Int) -> Payload {
            var here = range
            var payload = total(zero)
            while here.level < level {
                payload =
                    here.isLeft ? payload.combined(with: zero) : zero.combined(with: payload)
                here = here.parent
            }
            return payload
        }
    }
}
