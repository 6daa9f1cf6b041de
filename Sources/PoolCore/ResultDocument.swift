// SPDX-License-Identifier: Apache-2.0

/// A job's result as it is stored, sent and printed: JSON text, and its digest.
public struct ResultDocument: Sendable, Hashable {
    /// The JSON text.
    public var text: String
    /// SHA-256 of all of it but the timings, lower-case hexadecimal: equal for equal jobs.
    public var digest: String

    /// Bytes of the text.
    var count: Int { text.utf8.count }

    /// At most `most` of the text's bytes from an offset that is not past them.
    ///
    /// **Complexity**: O(most).
    func piece(from offset: Int, most: Int) -> [UInt8] {
        let bytes = text.utf8
        let start = bytes.index(bytes.startIndex, offsetBy: offset)
        return Array(bytes[start..<bytes.index(start, offsetBy: min(most, bytes.count - offset))])
    }

    /// A document.
    public init(text: String, digest: String) {
        self.text = text
        self.digest = digest
    }
}
