// SPDX-License-Identifier: Apache-2.0

/// A job that could not be answered: why, and the remedy.
public struct JobFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// A stable name, as `memory-too-small`.
    public var code: String
    /// What happened and what to do.
    public var message: String

    /// A failure.
    public init(_ code: String, _ message: String) {
        self.code = code
        self.message = message
    }
    /// `code: message`.
    public var description: String { "\(code): \(message)" }
}

/// Something that a reader of the result should know.
public struct JobWarning: Sendable, Hashable {
    /// A stable name, as `precision-missed`.
    public var code: String
    /// What it means and what to do.
    public var message: String

    /// A warning.
    public init(_ code: String, _ message: String) {
        self.code = code
        self.message = message
    }
}
