// SPDX-License-Identifier: Apache-2.0
import Quantilizer
import Reports

/// What an analysis comes to, in a sentence before its numbers.
struct AnalysisSentence {
    private let analysis: AnalysisTable

    init(_ analysis: AnalysisTable) { self.analysis = analysis }

    /// Nil of an audit, which stands behind the sentence of its selections.
    var text: String? {
        switch analysis.name {
        case "sweep": sweep
        case "attack": attack
        case "search": search
        default: nil
        }
    }

    private var sweep: String? {
        guard let best = fact("best") else { return nil }
        let what = word("objective").map { $0 == "mean" ? "the utility" : "`\($0)`" } ?? "it"
        let place = analysis.facts.compactMap { fact -> String? in
            guard fact.name.hasPrefix("best_"), !["best_lower", "best_upper"].contains(fact.name)
            else { return nil }
            return "\(fact.name.dropFirst(5)) \(Self.short(fact.value))"
        }
        return
            "The most of \(what) on average, \(Figures.short(best, within: interval("best"))), is found at "
            + "\(place.joined(separator: ", ")). Who chooses by this curve draws with another seed."
    }

    private var attack: String? {
        guard let p = fact("p"), let base = fact("p_base"), let budget = fact("kl_budget") else {
            return nil
        }
        return
            "Within \(Figures.short(budget)) nats of the base the event can be made "
            + "\(Figures.short(p, digits: 4)) likely; under the base it is "
            + "\(Figures.short(base, digits: 4))."
    }

    private var search: String? {
        guard let criterion = fact("criterion"), let reward = fact("reward") else { return nil }
        // The parameters stand before what was found at them.
        let place = analysis.facts.prefix { $0.name != "criterion" }
            .drop { $0.name != "amplification" }.dropFirst()
            .map { "\($0.name) = \(Self.short($0.value))" }
        return
            "The search ended at \(place.joined(separator: ", ")). There, on samples that had no part in it, "
            + "the criterion is \(Figures.short(criterion, within: interval("criterion"))) and the reward "
            + "\(Figures.short(reward, within: interval("reward")))."
    }

    // MARK: Facts

    private func fact(_ name: String) -> Double? {
        switch analysis.facts.first(where: { $0.name == name })?.value {
        case .number(let value): value
        case .integer(let count): Double(count)
        default: nil
        }
    }

    private func interval(_ name: String) -> Interval? {
        guard let lower = fact(name + "_lower"), let upper = fact(name + "_upper") else {
            return nil
        }
        return Interval(lower, upper)
    }

    private func word(_ name: String) -> String? {
        if case .string(let word)? = analysis.facts.first(where: { $0.name == name })?.value {
            return word
        }
        return nil
    }

    private static func short(_ value: JSON) -> String {
        switch value {
        case .number(let number): Figures.short(number)
        case .integer(let count): Figures.short(Double(count))
        case .string(let text): text
        default: value.text()
        }
    }
}
