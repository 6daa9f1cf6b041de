// SPDX-License-Identifier: Apache-2.0

/// Events in order of time; those of one time in the order they were scheduled.
///
/// **Complexity**: `push` and `pop` O(log count).
struct EventQueue<Event> {
    private struct Entry {
        let time: Int64
        let number: UInt64
        let event: Event

        func isBefore(_ other: Entry) -> Bool {
            (time, number) < (other.time, other.number)
        }
    }

    private var entries: [Entry] = []
    private var lastNumber: UInt64 = 0

    var count: Int { entries.count }

    mutating func push(_ event: Event, at time: Int64) {
        lastNumber += 1
        entries.append(Entry(time: time, number: lastNumber, event: event))
        var child = entries.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard entries[child].isBefore(entries[parent]) else { return }
            entries.swapAt(child, parent)
            child = parent
        }
    }

    mutating func pop() -> (time: Int64, event: Event)? {
        guard let first = entries.first else { return nil }
        let last = entries.removeLast()
        guard !entries.isEmpty else { return (first.time, first.event) }
        entries[0] = last
        var parent = 0
        while true {
            var smallest = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < entries.count && entries[child].isBefore(entries[smallest]) {
                smallest = child
            }
            if smallest == parent { return (first.time, first.event) }
            entries.swapAt(parent, smallest)
            parent = smallest
        }
    }
}
