// SPDX-License-Identifier: Apache-2.0

/// A job's result as it is stored, sent and printed: JSON text, and its digest.
public struct ResultDocument: Sendable, Hashable {
    /// The JSON text.
    public var text: String
    /// SHA-256 of all of it but the timings, lower-case hexadecimal: equal for equal jobs.
    public var digest: String

    /// A document.
    public init(text: String, digest: String) {
        self.text = text
        self.digest = digest
    }
}
