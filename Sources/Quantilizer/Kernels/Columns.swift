// SPDX-License-Identifier: Apache-2.0

/// Columns of doubles, one lane a sample: structure of arrays, 64-byte aligned.
///
/// It is scratch and sample storage for one thread, allocated once; it is not a matrix type.
/// Column `j` holds `capacity` lanes; functions that fill it say how many of them count.
///
/// **Complexity**: `init` is O(count · capacity), access O(1).
@safe
public struct Columns: ~Copyable {
    /// The number of columns.
    public let count: Int
    /// Lanes a column, a multiple of 8.
    public let capacity: Int
    @usableFromInline let storage: UnsafeMutablePointer<Double>

    /// Zeroed columns. `capacity` is rounded up to a multiple of 8 lanes.
    public init(count: Int, capacity: Int) {
        precondition(count >= 0 && capacity >= 0, "Columns need non-negative extents")
        self.count = count
        self.capacity = (capacity + 7) & ~7
        let doubles = max(8, self.count * self.capacity)
        let raw = UnsafeMutableRawPointer.allocate(byteCount: doubles * 8, alignment: 64)
        unsafe storage = raw.initializeMemory(as: Double.self, repeating: 0, count: doubles)
    }

    deinit { unsafe UnsafeMutableRawPointer(storage).deallocate() }

    /// One value. Traps outside the extents: a programmer's mistake.
    @inlinable
    public subscript(column: Int, lane: Int) -> Double {
        get {
            precondition(column >= 0 && column < count && lane >= 0 && lane < capacity)
            return unsafe storage[column * capacity + lane]
        }
        set {
            precondition(column >= 0 && column < count && lane >= 0 && lane < capacity)
            unsafe storage[column * capacity + lane] = newValue
        }
    }

    /// The address of a column's first lane, for the kernels alone.
    @unsafe @inlinable
    package func pointer(_ column: Int) -> UnsafeMutablePointer<Double> {
        precondition(column >= 0 && (column < count || count == 0))
        return unsafe storage + column * capacity
    }
}

/// Columns of 64-bit random words, laid out like ``Columns``.
@safe
public struct WordColumns: ~Copyable {
    /// The number of columns.
    public let count: Int
    /// Lanes a column, a multiple of 8.
    public let capacity: Int
    @usableFromInline let storage: UnsafeMutablePointer<UInt64>

    /// Zeroed columns. `capacity` is rounded up to a multiple of 8 lanes.
    public init(count: Int, capacity: Int) {
        precondition(count >= 0 && capacity >= 0, "WordColumns need non-negative extents")
        self.count = count
        self.capacity = (capacity + 7) & ~7
        let words = max(8, self.count * self.capacity)
        let raw = UnsafeMutableRawPointer.allocate(byteCount: words * 8, alignment: 64)
        unsafe storage = raw.initializeMemory(as: UInt64.self, repeating: 0, count: words)
    }

    deinit { unsafe UnsafeMutableRawPointer(storage).deallocate() }

    /// One word. Traps outside the extents: a programmer's mistake.
    @inlinable
    public subscript(column: Int, lane: Int) -> UInt64 {
        get {
            precondition(column >= 0 && column < count && lane >= 0 && lane < capacity)
            return unsafe storage[column * capacity + lane]
        }
        set {
            precondition(column >= 0 && column < count && lane >= 0 && lane < capacity)
            unsafe storage[column * capacity + lane] = newValue
        }
    }

    /// The address of a column's first lane, for the kernels alone.
    @unsafe @inlinable
    package func pointer(_ column: Int) -> UnsafeMutablePointer<UInt64> {
        precondition(column >= 0 && (column < count || count == 0))
        return unsafe storage + column * capacity
    }
}
