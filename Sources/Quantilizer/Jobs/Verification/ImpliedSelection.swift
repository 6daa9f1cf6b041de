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
    var count: Int {
        switch job.settings.method {
        case .bestOfN, .threshold(.value, _): job.utilities.count
        case .exact, .threshold(.pilot, _), .splitting, .importance, .crossEntropy, .screened,
            .band, .tilt, .minimax, .impact, .plain, .attack, .search:
            job.selections.count
        }
    }

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
        let confidence = settings.confidence
        let said = selection.certificate
        let quantile = settings.quantiles[number % settings.quantiles.count]
        guard said.issued >= said.kept, said.issued <= Limits.samples, redrawn <= Limits.samples,
            said.kept > 0 || selection.draws.isEmpty
        else {
            return ["certificate: \(said.kept) kept of \(said.issued) issued samples cannot be"]
        }
        switch settings.method {
        case .exact:
            guard said.issued > redrawn else { return ["certificate.issued is too few"] }
            var samples = settings.samples
            if case .threshold = settings.precision { samples = said.issued - redrawn }
            let kept = KeptCount.of(quantile: quantile, samples: samples)
            selection.quantile = quantile
            setRank(&selection, kept: kept, of: samples)
            selection.certificate = .uniformOverKept(
                kept: kept, issued: samples,
                looks: settings.looks.map { ($0, KeptCount.of(quantile: quantile, samples: $0)) },
                draws: settings.draws, redrawn: redrawn, attempts: job.recorded?.attempts ?? 1)
        case .bestOfN:
            selection.quantile = 1 / Double(settings.samples)
            setRank(&selection, kept: 1, of: settings.samples)
            selection.certificate = .bestOf(
                settings.samples, draws: settings.draws, redrawn: redrawn,
                attempts: job.recorded?.attempts ?? 1)
            let utilities = selection.draws.map(\.utility)
            if let least = utilities.map({ Key.orderedBits($0) }).min(),
                let worst = utilities.first(where: { Key.orderedBits($0) == least })
            {
                selection.threshold.value = worst
            }
        case .threshold(.pilot(let size), _):
            let kept = KeptCount.of(quantile: quantile, samples: size)
            selection.quantile = quantile
            selection.kept = said.kept
            selection.threshold.tailMass = Double(kept) / Double(size)
            selection.threshold.tailMassInterval = TailMass.aboveRank(
                kept, ties: ties(selection, of: size), of: size, confidence: confidence)
            selection.certificate = .abovePilot(
                kept: kept, pilot: size, confidence: confidence, issued: said.issued,
                accepted: said.kept)
        case .threshold(.value, _):
            selection.quantile = nil
            selection.kept = said.kept
            selection.threshold.interval = nil
            selection.threshold.tailMass = Double(said.kept) / Double(said.issued)
            let isFull = selection.draws.count == settings.draws
            selection.threshold.tailMassInterval =
                isFull
                ? TailMass.inverseSampling(
                    successes: said.kept, trials: said.issued, confidence: confidence)
                : TailMass.clopperPearson(
                    hits: said.kept, trials: said.issued, confidence: confidence)
            selection.certificate = .aboveGiven(
                confidence: confidence, issued: said.issued, accepted: said.kept)
        case .screened:
            selection.quantile = quantile
            selection.kept = KeptCount.of(quantile: quantile, samples: settings.samples)
            // How often a text may be written again in all stages is the method's to know.
            if !job.drawsOnce {
                selection.certificate = .uniformOverKept(
                    kept: selection.kept, issued: settings.samples)
            }
        case .band(let cut):
            let (best, worst) = BandMethod.ranks(cut, quantile, samples: settings.samples)
            selection.quantile = quantile
            guard worst > best else { return ["kept: the band is empty"] }
            setRank(&selection, kept: worst, of: settings.samples)
            selection.kept = worst - best
            selection.certificate = .uniformOverKept(
                kept: selection.kept, issued: settings.samples)
        case .splitting, .importance, .crossEntropy, .tilt, .minimax, .impact, .plain, .attack,
            .search:
            selection.quantile = quantile
            selection.kept = said.kept
            if let gate = said.gate { selection.certificate.amplification = 1 / gate + 1 }
            let turned = selection.draws.count { $0.fallback }
            selection.certificate.fallback = Double(turned) / Double(max(1, settings.draws))
        }
        return []
    }

    private func setRank(_ selection: inout SelectionResult, kept: UInt64, of samples: UInt64) {
        selection.kept = kept
        selection.threshold.tailMass = Double(kept) / Double(samples)
        selection.threshold.tailMassInterval = TailMass.aboveRank(
            kept, ties: ties(selection, of: samples), of: samples,
            confidence: job.settings.confidence)
    }

    /// The samples at the threshold, as the selection says.
    private func ties(_ selection: SelectionResult, of samples: UInt64) -> Ties {
        let count = (selection.tieMass * Double(samples)).rounded()
        guard count > 1, count <= Double(samples) else { return .none }
        return Ties(count: UInt64(count), kept: selection.tieKept)
    }

    // MARK: Draws

    private func mendDraws(_ selection: inout SelectionResult, utility: Int) -> [String] {
        var faults: [String] = []
        let wanted = job.settings.draws
        let few = selection.draws.count < wanted
        if selection.draws.count != wanted, !(few && mayLackDraws) {
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

    private var mayLackDraws: Bool {
        if case .threshold = job.settings.method { true } else { false }
    }

    /// Measures again what was measured on a sample that cannot be drawn again.
    private func measured(_ draw: inout Draw, utility: Int) -> [String] {
        var record = draw.record ?? SampleRecord(value: draw.value)
        record.value = draw.value
        if let fault = DrawCheck.fault(in: record, job: job) { return [fault] }
        if let made = DrawCheck.utility(utility, of: record, job: job) {
            draw.utility = Key(utility: made).utility
        }
        return []
    }
}

extension Key {
    /// The key of a utility, for its value alone.
    init(utility: Double) {
        self.init(bits: Key.orderedBits(utility), label: 0, index: 0)
    }
}
