// SPDX-License-Identifier: Apache-2.0
import Foundation
import Quantilizer

/// A data file by its name's ending: `.jsonl` and `.ndjson` JSON Lines, `.npy` NumPy, all else CSV.
enum TableFile {
    /// The largest file, in bytes.
    static let maximumBytes = 256 << 20

    /// Reads the named columns, or all of them.
    ///
    /// **Complexity**: O(bytes) time and memory.
    static func read(path: String, columns wanted: [String]?) throws(TableError) -> DataTable {
        let data: Data
        do {
            let size =
                try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
            guard size <= maximumBytes else {
                throw TableError(message: "has \(size) bytes; the most is \(maximumBytes)")
            }
            data = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch let error as TableError {
            throw error
        } catch {
            throw TableError(message: "cannot be read: \(FileProblem.describe(error, path))")
        }
        let ending = URL(fileURLWithPath: path).pathExtension.lowercased()
        if let problem = foreign(data, isNumPy: ending == "npy") {
            throw TableError(message: problem)
        }
        switch ending {
        case "jsonl", "ndjson": return try LinesTable.read(data, columns: wanted)
        case "npy": return try NumPyTable.read(data, columns: wanted)
        default: return try CSVTable.read(data, columns: wanted)
        }
    }

    /// What a file of another kind is, by its first bytes, and what to do.
    private static func foreign(_ data: Data, isNumPy: Bool) -> String? {
        let kinds: [(start: [UInt8], words: String)] = [
            (
                [0x50, 0x4B, 0x03, 0x04],
                "is a zip archive, as .npz and .xlsx files are: save one array with "
                    + "numpy.save(\"rows.npy\", array), or the table as CSV"
            ),
            ([0x1F, 0x8B], "is compressed with gzip: unpack it first"),
            (
                Array("PAR1".utf8),
                "is a Parquet file: save it as CSV, JSON Lines or .npy"
            ),
            ([0x89, 0x48, 0x44, 0x46], "is an HDF5 file: save it as CSV, JSON Lines or .npy"),
            ([0xFF, 0xFE], "is UTF-16 text: save it as UTF-8"),
            ([0xFE, 0xFF], "is UTF-16 text: save it as UTF-8"),
        ]
        if !isNumPy, data.starts(with: NumPyHeader.magic) {
            return "is a NumPy file: give its name the ending .npy"
        }
        return kinds.first { data.starts(with: $0.start) }?.words
    }

    /// A text without the mark (U+FEFF) that some programs put before it.
    static func withoutMark(_ data: Data) -> Data {
        data.starts(with: [0xEF, 0xBB, 0xBF]) ? data.dropFirst(3) : data
    }
}
