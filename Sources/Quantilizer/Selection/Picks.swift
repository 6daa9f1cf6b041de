// SPDX-License-Identifier: Apache-2.0

/// A kept sample with its priority to become a draw.
struct Pick: Comparable, Hashable, Sendable {
    var priority: UInt64
    var key: Key

    /// The smaller goes first.
    static func < (a: Pick, b: Pick) -> Bool {
        a.priority != b.priority ? a.priority < b.priority : a.key.index < b.key.index
    }
}

extension Pick {
    /// A kept sample with its priority to become a draw of a selection.
    init(_ key: Key, of selection: Selection, _ streams: Streams) {
        self.init(
            priority: streams.priority(selection: selection.number, index: key.index), key: key)
    }
}

/// The `capacity` picks of smallest (priority, index): a uniform choice without replacement.
struct Picks: Sendable, Equatable {
    private(set) var entries: [Pick] = []
    let capacity: Int
    /// Nothing above it can stay.
    private var ceiling: UInt64 = .max

    init(capacity: Int) { self.capacity = capacity }

    /// The draws of a selection that keeps these samples.
    init(of keys: [Key], selection: Selection, job: CompiledJob) {
        self.init(capacity: job.settings.draws)
        let streams = Streams(seed: job.settings.seed)
        for key in keys { append(Pick(key, of: selection, streams)) }
    }

    /// Whether a pick of this priority could stay.
    func wants(_ priority: UInt64) -> Bool { capacity > 0 && priority <= ceiling }

    mutating func append(_ pick: Pick) {
        guard wants(pick.priority) else { return }
        entries.append(pick)
        if entries.count >= max(2 * capacity, 64) { trim() }
    }

    mutating func append(contentsOf picks: [Pick]) { picks.forEach { append($0) } }

    mutating func trim() {
        guard entries.count > capacity, capacity > 0 else { return }
        // The largest in descending order is the smallest: rank from the other end.
        let last = Quickselect.largest(entries.count - capacity + 1, of: &entries)
        entries.removeAll { $0 > last }
        ceiling = last.priority
    }

    mutating func remove(in range: DyadicRange) {
        entries.removeAll { range.contains(index: $0.key.index) }
        // What was cut because of them comes again with the wider range.
        ceiling = .max
    }

    /// The picks in the order of the draws.
    var sorted: [Pick] {
        var copy = self
        copy.trim()
        return copy.entries.sorted()
    }
}
