// SPDX-License-Identifier: Apache-2.0

/// A place in a job file: 1-based line and column.
public struct SourcePosition: Sendable, Hashable {
    /// 1-based line.
    public var line: Int
    /// 1-based column.
    public var column: Int

    /// A place.
    public init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }
}

/// A job file as a tree, whatever syntax it was written in, with the place of every node.
///
/// It is not a schema: scalars stay text, so that `1e8`, `1_000` and `1%` are read by whoever knows
/// what is meant.
public struct JobNode: Sendable {
    /// What a node holds.
    public enum Content: Sendable {
        /// A scalar's text; `quoted` where it was written in quotes (then it is never a number).
        case scalar(String, quoted: Bool)
        /// A list.
        case sequence([JobNode])
        /// Keys in the order written, each with its own place.
        case mapping([(key: String, keyPosition: SourcePosition, value: JobNode)])
        /// Nothing written, or `null`.
        case null
    }

    /// What the node holds.
    public var content: Content
    /// Where the node begins.
    public var position: SourcePosition

    /// A node.
    public init(_ content: Content, at position: SourcePosition) {
        self.content = content
        self.position = position
    }
}

/// One thing wrong with a job file: where, what, and the remedy.
public struct JobDiagnostic: Sendable, Hashable, CustomStringConvertible {
    /// Where in the file, if that is known.
    public var position: SourcePosition?
    /// The path of keys, as `base.normal.dimension`.
    public var path: String
    /// What is wrong and what was expected, with the nearest valid name.
    public var message: String

    /// A diagnostic.
    public init(at position: SourcePosition?, path: String, _ message: String) {
        self.position = position
        self.path = path
        self.message = message
    }

    /// `line:column: path: message`, to be put after the file's name.
    public var description: String {
        let place = position.map { "\($0.line):\($0.column): " } ?? ""
        return place + (path.isEmpty ? "" : "\(path): ") + message
    }
}

/// A job that cannot be accepted: everything found wrong with it, at least one diagnostic.
public struct JobError: Error, Sendable, CustomStringConvertible {
    /// What is wrong, in the order of the file.
    public var diagnostics: [JobDiagnostic]

    /// An error of several diagnostics.
    public init(_ diagnostics: [JobDiagnostic]) { self.diagnostics = diagnostics }
    /// An error of one diagnostic.
    public init(at position: SourcePosition?, path: String, _ message: String) {
        diagnostics = [JobDiagnostic(at: position, path: path, message)]
    }

    /// The diagnostics, a line each.
    public var description: String { diagnostics.map(\.description).joined(separator: "\n") }
}
