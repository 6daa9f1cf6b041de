// SPDX-License-Identifier: Apache-2.0
internal import Quantilizer

/// The numbers of an analysis by their names.
struct TableReader {
    let table: AnalysisTable
    private let places: [String: Int]

    init(_ table: AnalysisTable) {
        self.table = table
        places = Dictionary(
            table.columns.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Whether there is such a column.
    func has(_ column: String) -> Bool { places[column] != nil }

    /// A cell; nil where there is no such column.
    func cell(_ row: [JSON], _ column: String) -> JSON? { places[column].map { row[$0] } }

    /// A number; NaN where there is none.
    func number(_ row: [JSON], _ column: String) -> Double { Self.number(cell(row, column)) }

    /// The interval of a column: `a_lower` and `a_upper`; nil where there is none.
    func interval(_ row: [JSON], _ column: String, _ kind: String = "") -> Interval? {
        let (low, high) = (
            number(row, column + kind + "_lower"), number(row, column + kind + "_upper")
        )
        return low.isNaN || high.isNaN ? nil : Interval(low, high)
    }

    /// A fact; NaN where there is none or it is no number.
    func fact(_ name: String) -> Double {
        Self.number(table.facts.first { $0.name == name }?.value)
    }

    /// The interval of a fact.
    func factInterval(_ name: String) -> Interval? {
        let (low, high) = (fact(name + "_lower"), fact(name + "_upper"))
        return low.isNaN || high.isNaN ? nil : Interval(low, high)
    }

    /// A fact that is a word.
    func word(_ name: String) -> String? {
        if case .string(let word)? = table.facts.first(where: { $0.name == name })?.value {
            return word
        }
        return nil
    }

    /// The facts as a table, intervals beside what they are of.
    func facts(_ title: String) -> Listing {
        let shown = table.facts.filter {
            !$0.name.hasSuffix("_lower") && !$0.name.hasSuffix("_upper")
        }
        return .facts(
            title,
            shown.map { fact in
                if let interval = factInterval(fact.name) {
                    return (fact.name, .estimate(self.fact(fact.name), interval))
                }
                return (fact.name, Cell(fact.value))
            })
    }

    /// The rows as they are, intervals beside what they are of.
    func rows(_ title: String) -> Listing {
        let shown = table.columns.filter { name in
            !["_lower", "_upper"].contains { end in
                name.hasSuffix(end)
                    && (has(String(name.dropLast(6)))
                        || has(String(name.dropLast(6)).replacingSuffix("_band")))
            }
        }
        let rows = table.rows.map { row in
            shown.map { name -> Cell in
                if let interval = interval(row, name) {
                    return .estimate(number(row, name), interval)
                }
                return Cell(cell(row, name))
            }
        }
        return Listing(
            title: title, columns: shown, rows: rows, isSortable: rows.count > 1,
            isFolded: rows.count > 12)
    }

    private static func number(_ json: JSON?) -> Double {
        switch json {
        case .number(let value): value
        case .integer(let value): Double(value)
        case .string("inf"): .infinity
        case .string("-inf"): -.infinity
        default: .nan
        }
    }
}

extension String {
    /// The text without an ending that it has.
    fileprivate func replacingSuffix(_ ending: String) -> String {
        hasSuffix(ending) ? String(dropLast(ending.count)) : self
    }
}
