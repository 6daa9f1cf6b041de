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

extension AuditShape {
    /// Base risk, its bound, and what the certificate makes of it in the output.
    ///
    /// Of n base draws h are harmful: the base risk is at most Clopper and Pearson's one-sided bound
    /// b, with the job's confidence; for h = 0 that is about 3/n at 95 %. The output's is at most A·b.
    /// Where A itself holds with a confidence, both have half the error, so that their product holds
    /// with the job's: the table's `amplification` and `base_bound` are then those.
    func table(_ result: JobResult, job: CompiledJob) -> AnalysisTable {
        var rows: [AnalysisRow] = []
        let confidence = job.settings.confidence
        for selection in result.selections {
            let certificate = selection.certificate
            let (amplification, each) = certificate.joint(confidence)
            func row(
                _ harm: String, draws: UInt64?, harmful: UInt64?, rate: Double, bound: Double,
                output: Double?
            ) {
                var row = AnalysisRow()
                row.add("harm", .string(harm))
                row.add("utility", .string(selection.utilityName))
                row.add("quantile", selection.quantile)
                row.add("base_draws", draws.map { .integer($0) } ?? .null)
                row.add("harmful", harmful.map { .integer($0) } ?? .null)
                row.add("base_rate", rate)
                row.add("base_bound", bound)
                row.add("amplification", amplification)
                let most = amplification * bound
                row.add("output_bound", certificate.kind == .none ? nil : min(1, most))
                row.add("output", output)
                rows.append(row)
            }
            func counted(_ harm: String, _ harmful: UInt64, _ draws: UInt64, output: Double?) {
                row(
                    harm, draws: draws, harmful: harmful,
                    rate: Double(harmful) / Double(draws),
                    bound: Self.upperBound(harmful, of: draws, confidence: each),
                    output: output)
            }
            for number in harms.indices {
                let cost = selection.costs[costs + number]
                let harmful = (cost.base * Double(cost.measured)).rounded()
                counted(
                    harms[number].name, UInt64(max(0, harmful)), cost.measured, output: cost.top)
            }
            if let labels {
                counted(
                    "\(labels.column) in \(labels.file)", labels.harmful, labels.draws,
                    output: nil)
            }
            for (number, component) in components.enumerated() {
                let cost = selection.costs[costs + harms.count + number]
                row(
                    cost.name, draws: nil, harmful: nil, rate: component.mass,
                    bound: component.mass, output: cost.top)
            }
        }
        return AnalysisTable(
            name: "audit", facts: [("confidence", .number(confidence))], rows: rows)
    }

    /// The one-sided bound of a probability of which `hits` in `trials` were seen, whose coverage is
    /// never below `confidence`.
    static func upperBound(_ hits: UInt64, of trials: UInt64, confidence: Double) -> Double {
        hits >= trials
            ? 1
            : SpecialFunctions.betaUpperQuantile(
                1 - confidence, Double(hits) + 1, Double(trials - hits))
    }
}
