// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import PoolRuntime

/// How a command writes its answer.
enum OutputFormat: String, CaseIterable {
    case table, json, jsonl, csv, npy
}

/// Where a command writes its answer, and how: `json`, or a file whose ending says how, `draws.npy`.
struct OutputTarget: ExpressibleByArgument {
    var format: OutputFormat
    /// The file; nil for standard output.
    var path: String?

    private static let endings: [String: OutputFormat] = [
        "txt": .table, "json": .json, "jsonl": .jsonl, "ndjson": .jsonl, "csv": .csv, "npy": .npy,
    ]

    /// Standard output.
    init(_ format: OutputFormat) { self.format = format }

    init?(argument: String) {
        if let format = OutputFormat(rawValue: argument) {
            self.init(format)
            return
        }
        let ending = URL(fileURLWithPath: argument).pathExtension.lowercased()
        guard let format = Self.endings[ending] else { return nil }
        self.init(format)
        path = argument
    }

    static var allValueStrings: [String] { OutputFormat.allCases.map(\.rawValue) }
    var defaultValueDescription: String { path ?? format.rawValue }

    /// Colours of the answer.
    var paint: Paint { path == nil ? Paint(on: .output) : Paint() }

    /// The columns that a table may take: those of the terminal, else of `COLUMNS`; nil in files and
    /// pipes, where nothing is left out.
    var tableColumns: Int? {
        guard path == nil, StandardStream.output.isTerminal else { return nil }
        return StandardStream.output.columns
            ?? ProcessInfo.processInfo.environment["COLUMNS"].flatMap { Int($0) } ?? 80
    }

    /// Refuses, before the work, what could not be written after it.
    func check() throws {
        guard let path else {
            if format == .npy, StandardStream.output.isTerminal {
                throw ValidationError(
                    "-o npy writes bytes that no terminal can show: name a file, as -o draws.npy")
            }
            return
        }
        try Self.check(path, flag: "-o")
    }

    /// Refuses a file that could not be written.
    ///
    /// - Parameter flag: the option that names it.
    static func check(_ path: String, flag: String) throws {
        let files = FileManager.default
        let exists = files.fileExists(atPath: path)
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        if files.fileExists(atPath: path + "/.") {
            throw ValidationError("\(flag) \(path): it is a folder")
        }
        guard exists || files.fileExists(atPath: folder) else {
            throw ValidationError("\(flag) \(path): there is no folder \(folder)")
        }
        guard files.isWritableFile(atPath: exists ? path : folder) else {
            throw ValidationError("\(flag) \(path): no permission to write it")
        }
    }

    /// Writes the whole answer: a file has all of it or stays as it was.
    func write(_ text: String) throws(OutputFailure) { try write(Array(text.utf8)) }

    /// Writes the whole answer.
    func write(_ bytes: some Collection<UInt8>) throws(OutputFailure) {
        guard let path else { return try Terminal.writeOutput(Array(bytes)) }
        try Self.write(bytes, to: path)
    }

    /// Writes a whole file, or leaves it as it was.
    static func write(
        _ bytes: some Collection<UInt8>, to path: String
    ) throws(OutputFailure) {
        do {
            try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw OutputFailure(path, (error as NSError).localizedDescription)
        }
    }
}
