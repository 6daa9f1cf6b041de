// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Why a file could not be read or written, in plain words.
enum FileProblem {
    /// Why a file could not be written.
    static func describeWriting(_ error: any Error) -> String {
        (error as NSError).localizedDescription
    }

    static func describe(_ error: any Error, _ path: String) -> String {
        let files = FileManager.default
        guard files.fileExists(atPath: path) else { return "there is no such file" }
        if (try? files.attributesOfItem(atPath: path)[.type] as? FileAttributeType)
            == .typeDirectory
        {
            return "it is a folder"
        }
        if !files.isReadableFile(atPath: path) { return "no permission to read it" }
        return (error as NSError).localizedDescription
    }
}
