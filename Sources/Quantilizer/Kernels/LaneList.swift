// SPDX-License-Identifier: Apache-2.0

/// Room for lane numbers, filled by a selection: scratch of one thread, allocated once.
///
/// **Complexity**: `init` is O(capacity), access O(1).
@safe
public struct LaneList: ~Copyable {
    /// The most lanes it can name.
    public let capacity: Int
    /// How many lanes the last selection named.
    public internal(set) var count = 0
    private let storage: UnsafeMutablePointer<UInt32>

    /// An empty list.
    public init(capacity: Int) {
        precondition(capacity >= 0, "a list needs a non-negative capacity")
        self.capacity = capacity
        // Kernels write whole vectors at the end of what they list.
        unsafe storage = .allocate(capacity: capacity + 16)
        unsafe storage.initialize(repeating: 0, count: capacity + 16)
    }

    deinit { unsafe storage.deallocate() }

    /// The lane at a place below `count`. Traps outside: a programmer's mistake.
    public subscript(place: Int) -> Int {
        precondition(place >= 0 && place < count)
        return unsafe Int(storage[place])
    }

    /// Names the lanes 0 ..< count.
    mutating func fill(_ count: Int) {
        precondition(count >= 0 && count <= capacity)
        for lane in 0..<count { unsafe storage[lane] = UInt32(lane) }
        self.count = count
    }

    @unsafe func pointer() -> UnsafeMutablePointer<UInt32> { unsafe storage }
}
