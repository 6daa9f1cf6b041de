// SPDX-License-Identifier: Apache-2.0

/// What a selection's members imply of each other, and what the job implies of them.
///
/// Draws are made again from (seed, index); of samples that were drawn once, what was measured on them is
/// measured again. The certificate, its sentence, the tail mass and the bounds of costs follow from counts.
struct ImpliedSelection {
    private let job: CompiledJob
    /// Draws of a recorded base that were thrown away and asked for again.
    private let redrawn: UInt64
    private let evaluator: RangeEvaluator

    init(job: CompiledJob, redrawn: UInt64) {
        self.job = job
        self.redrawn = redrawn
        evaluator = RangeEvaluator(job: job)
    }

    /// Members that are compared with what ``mend(_:number:)`` makes of them.
    static let members: Set<String> = [
        "kept", "threshold", "costs", "certificate", "draws", "utility_name", "quantile",
    ]

    /// Selections that the job has.
    var count: Int { job.settings.method.room.selectionCount(job) }

    /// What ``mend(_:number:)`` takes as it is said.
    var unchecked: [String] {
        let why =
            job.drawsOnce
            ? "the samples were drawn once and cannot be drawn again" : "they take all samples"
        var result = [
            "means, spreads and the largest utility, `invalid`, `tie_mass`, the threshold and its "
                + "interval, means of costs, evaluations, diagnostics and warnings: \(why)",
            "that the draws are the top of all samples: \(why)",
        ]
        if job.drawsOnce { result.append("that the texts were drawn from the endpoint") }
        return result
    }

    /// Replaces what is implied by what it should be; what cannot be put right is returned as faults.
    func mend(_ selection: inout SelectionResult, number: Int) -> [String] {
        let utility = number * job.utilities.count / count
        selection.utilityName = job.utilities[utility].name
        selection.threshold.confidence = job.settings.confidence
        var faults = mendCounts(&selection, number: number)
        if selection.costs.count != job.costs.count
            || zip(selection.costs, job.costs).contains(where: { $0.name != $1.name })
        {
            faults.append("costs are not those of the job")
        }
        for cost in selection.costs.indices where selection.costs[cost].bound != nil {
            let factor = selection.certificate.joint(job.settings.confidence).amplification
            selection.costs[cost].bound = selection.costs[cost].limit.map { factor * $0.value }
        }
        return faults + mendDraws(&selection, utility: utility)
    }

    // MARK: Counts

    private func mendCounts(_ selection: inout SelectionResult, number: Int) -> [String] {
        let settings = job.settings
        let said = selection.certificate
        let quantile = settings.quantiles[number % settings.quantiles.count]
        guard said.issued >= said.kept, said.issued <= Limits.samples, redrawn <= Limits.samples,
            said.kept > 0 || selection.draws.isEmpty
        else {
            return ["certificate: \(said.kept) kept of \(said.issued) issued samples cannot be"]
        }
        return settings.method.room.imply(
            ImpliedCounts(job: job, redrawn: redrawn, quantile: quantile), of: &selection)
    }

    // MARK: Draws

    private func mendDraws(_ selection: inout SelectionResult, utility: Int) -> [String] {
        var faults: [String] = []
        let wanted = job.settings.draws
        let few = selection.draws.count < wanted
        if selection.draws.count != wanted, !(few && job.settings.method.room.mayLackDraws) {
            faults.append("\(wanted) draws there should be, not \(selection.draws.count)")
        }
        let floor = Key.orderedBits(selection.threshold.value)
        let most = Key.orderedBits(selection.utility.maximum)
        for (number, draw) in selection.draws.enumerated() {
            let name = "draws[\(number)]"
            guard draw.index <= Limits.samples else {
                faults.append("\(name).index: there is no sample \(draw.index)")
                continue
            }
            if job.drawsOnce {
                faults += measured(&selection.draws[number], utility: utility).map {
                    "\(name) \($0)"
                }
            } else if let sample = evaluator.evaluate(indices: [draw.index]).first {
                selection.draws[number].utility = Key(utility: sample.utilities[utility]).utility
                selection.draws[number].value = sample.value
                selection.draws[number].fallback = false
            }
            let made = Key.orderedBits(selection.draws[number].utility)
            if !selection.draws[number].fallback, made < floor {
                faults.append("\(name): sample \(draw.index) is below the threshold")
            }
            if !selection.draws[number].fallback, made > most, !selection.utility.maximum.isNaN,
                selection.draws[number].utility.isFinite
            {
                faults.append("\(name) is above the largest utility")
            }
        }
        return faults
    }

    /// Measures again what was measured on a sample that cannot be drawn again.
    private func measured(_ draw: inout Draw, utility: Int) -> [String] {
        var record = draw.record ?? SampleRecord(value: draw.value)
        record.value = draw.value
        if let fault = DrawCheck.fault(in: record, work: job.workload) { return [fault] }
        if let made = DrawCheck.utility(utility, of: record, work: job.workload) {
            draw.utility = Key(utility: made).utility
        }
        return []
    }
}
