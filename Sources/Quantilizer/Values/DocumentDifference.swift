// SPDX-License-Identifier: Apache-2.0

/// Where a document differs from what it should be.
struct DocumentDifference {
    /// Values compared.
    private(set) var comparisons = 0
    /// What differs, with its path; no more than ``limit`` of them.
    private(set) var findings: [String] = []

    /// Differences that are listed.
    static let limit = 1_000

    /// Compares a value that a document has with the one that it should have: numbers to the bit, texts
    /// to the byte, members and elements one by one and in order.
    ///
    /// **Complexity**: O(values).
    mutating func compare(_ said: JSON, _ made: JSON, at path: String) {
        switch (said, made) {
        case (.number(let a), .number(let b)) where a.bitPattern == b.bitPattern:
            comparisons += 1
        case (.array(let a), .array(let b)):
            if a.count != b.count {
                note("\(path) has \(a.count) elements, and should have \(b.count)")
            }
            for (i, (a, b)) in zip(a, b).enumerated() { compare(a, b, at: "\(path)[\(i)]") }
        case (.object(let a), .object(let b)):
            members(a, b, at: path)
        default:
            comparisons += 1
            let (a, b) = (said.text(), made.text())
            if !a.utf8.elementsEqual(b.utf8) {
                note("\(path): \(Self.brief(a)) is said, \(Self.brief(b)) it is")
            }
        }
    }

    private mutating func members(
        _ said: [(String, JSON)], _ made: [(String, JSON)], at path: String
    ) {
        let prefix = path.isEmpty ? "" : path + "."
        if said.count == made.count,
            zip(said, made).allSatisfy({ $0.0.utf8.elementsEqual($1.0.utf8) })
        {
            for (a, b) in zip(said, made) { compare(a.1, b.1, at: prefix + a.0) }
            return
        }
        let names = Set(made.map { Array($0.0.utf8) })
        let known = said.filter { names.contains(Array($0.0.utf8)) }
        for (name, _) in said where !names.contains(Array(name.utf8)) {
            note("\(prefix)\(Self.brief(name)) does not belong there")
        }
        for (name, value) in made {
            guard let other = known.first(where: { $0.0.utf8.elementsEqual(name.utf8) }) else {
                note("\(prefix)\(name) is missing")
                continue
            }
            compare(other.1, value, at: prefix + name)
        }
        if known.count == made.count, said.count == made.count {
            note("\(path.isEmpty ? "the document" : path) has its members in another order")
        }
    }

    private mutating func note(_ finding: String) {
        if findings.count < Self.limit { findings.append(finding) }
    }

    private static func brief(_ text: String) -> String {
        let most = 80
        return text.unicodeScalars.count <= most
            ? text : String(String.UnicodeScalarView(text.unicodeScalars.prefix(most))) + "…"
    }
}
