// SPDX-License-Identifier: Apache-2.0
import Quantilizer
import Reports

/// The table of an analysis (`sweep`, …) for people.
struct AnalysisText {
    /// Columns that a terminal has no room for; they are in the other formats.
    private static let hidden: Set<String> = [
        "kept", "evaluations", "evaluations_per_bit", "tail_mass",
    ]

    private let analysis: AnalysisTable

    init(_ analysis: AnalysisTable) { self.analysis = analysis }

    /// The facts, then the table, an interval in one cell with what it is of.
    var text: String {
        let (facts, columns) = (analysis.facts, analysis.columns)
        var out = ""
        let width = (facts.map { DisplayText.width($0.name) }.max() ?? 0) + 2
        for (name, value) in facts {
            let gap = String(repeating: " ", count: max(1, width - DisplayText.width(name)))
            out += DisplayText.line(name) + gap + DisplayText.line(Self.short(value)) + "\n"
        }
        let shown = columns.indices.filter { number in
            let name = columns[number]
            return !name.hasSuffix("_lower") && !name.hasSuffix("_upper")
                && !Self.hidden.contains(name)
        }
        var table = Table(shown.map { columns[$0] }, numeric: [])
        for row in analysis.rows { table.rows.append(shown.map { cell(row, $0) }) }
        return out + (table.rows.isEmpty ? "" : "\n" + table.text)
    }

    private func cell(_ row: [JSON], _ number: Int) -> String {
        let name = analysis.columns[number]
        if case .bool(false) = row[number], name.hasPrefix("pareto") { return "dominated" }
        guard let lower = analysis.columns.firstIndex(of: name + "_lower"),
            let upper = analysis.columns.firstIndex(of: name + "_upper")
        else { return Self.short(row[number]) }
        guard let value = Self.number(row[number]), let low = Self.number(row[lower]),
            let high = Self.number(row[upper])
        else {
            return
                "\(Self.short(row[number])) [\(Self.short(row[lower])), \(Self.short(row[upper]))]"
        }
        let interval = Interval(low, high)
        let ends = [low, high].map { Figures.short($0, within: interval) }
        return "\(Figures.short(value, within: interval)) [\(ends[0]), \(ends[1])]"
    }

    private static func number(_ value: JSON) -> Double? {
        switch value {
        case .number(let number): number
        case .integer(let count): Double(count)
        default: nil
        }
    }

    private static func short(_ value: JSON) -> String {
        switch value {
        case .null: "-"
        case .bool(let truth): truth ? "yes" : ""
        case .number(let number): Figures.short(number)
        case .integer(let count): Figures.short(Double(count))
        case .string(let text): text
        case .array, .object: value.text()
        }
    }
}
