// SPDX-License-Identifier: Apache-2.0

/// The leases of a job in order of issue, from which any may be taken.
///
/// Ids grow, so the list is sorted by itself; what is taken leaves a hole until the holes outweigh
/// the rest.
///
/// **Complexity**: `append` O(1), `remove` O(log count), both amortised.
struct LeaseList: Sequence {
    private struct Entry {
        let id: UInt64
        var isHeld = true
    }

    private var entries: [Entry] = []
    /// Where the first one that is left stands; all before it are holes.
    private var head = 0
    /// The number of leases.
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    /// Adds a lease that is newer than all others.
    mutating func append(_ id: UInt64) {
        entries.append(Entry(id: id))
        count += 1
    }

    /// Takes a lease away; false where it is not in the list.
    @discardableResult
    mutating func remove(_ id: UInt64) -> Bool {
        guard let position = position(id) else { return false }
        entries[position].isHeld = false
        count -= 1
        while head < entries.count, !entries[head].isHeld { head += 1 }
        if entries.count > 2 * count + 16 {
            entries.removeAll { !$0.isHeld }
            head = 0
        }
        return true
    }

    func contains(_ id: UInt64) -> Bool { position(id) != nil }

    private func position(_ id: UInt64) -> Int? {
        var low = head
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].id < id { low = middle + 1 } else { high = middle }
        }
        return low < entries.count && entries[low].id == id && entries[low].isHeld ? low : nil
    }

    /// The leases, oldest first.
    func makeIterator() -> some IteratorProtocol<UInt64> {
        entries[head...].lazy.filter(\.isHeld).map(\.id).makeIterator()
    }
}
