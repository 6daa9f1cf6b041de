// SPDX-License-Identifier: Apache-2.0

/// `exact`: the top k of N, and a uniform choice among them.
struct ExactRoom: MethodRoom {
    var name: String { "exact" }
    var nature: MethodNature { AskedExact.nature }
    var paysForLooks: Bool { true }
    var takesPart: Bool { true }
    var drawsAreSamples: Bool { true }
    var whyNotInParts: String {
        "its candidates do not fit `memory`, so that later passes depend on earlier ones; give "
            + "the job more `memory` (a kept sample takes 96 bytes, and 32 more a cost), or "
            + "take a --state that was begun with --part"
    }

    func whyNotExtensible(_ settings: JobSettings) -> JobFailure? {
        guard case .threshold = settings.precision else { return nil }
        return JobFailure(
            "cannot-extend",
            "`precision: { threshold: … }` finds the number of samples by itself: submit a "
                + "job with a narrower width, or with `samples`, which can be extended")
    }

    func machine(for job: CompiledJob) -> any Method {
        if case .threshold(let width) = job.settings.precision {
            return PrecisionMethod(job: job, width: width)
        }
        return ExactMethod(job: job, samples: job.settings.samples)
    }

    /// In one pass wherever that fits the memory, so that the parts do not depend on one another.
    func machineInParts(of job: CompiledJob) -> any Method {
        guard job.settings.whyNotExtensible == nil else { return machine(for: job) }
        return ExactMethod(job: job, samples: job.settings.samples, heldWhole: .max)
    }

    func plan(_ plan: inout JobPlan, job: CompiledJob) {
        let settings = job.settings
        if case .threshold = settings.precision {
            plan.isExact = false
            plan.rounds = 4
        } else {
            let method = ExactMethod(job: job, samples: settings.samples)
            plan.rounds = method.plannedRounds(job: job)
            plan.memoryBytes = method.plannedBytes(job: job)
        }
        let isExact = plan.isExact
        plan.selections = job.selections.map { selection in
            let kept = KeptCount.of(quantile: selection.quantile, samples: settings.samples)
            let amplification = Double(settings.samples) / Double(kept)
            return JobPlan.Selection(
                utility: job.utilities[selection.utility].name, quantile: selection.quantile,
                kept: isExact ? kept : nil,
                amplification: isExact ? amplification : 1 / selection.quantile,
                bits: Kernels.log2(isExact ? amplification : 1 / selection.quantile),
                samplesPerDraw: Double(settings.samples) / Double(settings.draws),
                tailMassInterval: isExact
                    ? TailMass.aboveRank(
                        kept, of: settings.samples, confidence: settings.confidence) : nil)
        }
    }

    func issuesAlike(_ job: CompiledJob) -> Bool {
        job.settings.precision == nil && !job.drawsOnce
    }

    func imply(_ counts: ImpliedCounts, of selection: inout SelectionResult) -> [String] {
        let settings = counts.job.settings
        let issued = selection.certificate.issued
        guard issued > counts.redrawn else { return ["certificate.issued is too few"] }
        var samples = settings.samples
        if case .threshold = settings.precision { samples = issued - counts.redrawn }
        let kept = KeptCount.of(quantile: counts.quantile, samples: samples)
        selection.quantile = counts.quantile
        counts.setRank(&selection, kept: kept, of: samples)
        selection.certificate = .uniformOverKept(
            kept: kept, issued: samples,
            looks: settings.looks.map {
                ($0, KeptCount.of(quantile: counts.quantile, samples: $0))
            }, draws: settings.draws, redrawn: counts.redrawn, attempts: counts.attempts)
        return []
    }
}

extension MethodChoice {
    /// The top k of N, and a uniform choice among them.
    public static let exact = MethodChoice(ExactRoom())
}

extension JobSettings {
    /// Settings of an `exact` job, with the defaults of a job file.
    public init(
        seed: UInt64 = 0, samples: UInt64, quantiles: [Double], draws: Int = 1,
        confidence: Double = 0.95, memoryBytes: Int = 64 << 20, precision: Precision? = nil
    ) {
        self.init(
            seed: seed, samples: samples, quantiles: quantiles, draws: draws, method: .exact,
            confidence: confidence, memoryBytes: memoryBytes, precision: precision)
    }
}
