// SPDX-License-Identifier: Apache-2.0
internal import Foundation
public import PoolCore

/// Makes PNG of SVG by the program `rsvg-convert` of librsvg, which must be on the PATH.
public enum PictureConverter {
    private static let program = "rsvg-convert"
    private static let remedy =
        "apt-get install librsvg2-bin, or brew install librsvg; or take SVG: -o picture.svg"

    /// A picture as PNG.
    ///
    /// - Parameters:
    ///   - svg: the picture, as a document of its own.
    ///   - width: its width in pixels.
    /// - Throws: `PoolFailure` where there is no such program, or it fails.
    public static func png(of svg: String, width: Int) throws(PoolFailure) -> [UInt8] {
        guard let path = find() else {
            throw PoolFailure(
                .fault, "PNG is made by \(program), which is not on the PATH", remedy: remedy)
        }
        let process = Process()
        let (input, output, errors) = (Pipe(), Pipe(), Pipe())
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = ["--width", "\(width)", "--keep-aspect-ratio", "--format", "png"]
        process.standardInput = input
        process.standardOutput = output
        process.standardError = errors
        do {
            try process.run()
            // It reads all before it writes, so neither side waits for the other.
            try input.fileHandleForWriting.write(contentsOf: Data(svg.utf8))
            try input.fileHandleForWriting.close()
            let png = try output.fileHandleForReading.readToEnd() ?? Data()
            let said = try errors.fileHandleForReading.readToEnd() ?? Data()
            process.waitUntilExit()
            guard process.terminationStatus == 0, png.starts(with: [0x89, 0x50, 0x4E, 0x47]) else {
                let words = String(decoding: said.prefix(300), as: UTF8.self)
                    .trimmingCharacters(in: .whitespacesAndNewlines)
                throw PoolFailure(
                    .fault, "\(path) made no picture: \(words)", remedy: remedy)
            }
            return Array(png)
        } catch let failure as PoolFailure {
            throw failure
        } catch {
            throw PoolFailure(
                .fault, "\(path) cannot be run: \((error as NSError).localizedDescription)",
                remedy: remedy)
        }
    }

    private static func find() -> String? {
        let folders = ProcessInfo.processInfo.environment["PATH"] ?? ""
        return folders.split(separator: ":").map { "\($0)/\(program)" }.first {
            FileManager.default.isExecutableFile(atPath: $0)
        }
    }
}
