// SPDX-License-Identifier: Apache-2.0

import CKernels

/// Which lanes may still be wanted, and moving those together.
///
/// **Complexity**: O(lanes) each, no allocation. **Determinism**: the same lists on every instruction set.
extension Kernels {
    /// Lists the lanes whose bound is not below `least`, those that are no numbers too.
    static func selectNotBelow(
        _ columns: borrowing Columns, column: Int, lanes: Int, least: Double,
        into list: inout LaneList
    ) {
        precondition(lanes >= 0 && lanes <= list.capacity && lanes <= columns.capacity)
        list.count = unsafe qk_not_below(list.pointer(), columns.pointer(column), lanes, least)
    }

    /// Lists the lanes whose words lie in open cells.
    static func selectOpen(
        _ words: borrowing WordColumns, _ cells: OpenCells, lanes: Int, into list: inout LaneList
    ) {
        precondition(lanes >= 0 && lanes <= list.capacity && lanes <= words.capacity)
        if let run = cells.run {
            list.count = unsafe qk_words_within(
                list.pointer(), words.pointer(0), lanes, run.first, run.width)
            return
        }
        list.count = unsafe cells.open.withUnsafeBufferPointer { open in
            guard let base = open.baseAddress else { return 0 }
            return unsafe qk_open_cells(
                list.pointer(), words.pointer(0), words.pointer(words.count - 1), lanes, base,
                Int32(cells.lowBits), Int32(cells.highBits))
        }
    }

    /// Moves the listed lanes of a column to its front.
    static func gather(_ columns: inout Columns, column: Int, _ list: borrowing LaneList) {
        precondition(list.count <= columns.capacity)
        unsafe columns.pointer(column).withMemoryRebound(
            to: UInt64.self, capacity: columns.capacity
        ) {
            unsafe qk_gather_words($0, list.pointer(), list.count)
        }
    }

    /// Moves the listed lanes of a column of words to its front.
    static func gather(_ words: inout WordColumns, column: Int, _ list: borrowing LaneList) {
        precondition(list.count <= words.capacity)
        unsafe qk_gather_words(words.pointer(column), list.pointer(), list.count)
    }

    /// Keeps of a list the places that another list names.
    static func gather(_ lanes: inout LaneList, _ list: borrowing LaneList) {
        precondition(list.count <= lanes.count)
        unsafe qk_gather_lanes(lanes.pointer(), list.pointer(), list.count)
        lanes.count = list.count
    }

    /// The words of one block of the samples `first` + lane, for the lanes in a list.
    static func fillWords(
        _ words: inout WordColumns, low: Int, high: Int, stream: RandomStream, block: UInt32,
        from first: UInt64, lanes: borrowing LaneList
    ) {
        precondition(low != high && lanes.count <= words.capacity)
        // The kernel counts in the lower half of the index alone.
        precondition(
            lanes.count == 0 || first >> 32 == (first + UInt64(lanes[lanes.count - 1])) >> 32)
        unsafe qk_listed_words(
            words.pointer(low), words.pointer(high), source(stream, block, first), lanes.pointer(),
            lanes.count)
    }

    /// Copies a column of words.
    static func copy(
        _ words: borrowing WordColumns, _ column: Int, to other: inout WordColumns, _ to: Int,
        lanes: Int
    ) {
        precondition(lanes >= 0 && lanes <= words.capacity && lanes <= other.capacity)
        unsafe other.pointer(to).initialize(from: words.pointer(column), count: lanes)
    }

    /// The two normals of words that are there.
    static func fillNormals(
        _ columns: inout Columns, even: Int, odd: Int, words: borrowing WordColumns, lanes: Int
    ) {
        precondition(even != odd && lanes <= columns.capacity && lanes <= words.capacity)
        unsafe qk_word_normals(
            columns.pointer(even), columns.pointer(odd), words.pointer(0), words.pointer(1), lanes)
    }
}

/// Cells of a block's words, by their leading bits, of which some are open.
struct OpenCells: Sendable {
    /// Leading bits of the low word that say its part of the cell.
    let lowBits: Int
    /// The same of the high word; 0 where it does not matter.
    let highBits: Int
    /// A bit a cell.
    private(set) var open: [UInt32]
    /// The words of the open cells, where the low word alone matters and they follow one another.
    private(set) var run: (first: UInt64, width: UInt64)?
    /// Open cells.
    private(set) var count = 0

    /// All cells shut.
    init(lowBits: Int, highBits: Int) {
        precondition(lowBits > 0 && highBits >= 0 && lowBits + highBits <= 20)
        self.lowBits = lowBits
        self.highBits = highBits
        open = [UInt32](repeating: 0, count: max(1, 1 << (lowBits + highBits) / 32))
    }

    /// The number of cells.
    var cells: Int { 1 << (lowBits + highBits) }

    /// Opens the cells whose bound is not below `least`, and shuts the others.
    mutating func open(_ bounds: [Double], notBelow least: Double) {
        for word in open.indices { open[word] = 0 }
        count = 0
        var (first, last) = (0, 0)
        for cell in 0..<cells where !(bounds[cell] < least) {
            open[cell / 32] |= 1 << UInt32(cell % 32)
            if count == 0 { first = cell }
            last = cell
            count += 1
        }
        run = nil
        if highBits == 0, count > 0, last - first + 1 == count {
            let width = UInt64(1) << UInt64(64 - lowBits)
            run = (UInt64(first) * width, UInt64(count - 1) * width + (width - 1))
        }
    }
}
