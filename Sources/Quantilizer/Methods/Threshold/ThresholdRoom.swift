// SPDX-License-Identifier: Apache-2.0

/// Where the `threshold` method takes its threshold from.
public enum ThresholdSource: Sendable, Hashable {
    /// A utility given in the job.
    case value(Double)
    /// The k-th best of so many pilot samples.
    case pilot(UInt64)
}

/// `threshold`: fresh samples until enough reach a threshold.
struct ThresholdRoom: MethodRoom {
    var source: ThresholdSource
    /// The most samples that are tried.
    var most: UInt64

    var name: String { "threshold" }
    var nature: MethodNature { AskedThreshold.nature }
    var mostSamples: UInt64? {
        get { most }
        set { if let newValue { most = newValue } }
    }
    var takesPart: Bool { true }
    var drawsAreSamples: Bool { true }
    var mayLackDraws: Bool { true }
    var keepsQuantiles: Bool {
        if case .value = source { false } else { true }
    }
    func whyNotExtensible(_ settings: JobSettings) -> JobFailure? { nil }

    func machine(for job: CompiledJob) -> any Method {
        ThresholdMethod(job: job, source: source, maximumSamples: most)
    }

    func plan(_ plan: inout JobPlan, job: CompiledJob) {
        let settings = job.settings
        plan.isExact = false
        guard case .pilot(let size) = source else {
            plan.samples = most
            plan.selections = job.utilities.map { JobPlan.Selection(utility: $0.name) }
            return
        }
        plan.rounds = 2
        plan.pilotSamples = size
        let least = settings.quantiles.min() ?? 1
        plan.samples = min(most, UInt64((Double(settings.draws) / least).rounded(.up)))
        plan.selections = job.selections.map { selection in
            let kept = KeptCount.of(quantile: selection.quantile, samples: size)
            let amplification = kept > 1 ? Double(size) / Double(kept - 1) : nil
            return JobPlan.Selection(
                utility: job.utilities[selection.utility].name,
                quantile: selection.quantile, kept: kept, amplification: amplification,
                bits: amplification.map { Kernels.log2($0) },
                samplesPerDraw: 1 / selection.quantile)
        }
    }

    func selectionCount(_ job: CompiledJob) -> Int {
        if case .value = source { job.utilities.count } else { job.selections.count }
    }

    func imply(_ counts: ImpliedCounts, of selection: inout SelectionResult) -> [String] {
        let said = selection.certificate
        let confidence = counts.job.settings.confidence
        selection.kept = said.kept
        switch source {
        case .pilot(let size):
            let kept = KeptCount.of(quantile: counts.quantile, samples: size)
            selection.quantile = counts.quantile
            selection.threshold.tailMass = Double(kept) / Double(size)
            selection.threshold.tailMassInterval = TailMass.aboveRank(
                kept, ties: counts.ties(selection, of: size), of: size, confidence: confidence)
            selection.certificate = .abovePilot(
                kept: kept, pilot: size, confidence: confidence, issued: said.issued,
                accepted: said.kept)
        case .value:
            selection.quantile = nil
            selection.threshold.interval = nil
            selection.threshold.tailMass = Double(said.kept) / Double(said.issued)
            let isFull = selection.draws.count == counts.job.settings.draws
            selection.threshold.tailMassInterval =
                isFull
                ? TailMass.inverseSampling(
                    successes: said.kept, trials: said.issued, confidence: confidence)
                : TailMass.clopperPearson(
                    hits: said.kept, trials: said.issued, confidence: confidence)
            selection.certificate = .aboveGiven(
                confidence: confidence, issued: said.issued, accepted: said.kept)
        }
        return []
    }

    func written(_ job: CompiledJob, proposal: JSON) -> JSON {
        switch source {
        case .value(let value): written([("value", .number(value))])
        case .pilot(let size): written([("pilot", .integer(size))])
        }
    }
}

extension MethodChoice {
    /// Fresh samples until enough reach a threshold; at most `maximumSamples` of them.
    public static func threshold(
        _ source: ThresholdSource, maximumSamples: UInt64
    ) -> MethodChoice {
        MethodChoice(ThresholdRoom(source: source, most: maximumSamples))
    }
}
