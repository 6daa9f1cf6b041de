// SPDX-License-Identifier: Apache-2.0

/// Cuts the bytes of a CSV file into records of cells, one at a time.
///
/// It is RFC 4180 with what else is in use: a semicolon or a tab between cells, any line ends, blanks
/// around quotes. A cell in quotes may hold delimiters, line ends and doubled quotes.
///
/// Reference: RFC 4180, "Common Format and MIME Type for Comma-Separated Values (CSV) Files".
///
/// **Complexity**: O(bytes), no look-back.
struct CSVRecords {
    /// A row of cells without the blanks around them, and the line it begins on, from 1.
    struct Record {
        var cells: [String]
        var line: Int
    }

    private let bytes: [UInt8]
    private let delimiter: UInt8
    private var place = 0
    private var line = 1

    /// The delimiter is the one that the first line has most of outside quotes, a comma by default.
    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        var counts: [UInt8: Int] = [:]
        var isQuoted = false
        for byte in bytes {
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            if isQuoted { continue }
            if byte == 10 || byte == 13 { break }
            counts[byte, default: 0] += 1
        }
        let candidates = [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t")]
        var best = candidates[0]
        for candidate in candidates where counts[candidate, default: 0] > counts[best, default: 0] {
            best = candidate
        }
        delimiter = best
    }

    /// The next record that is not a blank line; nil at the end.
    mutating func next() throws(TableError) -> Record? {
        while place < bytes.count {
            let start = line
            var cells: [String] = []
            repeat { cells.append(try cell()) } while take(delimiter)
            endLine()
            if cells != [""] { return Record(cells: cells, line: start) }
        }
        return nil
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard place < bytes.count, bytes[place] == byte else { return false }
        place += 1
        return true
    }

    private mutating func endLine() {
        if take(13) {
            _ = take(10)
        } else if !take(10) {
            return
        }
        line += 1
    }

    private var isAtEndOfCell: Bool {
        place >= bytes.count || bytes[place] == delimiter || bytes[place] == 10
            || bytes[place] == 13
    }

    private mutating func skipBlanks() {
        while !isAtEndOfCell, bytes[place] == 32 || bytes[place] == 9 { place += 1 }
    }

    private mutating func cell() throws(TableError) -> String {
        skipBlanks()
        guard take(UInt8(ascii: "\"")) else {
            let start = place
            while !isAtEndOfCell { place += 1 }
            var end = place
            while end > start, bytes[end - 1] == 32 || bytes[end - 1] == 9 { end -= 1 }
            return String(decoding: bytes[start..<end], as: UTF8.self)
        }
        let start = line
        var text: [UInt8] = []
        while true {
            guard place < bytes.count else {
                throw TableError(message: "line \(start): a quote is never closed")
            }
            let byte = bytes[place]
            place += 1
            if byte == UInt8(ascii: "\""), !take(byte) { break }
            if byte == 10 { line += 1 }
            text.append(byte)
        }
        skipBlanks()
        guard isAtEndOfCell else {
            throw TableError(message: "line \(line): something stands behind a closing quote")
        }
        return String(decoding: text, as: UTF8.self)
    }
}
