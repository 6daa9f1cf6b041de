// SPDX-License-Identifier: Apache-2.0

/// Where a job says that a utility or a cost is computed, other than by a formula.
public enum ExternalSource: Sendable, Hashable, CustomStringConvertible {
    /// Another process.
    case process(ProcessSource)
    /// A shared library.
    case library(LibrarySource)
    /// Swift code of the program that computes, by name.
    case swift(String)
    /// A language model or a scorer behind a URL.
    case endpoint(String)

    /// `process python3 utility.py`, `library libu.so`, `swift name`: what policies are about.
    public var description: String {
        switch self {
        case .process(let source): "process \(source.command.joined(separator: " "))"
        case .library(let source): "library \(source.path)"
        case .swift(let name): "swift \(name)"
        case .endpoint(let url): "endpoint \(url)"
        }
    }

    /// As it stands in the normalised job, with the digests of its files.
    var normalised: JSON {
        switch self {
        case .process(let source):
            .object([
                (
                    "process",
                    .object([
                        ("command", .array(source.command.map { .string($0) })),
                        ("format", .string(source.format.rawValue)),
                        ("batch", .integer(UInt64(source.batch))),
                        ("timeout", .number(source.timeoutSeconds)),
                        (
                            "files",
                            .object(source.files.map { ($0.path, .string($0.sha256)) })
                        ),
                    ])
                )
            ])
        case .library(let source):
            .object([
                (
                    "library",
                    .object([
                        ("path", .string(source.path)), ("function", .string(source.function)),
                        ("sha256", .string(source.sha256)),
                    ])
                )
            ])
        case .swift(let name):
            .object([("swift", .object([("function", .string(name))]))])
        case .endpoint(let url): .object([("endpoint", .string(url))])
        }
    }
}

/// A file that a job relies on, as it was when the job was read.
public struct PinnedFile: Sendable, Hashable {
    /// The path in the job, relative to the folder that plugins run in.
    public var path: String
    /// SHA-256 of its bytes, in lower-case hexadecimal.
    public var sha256: String

    /// A file.
    public init(path: String, sha256: String) {
        self.path = path
        self.sha256 = sha256
    }
}

/// A program that answers batches of samples on its standard streams, as `docs/plugins.md` tells.
public struct ProcessSource: Sendable, Hashable {
    /// How batches and answers are written.
    public enum Format: String, Sendable, Hashable, CaseIterable {
        /// Binary frames with packed little-endian doubles.
        case frames
        /// A JSON document a line.
        case jsonLines = "json-lines"
    }

    /// The program, searched in PATH, and its arguments.
    public var command: [String]
    /// How batches are written.
    public var format: Format
    /// Samples a batch, at most.
    public var batch: Int
    /// Seconds that a batch may take.
    public var timeoutSeconds: Double
    /// Files that must be what they were, in order of path.
    public var files: [PinnedFile]

    /// A program with the defaults of a job file.
    public init(
        command: [String], format: Format = .frames, batch: Int = 8192,
        timeoutSeconds: Double = 30, files: [PinnedFile] = []
    ) {
        self.command = command
        self.format = format
        self.batch = batch
        self.timeoutSeconds = timeoutSeconds
        self.files = files
    }
}

/// A function of a shared library, as `clients/c/qpool_plugin.h` declares it.
public struct LibrarySource: Sendable, Hashable {
    /// The path in the job, without `.` parts.
    public var path: String
    /// The function's symbol.
    public var function: String
    /// SHA-256 of the library's bytes, in lower-case hexadecimal.
    public var sha256: String

    /// A function of a library.
    public init(path: String, function: String, sha256: String) {
        self.path = path
        self.function = function
        self.sha256 = sha256
    }
}
