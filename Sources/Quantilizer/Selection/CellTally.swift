// SPDX-License-Identifier: Apache-2.0

/// What is known of one cell of an impact variable over a range: how many samples it has, and the best
/// of them.
struct CellTally: Sendable, Equatable {
    /// The cell: the variable's monotone bits, or those of its bin's number.
    var cell: UInt64
    var count: UInt64
    /// The key of the best sample, with its costs.
    var best: Key
    var extras: [Double]
}

/// The cells of a range in order. Where there are more than the limit none is kept.
struct CellTable: Sendable, Equatable {
    private(set) var cells: [CellTally] = []
    private(set) var overflows = false

    init() {}

    init(_ cells: some Sequence<CellTally>, overflows: Bool) {
        self.overflows = overflows
        if !overflows { self.cells = cells.sorted { $0.cell < $1.cell } }
    }

    func combined(with other: CellTable) -> CellTable {
        if overflows || other.overflows { return CellTable([], overflows: true) }
        if cells.isEmpty { return other }
        if other.cells.isEmpty { return self }
        var result = CellTable()
        var (i, j) = (0, 0)
        while i < cells.count || j < other.cells.count {
            if j == other.cells.count || i < cells.count && cells[i].cell < other.cells[j].cell {
                result.cells.append(cells[i])
                i += 1
            } else if i == cells.count || other.cells[j].cell < cells[i].cell {
                result.cells.append(other.cells[j])
                j += 1
            } else {
                var both = cells[i].best > other.cells[j].best ? cells[i] : other.cells[j]
                both.count = cells[i].count + other.cells[j].count
                result.cells.append(both)
                i += 1
                j += 1
            }
        }
        return result.cells.count > Limits.cells ? CellTable([], overflows: true) : result
    }

    /// Bytes that it takes.
    var bytes: Int { 9 + cells.count * (40 + 8 * (cells.first?.extras.count ?? 0)) }

    func write(to writer: inout ByteWriter) {
        writer.write(overflows)
        writer.write(count: cells.count)
        for cell in cells {
            writer.write(cell.cell)
            writer.write(cell.count)
            writer.write(cell.best)
            for extra in cell.extras { writer.write(extra) }
        }
    }

    /// Reads the cells of so many samples of these indices.
    init(
        from reader: inout ByteReader, width: Int, indices: Range<UInt64>
    ) throws(DecodingFailure) {
        overflows = try reader.bool()
        let number = try reader.count(
            limit: overflows ? 0 : Limits.cells, bytesEach: 40 + 8 * width, of: "cells")
        var left = UInt64(indices.count)
        for _ in 0..<number {
            let cell = try reader.word()
            let count = try reader.word()
            let best = try reader.key()
            guard cells.last.map({ $0.cell < cell }) ?? true, count > 0, count <= left,
                indices.contains(best.index)
            else { throw DecodingFailure("cells that do not fit their range") }
            left -= count
            var extras: [Double] = []
            for _ in 0..<width { extras.append(try reader.double()) }
            cells.append(CellTally(cell: cell, count: count, best: best, extras: extras))
        }
        guard overflows || left == 0 else { throw DecodingFailure("samples without a cell") }
    }
}

/// Gathers the cells of a range, block by block.
struct CellCollector {
    /// The width of a bin; nil where each value is a cell.
    private let width: Double?
    private let utilities: Int
    private let costs: Int
    private let streams: Streams
    private var places: [UInt64: Int] = [:]
    private var cells: [CellTally] = []
    private var overflows = false

    init(width: Double?, work: Workload, streams: Streams) {
        self.width = width
        utilities = work.utilities.count
        costs = work.costs.count
        self.streams = streams
    }

    /// Takes a block: utilities, costs, and the variable in the last column.
    mutating func take(_ results: borrowing Columns, start: UInt64, count: Int) {
        guard !overflows else { return }
        let variable = utilities + costs
        for lane in 0..<count {
            let z = results[variable, lane]
            let cell = Key.orderedBits(width.map { (z / $0).rounded(.down) } ?? z)
            let bits = Key.orderedBits(results[0, lane])
            let index = start + UInt64(lane)
            if let place = places[cell] {
                cells[place].count += 1
                if bits < cells[place].best.bits { continue }
                let key = key(bits, index)
                guard key > cells[place].best else { continue }
                cells[place].best = key
                cells[place].extras = extras(results, lane)
            } else if cells.count < Limits.cells {
                places[cell] = cells.count
                cells.append(
                    CellTally(
                        cell: cell, count: 1, best: key(bits, index),
                        extras: extras(results, lane)))
            } else {
                overflows = true
                return
            }
        }
    }

    private func key(_ bits: UInt64, _ index: UInt64) -> Key {
        Key(
            bits: bits, label: streams.label(domain: .base, utility: 0, index: index),
            index: index)
    }

    private func extras(_ results: borrowing Columns, _ lane: Int) -> [Double] {
        (0..<costs).map { results[utilities + $0, lane] }
    }

    var table: CellTable { CellTable(cells, overflows: overflows) }
}
