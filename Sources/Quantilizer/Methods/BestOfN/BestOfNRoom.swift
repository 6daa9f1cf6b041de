// SPDX-License-Identifier: Apache-2.0

/// `best-of-n`: the best of n, one for each group of n.
struct BestOfNRoom: MethodRoom {
    var name: String { "best-of-n" }
    var nature: MethodNature { AskedBestOfN.nature }
    var isInGroups: Bool { true }
    var drawsAreSamples: Bool { true }
    var keepsQuantiles: Bool { false }
    var whyNotInParts: String { "it was begun as a whole" }
    func whyNotExtensible(_ settings: JobSettings) -> JobFailure? { nil }

    func machine(for job: CompiledJob) -> any Method { BestOfN(job: job) }

    func plan(_ plan: inout JobPlan, job: CompiledJob) {
        let settings = job.settings
        let n = Double(settings.samples)
        plan.samples = settings.samples * UInt64(settings.draws)
        plan.memoryBytes = 4 * settings.draws * job.candidateBytes * job.utilities.count
        plan.selections = job.utilities.map {
            JobPlan.Selection(
                utility: $0.name, quantile: 1 / n, kept: 1, amplification: n,
                bits: Kernels.log2(n), samplesPerDraw: n)
        }
    }

    func issuesAlike(_ job: CompiledJob) -> Bool { !job.drawsOnce }
    func selectionCount(_ job: CompiledJob) -> Int { job.utilities.count }

    func imply(_ counts: ImpliedCounts, of selection: inout SelectionResult) -> [String] {
        let settings = counts.job.settings
        selection.quantile = 1 / Double(settings.samples)
        counts.setRank(&selection, kept: 1, of: settings.samples)
        selection.certificate = .bestOf(
            settings.samples, draws: settings.draws, redrawn: counts.redrawn,
            attempts: counts.attempts)
        let utilities = selection.draws.map(\.utility)
        if let least = utilities.map({ Key.orderedBits($0) }).min(),
            let worst = utilities.first(where: { Key.orderedBits($0) == least })
        {
            selection.threshold.value = worst
        }
        return []
    }
}

extension MethodChoice {
    /// The best of n, one for each group of n.
    public static let bestOfN = MethodChoice(BestOfNRoom())
}
