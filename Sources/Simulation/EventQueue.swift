// SPDX-License-Identifier: Apache-2.0

/// Events in order of time; those of one time in the order they were scheduled.
///
/// The heap holds times and places only, so that moving through it costs little however large an
/// event is.
///
/// **Complexity**: `push` and `pop` O(log count).
struct EventQueue<Event> {
    private struct Entry {
        let time: Int64
        let number: UInt64
        let slot: Int

        func isBefore(_ other: Entry) -> Bool {
            time != other.time ? time < other.time : number < other.number
        }
    }

    private var entries: [Entry] = []
    private var events: [Event?] = []
    private var freeSlots: [Int] = []
    private var lastNumber: UInt64 = 0

    var count: Int { entries.count }

    mutating func push(_ event: Event, at time: Int64) {
        lastNumber += 1
        let slot: Int
        if let free = freeSlots.popLast() {
            slot = free
            events[slot] = event
        } else {
            slot = events.count
            events.append(event)
        }
        let entry = Entry(time: time, number: lastNumber, slot: slot)
        entries.append(entry)
        var child = entries.count - 1
        while child > 0 {
            let parent = (child - 1) / 4
            guard entry.isBefore(entries[parent]) else { break }
            entries[child] = entries[parent]
            child = parent
        }
        entries[child] = entry
    }

    mutating func pop() -> (time: Int64, event: Event)? {
        guard let first = entries.first, let event = events[first.slot] else { return nil }
        events[first.slot] = nil
        freeSlots.append(first.slot)
        let last = entries.removeLast()
        guard !entries.isEmpty else { return (first.time, event) }
        var parent = 0
        while true {
            var smallest = 4 * parent + 1
            guard smallest < entries.count else { break }
            for child in smallest + 1..<max(smallest + 1, min(smallest + 4, entries.count))
            where entries[child].isBefore(entries[smallest]) {
                smallest = child
            }
            guard entries[smallest].isBefore(last) else { break }
            entries[parent] = entries[smallest]
            parent = smallest
        }
        entries[parent] = last
        return (first.time, event)
    }
}
