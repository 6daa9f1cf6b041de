// SPDX-License-Identifier: Apache-2.0

/// What an audit looks for in base samples, to bound it in the output.
public struct AuditShape: Sendable {
    /// Base draws that somebody labelled.
    struct Labels: Sendable {
        var file: String
        var column: String
        var draws: UInt64
        var harmful: UInt64
    }

    /// The job's costs that come before the audit's own.
    var costs: Int
    /// Formulas that are true of harm; the costs after the job's own are their indicators.
    var harms: [NamedUtility] = []
    /// Labelled base draws.
    var labels: Labels?
    /// Components of the base, a mixture, with their probabilities; the last costs are their
    /// indicators.
    var components: [(label: String, mass: Double)] = []

    /// The costs that the audit adds.
    func indicators(dimension: Int) -> [NamedUtility] {
        harms.map {
            NamedUtility(
                name: $0.name, source: $0.source, utility: IndicatorUtility(condition: $0.utility))
        }
            + components.enumerated().map { number, component in
                NamedUtility(
                    name: "component \(component.label)", source: "component == \(number)",
                    utility: ComponentIndicator(column: dimension, component: Double(number)))
            }
    }
}

/// 1 where a condition is true, neither 0 nor NaN, else 0.
struct IndicatorUtility: Utility {
    let condition: any Utility

    var scratchColumns: Int { condition.scratchColumns }
    var range: ValueRange? { .binary }

    func evaluate(
        lanes: Int, values: borrowing Columns, scratch: inout Columns, results: inout Columns,
        column: Int
    ) {
        condition.evaluate(
            lanes: lanes, values: values, scratch: &scratch, results: &results, column: column)
        for lane in 0..<lanes {
            let x = results[column, lane]
            results[column, lane] = x == 0 || x.isNaN ? 0 : 1
        }
    }
}

/// 1 where a ``LabelledMixture`` took one component.
struct ComponentIndicator: Utility {
    let column: Int
    let component: Double

    var scratchColumns: Int { 0 }
    var range: ValueRange? { .binary }

    func evaluate(
        lanes: Int, values: borrowing Columns, scratch: inout Columns, results: inout Columns,
        column result: Int
    ) {
        for lane in 0..<lanes {
            results[result, lane] = values[column, lane] == component ? 1 : 0
        }
    }
}
