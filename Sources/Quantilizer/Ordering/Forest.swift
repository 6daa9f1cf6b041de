// SPDX-License-Identifier: Apache-2.0

/// Something a parent range has of its left and its right half.
protocol Combinable: Sendable {
    func combined(with right: Self) -> Self
}

/// The ranges that are done, each with its payload; siblings join as soon as both are there.
///
/// It is the fixed binary tree of sums, grown from the leaves in any order: a payload of a range
/// is the same however the range was cut. Memory follows the number of gaps, not of samples.
///
/// **Complexity**: `insert` O(log n) search and O(n) shift, n the number of roots.
struct Forest<Payload: Combinable>: Sendable {
    struct Node: Sendable {
        var range: DyadicRange
        var payload: Payload
        /// False for a last block that reaches past the samples wanted: it may be replaced by the
        /// whole block, so it stays apart.
        var isWhole = true
    }

    /// Disjoint, in order of start, no two of them siblings.
    private(set) var nodes: [Node] = []

    /// How a range lies to what is done.
    enum Relation: Equatable {
        /// Nothing of it is done.
        case free
        /// All of it is done.
        case covered
        /// These roots, a proper part of it, are done.
        case partly(Range<Int>)
    }

    /// The first root that ends after `start`.
    private func position(_ start: UInt64) -> Int {
        var low = 0
        var high = nodes.count
        while low < high {
            let middle = (low + high) / 2
            if nodes[middle].range.end <= start { low = middle + 1 } else { high = middle }
        }
        return low
    }

    func relation(to range: DyadicRange) -> Relation {
        let first = position(range.start)
        guard first < nodes.count, nodes[first].range.start < range.end else { return .free }
        if nodes[first].range.contains(range) { return .covered }
        var end = first
        while end < nodes.count, nodes[end].range.start < range.end { end += 1 }
        return .partly(first..<end)
    }

    /// Whether the index is in a range that is done.
    func contains(index: UInt64) -> Bool {
        let first = position(index)
        return first < nodes.count && nodes[first].range.contains(index: index)
    }

    /// Changes the payload of the root that holds an index.
    mutating func update(index: UInt64, _ change: (inout Payload) -> Void) {
        let first = position(index)
        if first < nodes.count, nodes[first].range.contains(index: index) {
            change(&nodes[first].payload)
        }
    }

    mutating func remove(_ positions: Range<Int>) { nodes.removeSubrange(positions) }

    /// Takes away the last block where it is not whole.
    mutating func removeUnfinished() { nodes.removeAll { !$0.isWhole } }

    /// Adds a range of which nothing is done, and joins what becomes whole.
    mutating func insert(_ range: DyadicRange, _ payload: Payload, isWhole: Bool = true) {
        var node = Node(range: range, payload: payload, isWhole: isWhole)
        var place = position(range.start)
        while node.isWhole, node.range.level < DyadicRange.maximumLevel {
            if node.range.isLeft {
                guard place < nodes.count, nodes[place].range == node.range.sibling,
                    nodes[place].isWhole
                else { break }
                node.payload = node.payload.combined(with: nodes[place].payload)
                nodes.remove(at: place)
            } else {
                guard place > 0, nodes[place - 1].range == node.range.sibling else { break }
                node.payload = nodes[place - 1].payload.combined(with: node.payload)
                nodes.remove(at: place - 1)
                place -= 1
            }
            node.range = node.range.parent
        }
        nodes.insert(node, at: place)
    }

    /// The root of the fixed tree: missing ranges count as `zero`; nil where nothing is done.
    func total(zero: Payload) -> Payload? {
        guard let first = nodes.first, let last = nodes.last else { return nil }
        var root = first.range
        while !root.contains(last.range) && root.level < DyadicRange.maximumLevel {
            root = root.parent
        }
        return total(of: root, nodes[...], zero)
    }

    private func total(of range: DyadicRange, _ part: ArraySlice<Node>, _ zero: Payload) -> Payload
    {
        guard let first = part.first else { return zero }
        if first.range == range { return first.payload }
        guard let (left, right) = range.halves else { return zero }
        let split = part.firstIndex { $0.range.start >= right.start } ?? part.endIndex
        return total(of: left, part[..<split], zero)
            .combined(with: total(of: right, part[split...], zero))
    }

    /// The parts of `range` that are not done, as admissible ranges in order, at most `limit`.
    func missing(in range: Range<UInt64>, limit: Int) -> [DyadicRange] {
        var result: [DyadicRange] = []
        var start = range.lowerBound
        var place = position(start)
        while start < range.upperBound, result.count < limit {
            let gapEnd =
                place < nodes.count
                ? min(nodes[place].range.start, range.upperBound) : range.upperBound
            if start < gapEnd {
                var cover = DyadicRange.Cover(start..<gapEnd)
                while result.count < limit, let next = cover.next() { result.append(next) }
            }
            if place >= nodes.count { break }
            start = nodes[place].range.end
            place += 1
        }
        return result
    }
}
