// SPDX-License-Identifier: Apache-2.0
internal import PoolCore
internal import Quantilizer

/// The fields of a key file: a small YAML or JSON mapping of texts.
struct KeyDocument {
    /// The largest key file, in bytes.
    static let bytesLimit = 64 << 10

    private let path: String
    private let fields: [String: (text: String, line: Int)]

    /// Reads a file's bytes, whatever they are.
    ///
    /// - Throws: `SecurityError` with the place: not YAML, a key that is not in `keys`, a missing
    ///   one of `required`, another version than 1.
    init(
        _ bytes: [UInt8], path: String, keys: [String], required: [String]
    ) throws(SecurityError) {
        self.path = path
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw SecurityError(
                .content, place: path, "it is not UTF-8 text", remedy: Self.remedy)
        }
        guard text.contains(where: { !$0.isWhitespace }) else {
            throw SecurityError(.content, place: path, "it is empty", remedy: Self.remedy)
        }
        let root: JobNode
        do throws(JobError) {
            root = try JobText.parse(text)
        } catch {
            throw SecurityError(
                .content, place: path, line: error.diagnostics.first?.position?.line,
                "it is not YAML or JSON", remedy: Self.remedy)
        }
        fields = try Self.fields(root, path: path, keys: keys + ["version"])
        guard fields["version"]?.text == "1" else {
            throw SecurityError(
                .content, place: path, line: fields["version"]?.line,
                "version: only 1 is known here", remedy: Self.remedy)
        }
        if let missing = required.first(where: { fields[$0] == nil }) {
            throw SecurityError(
                .content, place: path, "`\(missing)` is missing", remedy: Self.remedy)
        }
    }

    /// The mapping's texts. Errors never repeat what the file says: a damaged line may hold a piece
    /// of the secret anywhere.
    private static func fields(
        _ root: JobNode, path: String, keys: [String]
    ) throws(SecurityError) -> [String: (text: String, line: Int)] {
        func wrong(_ position: SourcePosition, _ message: String) -> SecurityError {
            SecurityError(
                .content, place: path, line: position.line, message, remedy: Self.remedy)
        }
        let names = keys.map { "`\($0)`" }.joined(separator: ", ")
        guard case .mapping(let entries) = root.content else {
            throw wrong(root.position, "expected a mapping with \(names)")
        }
        var fields: [String: (text: String, line: Int)] = [:]
        for entry in entries {
            guard keys.contains(entry.key) else {
                throw wrong(entry.keyPosition, "an unknown key: only \(names) may stand here")
            }
            guard case .scalar(let text, _) = entry.value.content else {
                throw wrong(entry.keyPosition, "`\(entry.key)` must be text")
            }
            guard fields.updateValue((text, entry.keyPosition.line), forKey: entry.key) == nil
            else { throw wrong(entry.keyPosition, "`\(entry.key)` stands twice") }
        }
        return fields
    }

    /// A field's text.
    subscript(key: String) -> String? { fields[key]?.text }

    /// An error at a field.
    func wrong(_ key: String, _ message: String, remedy: String = Self.remedy) -> SecurityError {
        SecurityError(
            .content, place: path, line: fields[key]?.line, "\(key): \(message)", remedy: remedy)
    }

    /// The text of a file with these fields, in this order.
    static func text(comment: [String], _ fields: [(String, String)]) -> String {
        // Neither Z85 nor endpoints nor names have quotes or backslashes.
        let lines =
            comment.map { "# \($0)" } + ["version: 1"] + fields.map { "\($0.0): \"\($0.1)\"" }
        return lines.joined(separator: "\n") + "\n"
    }

    private static let remedy = "use a file that `qpool keygen` made"
}
