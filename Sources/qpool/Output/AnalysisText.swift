// SPDX-License-Identifier: Apache-2.0
import Foundation
import PoolRuntime
import Quantilizer

/// The table of an analysis (`sweep`, …) as it stands in a result document, for people and tables.
struct AnalysisText {
    /// The members of a result that hold such a table.
    static let names = ["sweep", "audit", "attack", "search"]

    /// Columns that a terminal has no room for; they are in the other formats.
    private static let hidden: Set<String> = [
        "kept", "evaluations", "evaluations_per_bit", "tail_mass",
    ]

    private let facts: [(name: String, value: JobNode)]
    private let columns: [String]
    private let rows: [[JobNode]]

    /// The analysis of a result document; nil where it has none.
    init?(document: String) throws(JobError) {
        guard case .mapping(let members) = try JobText.parse(document).content,
            let member = members.first(where: { Self.names.contains($0.key) }),
            case .mapping(let parts) = member.value.content
        else { return nil }
        var facts: [(name: String, value: JobNode)] = []
        var columns: [String] = []
        var rows: [[JobNode]] = []
        for part in parts {
            switch (part.key, part.value.content) {
            case ("facts", .mapping(let entries)): facts = entries.map { ($0.key, $0.value) }
            case ("columns", .sequence(let items)):
                for item in items { columns.append(try item.string(path: "columns")) }
            case ("rows", .sequence(let items)):
                for item in items {
                    rows.append(try item.list(path: "rows", limit: columns.count))
                }
            default: break
            }
        }
        self.facts = facts
        self.columns = columns
        self.rows = rows.filter { $0.count == columns.count }
    }

    /// The facts, then the table, an interval in one cell with what it is of.
    var table: String {
        var out = ""
        let width = (facts.map(\.name.count).max() ?? 0) + 2
        for (name, value) in facts {
            out +=
                name + String(repeating: " ", count: max(1, width - name.count)) + Self.short(value)
                + "\n"
        }
        let shown = columns.indices.filter { number in
            let name = columns[number]
            return !name.hasSuffix("_lower") && !name.hasSuffix("_upper")
                && !Self.hidden.contains(name)
        }
        var table = Table(shown.map { columns[$0] }, numeric: [])
        for row in rows {
            table.rows.append(
                shown.map { number in
                    var cell = Self.short(row[number])
                    if cell.isEmpty, columns[number].hasPrefix("pareto") { cell = "dominated" }
                    if let lower = columns.firstIndex(of: columns[number] + "_lower"),
                        let upper = columns.firstIndex(of: columns[number] + "_upper")
                    {
                        cell += " [\(Self.short(row[lower])), \(Self.short(row[upper]))]"
                    }
                    return cell
                })
        }
        return out + (rows.isEmpty ? "" : "\n" + table.text)
    }

    /// The table alone.
    func records(_ format: OutputFormat) -> Data {
        switch format {
        case .npy:
            return NumPyFile.encode(
                rows: rows.map { $0.map { Self.number($0) } }, columns: columns.count)
        case .csv:
            let lines = [columns.map(Self.quoted)] + rows.map { $0.map { Self.cell($0) } }
            return Data(
                lines.map { $0.joined(separator: ",") + "\n" }.joined().utf8)
        default:
            let lines = rows.map { row in
                JSON.object(
                    zip(columns, row).map { name, node in (name, Self.json(node)) }
                ).text() + "\n"
            }
            return Data(lines.joined().utf8)
        }
    }

    // MARK: Cells

    private static func short(_ node: JobNode) -> String {
        switch node.content {
        case .null: return "-"
        case .scalar(let text, quoted: false):
            if let value = Double(text) { return Figures.short(value) }
            return text == "true" ? "yes" : text == "false" ? "" : text
        case .scalar(let text, quoted: true): return text
        case .sequence, .mapping: return json(node).text()
        }
    }

    private static func number(_ node: JobNode) -> Double {
        guard case .scalar(let text, _) = node.content else { return .nan }
        switch text {
        case "true": return 1
        case "false": return 0
        default: return Double(text) ?? .nan
        }
    }

    private static func cell(_ node: JobNode) -> String {
        switch node.content {
        case .null: ""
        case .scalar(let text, _): quoted(text)
        case .sequence, .mapping: quoted(json(node).text())
        }
    }

    private static func quoted(_ text: String) -> String {
        guard text.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return text }
        return "\"" + text.replacingOccurrences(of: "\"", with: "\"\"") + "\""
    }

    private static func json(_ node: JobNode) -> JSON {
        switch node.content {
        case .null: return .null
        case .scalar(let text, let quoted):
            if quoted { return .string(text) }
            if text == "true" || text == "false" { return .bool(text == "true") }
            return Double(text).map { .number($0) } ?? .string(text)
        case .sequence(let items): return .array(items.map(json))
        case .mapping(let entries): return .object(entries.map { ($0.key, json($0.value)) })
        }
    }
}
