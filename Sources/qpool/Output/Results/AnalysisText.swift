// SPDX-License-Identifier: Apache-2.0
import Quantilizer
import Reports

/// The table of an analysis (`sweep`, …) for people.
struct AnalysisText {
    /// Columns that a terminal has no room for; they are in the other formats.
    private static let hidden: Set<String> = [
        "kept", "evaluations", "evaluations_per_bit", "tail_mass",
    ]

    /// What a narrow terminal can do without, the most dispensable first.
    private static let dispensable: [@Sendable (String) -> Bool] = [
        { $0.hasPrefix("pareto") }, { $0.hasSuffix("_bound_kind") }, { $0.hasPrefix("best_of_n") },
        { $0.hasSuffix("_error") }, { ["base_draws", "harmful", "base_rate"].contains($0) },
        { $0.hasSuffix("_bound") && $0 != "output_bound" }, { $0 == "bits" || $0 == "threshold" },
        { $0 == "amplification" },
    ]

    private let analysis: AnalysisTable
    /// Columns of the terminal; nil where lines may be of any length.
    private let room: Int?

    init(_ analysis: AnalysisTable, columns room: Int?) {
        self.analysis = analysis
        self.room = room
    }

    /// A sentence, the facts, then the table, an interval in one cell with what it is of.
    var text: String {
        let (facts, columns) = (analysis.facts, analysis.columns)
        var out = AnalysisSentence(analysis).text.map { set($0, indent: 0) + "\n" } ?? ""
        let width = (facts.map { DisplayText.width($0.name) }.max() ?? 0) + 2
        for (name, value) in facts {
            let gap = String(repeating: " ", count: max(1, width - DisplayText.width(name)))
            out += DisplayText.line(name) + gap + set(Self.short(value), indent: width) + "\n"
        }
        let shown = columns.indices.filter { number in
            let name = columns[number]
            return !name.hasSuffix("_lower") && !name.hasSuffix("_upper")
                && !Self.hidden.contains(name)
        }
        var table = Table(shown.map { columns[$0] })
        table.elsewhere = "-o csv has them"
        for row in analysis.rows { table.rows.append(shown.map { cell(row, $0) }) }
        table.spare = spare(table)
        return out + (table.rows.isEmpty ? "" : "\n" + table.text(columns: room))
    }

    /// Words on lines of the terminal.
    private func set(_ words: String, indent: Int) -> String {
        room.map { Paragraph.lines(words, columns: $0, indent: indent) } ?? DisplayText.line(words)
    }

    /// The places of columns that may be left out, in the order in which they are: first what is the same
    /// in all rows, last what it is all about; never what says which row it is.
    private func spare(_ table: Table) -> [Int] {
        let names = table.header
        let constant = names.indices.dropFirst().reversed().filter { column in
            table.rows.count > 1 && Set(table.rows.map { $0[column] }).count == 1
        }
        let others = names.indices.dropFirst().reversed().filter {
            !constant.contains($0) && names[$0] != "quantile"
        }
        let known = Self.dispensable.flatMap { isSpare in others.filter { isSpare(names[$0]) } }
        let rest = others.filter { !known.contains($0) }
        return constant + known + rest.filter { names[$0] != objective }
            + rest.filter { names[$0] == objective }
    }

    /// Of a sweep, the column that it is about.
    private var objective: String? {
        if case .string(let name)? = analysis.facts.first(where: { $0.name == "objective" })?.value
        {
            return name
        }
        return nil
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
