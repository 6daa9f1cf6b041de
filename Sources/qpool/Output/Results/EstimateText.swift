// SPDX-License-Identifier: Apache-2.0
import Foundation
import Quantilizer
import Reports

/// The probability of an event as people read it.
enum EstimateText {
    /// A sentence and a few lines, the naive floor beside the estimate.
    static func table(
        _ estimate: ProbabilityEstimate, method: String, columns: Int? = nil
    ) -> String {
        var lines = LabelledLines(columns: columns)
        let percent = Figures.short(estimate.confidence * 100)
        let words = sentence(estimate)
        lines.add("p", "\(Figures.estimate(estimate.p, estimate.interval))  (\(percent) %)")
        let logs = estimate.logInterval
        let ends = logs.lower.isFinite ? Figures.estimate(estimate.logP, logs) : nil
        lines.add(
            "log p",
            (ends ?? "\(Figures.short(estimate.logP))  in [-inf, \(Figures.short(logs.upper))]")
                + " nats"
        )
        lines.add(
            "error",
            "\(Figures.short(estimate.variation * 100, digits: 3)) % of p, one standard deviation")
        lines.add(
            "says as much",
            "as \(Figures.short(estimate.effective.rounded())) samples in the event")
        lines.add("evaluations", "\(Figures.grouped(estimate.evaluations)), by \(method)")
        let squares = estimate.variation * estimate.variation
        if estimate.p > 0, squares > 0, squares.isFinite {
            let plain = max(0, 1 - estimate.p) / (estimate.p * squares)
            lines.add(
                "plain sampling",
                "1/p = \(Figures.count(1 / estimate.p)) a hit, \(Figures.count(plain)) for this error: "
                    + Ledger.saved(plain / Double(estimate.evaluations)))
        }
        lines.add(
            "naive floor",
            "\(Figures.short(estimate.naiveFloor)): what as many plain samples without a hit would tell"
        )
        return (columns.map { Paragraph.lines(words, columns: $0, indent: 0) } ?? words) + "\n"
            + lines.text
    }

    private static func sentence(_ estimate: ProbabilityEstimate) -> String {
        guard estimate.p > 0 else {
            return
                "The event was not seen; its probability is at most "
                + "\(Figures.bound(estimate.interval.upper)), \(Figures.short(estimate.confidence * 100)) % sure."
        }
        return
            "The event happens with a probability of "
            + "\(Figures.short(estimate.p, within: estimate.interval)), once in about "
            + "\(Figures.count(1 / estimate.p)) samples of the base."
    }
}
