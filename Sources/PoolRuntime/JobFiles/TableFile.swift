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
        switch URL(fileURLWithPath: path).pathExtension.lowercased() {
        case "jsonl", "ndjson": return try LinesTable.read(data, columns: wanted)
        case "npy": return try NumPyTable.read(data, columns: wanted)
        default: return try CSVTable.read(data, columns: wanted)
        }
    }
}
