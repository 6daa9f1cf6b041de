// SPDX-License-Identifier: Apache-2.0

/// A key that says on which shelf it lies: keys that come one after another on different ones.
protocol Shelved: Hashable {
    /// The shelf, of 256.
    var shelf: UInt8 { get }
}

extension UInt64: Shelved {
    var shelf: UInt8 { UInt8(truncatingIfNeeded: self) }
}

extension String: Shelved {
    var shelf: UInt8 { utf8.reduce(0, &+) }
}

extension Route: Shelved {
    var shelf: UInt8 { bytes.reduce(0, &+) }
}

/// A dictionary on shelves, each of which grows by itself.
///
/// A dictionary that is full moves all it has to a larger one, which for 10^5 leases takes tens of
/// milliseconds: longer than a step may. A shelf has a sixty-fourth of them.
///
/// **Complexity**: as a dictionary's; what one insertion moves is a shelf.
struct ShelvedTable<Key: Shelved, Value>: Sequence {
    private var shelves = [[Key: Value]](repeating: [:], count: 64)
    /// The number of values.
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    private func place(_ key: Key) -> Int { Int(key.shelf) % shelves.count }

    subscript(key: Key) -> Value? {
        get { shelves[place(key)][key] }
        // In place: a lease would be copied to change its deadline.
        _modify {
            let place = place(key)
            let before = shelves[place].count
            defer { count += shelves[place].count - before }
            yield &shelves[place][key]
        }
    }

    /// Takes a value out; nil where there is none.
    mutating func removeValue(forKey key: Key) -> Value? {
        guard let value = shelves[place(key)].removeValue(forKey: key) else { return nil }
        count -= 1
        return value
    }

    /// The values, in no order that means anything.
    var values: some Collection<Value> { shelves.lazy.map { $0.values }.joined() }

    /// Keys and values, in no order that means anything.
    func makeIterator() -> FlattenSequence<[[Key: Value]]>.Iterator {
        shelves.joined().makeIterator()
    }
}

/// A set on shelves, likewise.
struct ShelvedSet<Element: Shelved>: Sequence {
    private var table = ShelvedTable<Element, Bool>()

    init(_ elements: [Element] = []) {
        for element in elements { insert(element) }
    }

    func contains(_ element: Element) -> Bool { table[element] != nil }

    /// Adds an element; false where it was there.
    @discardableResult
    mutating func insert(_ element: Element) -> Bool {
        let before = table.count
        table[element] = true
        return table.count > before
    }

    /// The elements, in no order that means anything.
    func makeIterator() -> some IteratorProtocol<Element> {
        table.lazy.map { $0.key }.makeIterator()
    }
}
