// SPDX-License-Identifier: Apache-2.0

/// `band`: uniform between two quantiles, the share `cut` at the top left out.
struct BandRoom: MethodRoom {
    var cut: Double

    var name: String { "band" }
    var nature: MethodNature { AskedBand.nature }
    var looksTwice: Bool { true }
    var drawsAreSamples: Bool { true }

    func machine(for job: CompiledJob) -> any Method { BandMethod(job: job, cut: cut) }

    func plan(_ plan: inout JobPlan, job: CompiledJob) {
        let method = BandMethod(job: job, cut: cut)
        plan.rounds = method.plannedRounds(job: job)
        plan.memoryBytes = method.plannedBytes(job: job)
        plan.selections = job.selections.map {
            let (best, worst) = BandMethod.ranks(
                cut, $0.quantile, samples: job.settings.samples)
            return JobPlan.uniform($0, kept: worst - best, job)
        }
    }

    func issuesAlike(_ job: CompiledJob) -> Bool { true }

    func imply(_ counts: ImpliedCounts, of selection: inout SelectionResult) -> [String] {
        let samples = counts.job.settings.samples
        let (best, worst) = BandMethod.ranks(cut, counts.quantile, samples: samples)
        selection.quantile = counts.quantile
        guard worst > best else { return ["kept: the band is empty"] }
        counts.setRank(&selection, kept: worst, of: samples)
        selection.kept = worst - best
        selection.certificate = .uniformOverKept(kept: selection.kept, issued: samples)
        return []
    }

    func written(_ job: CompiledJob, proposal: JSON) -> JSON { written([("cut", .number(cut))]) }
}

extension MethodChoice {
    /// Uniform between two quantiles, the share `cut` at the top left out.
    public static func band(cut: Double) -> MethodChoice { MethodChoice(BandRoom(cut: cut)) }
}
