// SPDX-License-Identifier: Apache-2.0

/// `attack` on rows of a table or categories: the law within the budget that makes the event most likely, exactly.
///
/// Whether a row is in the event is known, so the best law weighs all rows in the event alike more and
/// all others less: with p the mass of the event, p′ the most for which
/// KL = p′ ln(p′/p) + (1 − p′) ln((1 − p′)/(1 − p)) is within the budget, by p′/p and (1 − p′)/(1 − p). By the
/// log-sum inequality no law of the rows that gives the event p′ is nearer to the base.
///
/// **Determinism**: sums over rows are exact, so their order does not matter.
/// **Complexity**: an evaluation of the event for each row, no sample.
struct RowAttack {
    private let budget: Double
    private let rows: Int
    private let inEvent: Int
    private let mass: Double

    init(_ base: any ListedBase, job: CompiledJob, budget: Double) {
        self.budget = budget
        rows = base.outcomes
        let event = job.utilities[0].utility
        var values = Columns(count: base.dimension, capacity: BlockSampler.lanes)
        var scratch = Columns(count: event.scratchColumns, capacity: BlockSampler.lanes)
        var results = Columns(count: 1, capacity: BlockSampler.lanes)
        var hits = 0
        var within = ExactSum()
        var all = ExactSum()
        for first in stride(from: 0, to: rows, by: BlockSampler.lanes) {
            let lanes = min(BlockSampler.lanes, rows - first)
            base.fill(&values, from: first, lanes: lanes)
            event.evaluate(
                lanes: lanes, values: values, scratch: &scratch, results: &results, column: 0)
            for lane in 0..<lanes {
                let weight = base.weight(of: first + lane)
                all.add(weight)
                guard results[0, lane] == .infinity else { continue }
                hits += 1
                within.add(weight)
            }
        }
        inEvent = hits
        mass = within.value / all.value
    }

    /// The largest mass that the event can be given.
    private var attacked: Double {
        guard mass > 0, mass < 1 else { return mass }
        guard budget < -Elementary.log(mass) else { return 1 }
        var low = mass
        var high = 1.0
        for _ in 0..<200 {
            let middle = low + (high - low) / 2
            if middle <= low || middle >= high { break }
            if divergence(middle) <= budget { low = middle } else { high = middle }
        }
        return low
    }

    private func divergence(_ p: Double) -> Double {
        guard mass > 0, mass < 1 else { return 0 }
        var sum = 0.0
        if p > 0 { sum += p * Elementary.log(p / mass) }
        if p < 1 { sum += (1 - p) * Elementary.log((1 - p) / (1 - mass)) }
        return max(0, sum)
    }

    var result: JobResult {
        let after = attacked
        var facts: [(name: String, value: JSON)] = [
            ("kl_budget", .number(budget)), ("kl", .number(divergence(after))),
        ]
        for (name, p) in [("ln_p", after), ("ln_p_base", mass)] {
            let log = JSON.number(Elementary.log(p))
            facts += [(name, log), (name + "_lower", log), (name + "_upper", log)]
        }
        facts += [("p", .number(after)), ("p_base", .number(mass))]
        var lines: [AnalysisRow] = []
        for (name, count, before, now) in [
            ("in the event", inEvent, mass, after),
            ("outside", rows - inEvent, 1 - mass, 1 - after),
        ] {
            var line = AnalysisRow()
            line.add("rows", .string(name))
            line.add("number", .integer(UInt64(count)))
            line.add("mass", before)
            line.add("attacked_mass", now)
            line.add("factor", before > 0 ? now / before : nil)
            lines.append(line)
        }
        var result = JobResult(
            issued: UInt64(rows), evaluations: UInt64(rows), selections: [],
            diagnostics: [("rows", Double(rows)), ("hits", Double(inEvent))],
            warnings: mass > 0
                ? []
                : [
                    JobWarning(
                        "event-not-seen",
                        "none of the \(rows) rows is in the event, and no law of them can be; rows of a "
                            + "table may be smoothed (`smooth`), which goes between them")
                ])
        result.table = AnalysisTable(name: "attack", facts: facts, rows: lines)
        return result
    }
}
