// SPDX-License-Identifier: Apache-2.0

/// `screened`: the exact best of N samples by a cheap first utility, then the exact best of those by
/// the utility, which is evaluated on them alone.
///
/// N counts the samples issued, so A = N/k whatever the screen drops (docs/methods.md, theorem 1).
/// What it drops is estimated from a random part of the samples screened out, which the utility is
/// evaluated on as well.
///
/// **Source**: the audit is double sampling: Cochran, *Sampling Techniques* (1977), chapter 12; its
/// interval: ``AuditedCount``.
struct ScreenedMethod: Method {
    private enum Phase: UInt8 {
        case screening, judging
    }

    private let settings: ScreenedSettings
    private let samples: UInt64
    private var phase = Phase.screening
    private var screening: ExactMethod
    /// The last survivor's key.
    private var floor = Key.lowest

    init(job: CompiledJob, settings: ScreenedSettings) {
        self.settings = settings
        samples = job.settings.samples
        screening = ExactMethod(job: Self.screeningJob(job, settings), samples: samples)
    }

    /// The first stage as a job: one selection, the survivors.
    private static func screeningJob(
        _ job: CompiledJob, _ settings: ScreenedSettings
    ) -> CompiledJob {
        var job = job
        job.settings.quantiles = [settings.share(of: job.settings.samples)]
        job.settings.draws = 1
        return job
    }

    /// Samples of which the keys must be held in the second stage.
    private func mostKept(_ job: CompiledJob) -> UInt64 {
        job.selections.map { KeptCount.of(quantile: $0.quantile, samples: samples) }.max() ?? 1
    }

    /// Why a job cannot be done; nil where it can.
    private func problem(_ job: CompiledJob) -> JobFailure? {
        guard job.auxiliary != nil, job.utilities.count == 1 else {
            return JobFailure("one-utility", "screened goes by one screen to one utility")
        }
        let kept = mostKept(job)
        guard kept <= settings.count(of: samples) else {
            return JobFailure(
                "too-few-survivors",
                "\(settings.count(of: samples)) samples survive the screen, and \(kept) are to be "
                    + "kept: give more `survivors`")
        }
        let held = kept + UInt64(settings.auditCapacity)
        guard held <= UInt64(job.candidateBudget) else {
            let bytes = held * UInt64(4 * job.candidateBytes)
            return JobFailure(
                "memory-too-small",
                "\(kept) kept samples and \(settings.audit) audited ones need `memory` of at least "
                    + "\(bytes / 1_000_000 + 1)MB")
        }
        return nil
    }

    mutating func begin(job: CompiledJob, number: Int) -> MethodStep {
        if let problem = problem(job) { return .failure(problem) }
        return staged(screening.begin(job: Self.screeningJob(job, settings), number: number))
    }

    /// A step of the first stage, by the screen.
    private func staged(_ step: MethodStep) -> MethodStep {
        guard case .round(var round) = step else { return step }
        round.stage = .screen
        return .round(round)
    }

    mutating func advance(
        _ merger: consuming RoundMerger, _ context: MethodContext
    ) -> MethodStep {
        let job = context.job
        switch phase {
        case .screening:
            let step = screening.advance(
                merger, context.of(Self.screeningJob(job, settings)))
            guard case .result = step else { return staged(step) }
            floor = screening.outcomes.first?.threshold ?? .lowest
            phase = .judging
            return .round(judging(job, context.nextRound))
        case .judging:
            merger.trim()
            let report = ScreenedReport(
                settings: settings, samples: samples, floor: floor, counts: merger.channelTotals,
                survivors: merger.channels[0].candidates,
                audited: merger.channels[1].candidates)
            return report.step(context)
        }
    }

    private func judging(_ job: CompiledJob, _ number: Int) -> Round {
        Round(
            number: number, domain: .base, range: 0..<samples,
            task: .select([
                Sieve(utility: 0, capacity: Int(mostKept(job))),
                Sieve(utility: 0, capacity: settings.auditCapacity),
            ]), measures: false,
            stage: .survivors(floor: floor, audit: settings.auditLimit(of: samples)))
    }

    func expectedSamples(job: CompiledJob) -> UInt64 { samples }

    func running(_ merger: RoundMerger, job: CompiledJob) -> RunningRanks? { nil }

    func fits(_ round: Round) -> Bool {
        switch phase {
        case .screening: round.stage == .screen && screening.fits(round)
        case .judging:
            round.stage == .survivors(floor: floor, audit: settings.auditLimit(of: samples))
                && round.range == 0..<samples
        }
    }

    func write(to writer: inout ByteWriter) {
        writer.write(phase.rawValue)
        writer.write(floor)
        if phase == .screening { screening.write(to: &writer) }
    }

    mutating func read(
        from reader: inout ByteReader, job: CompiledJob
    ) throws(DecodingFailure) {
        guard let phase = Phase(rawValue: try reader.byte()) else {
            throw DecodingFailure("no such phase of screened")
        }
        self.phase = phase
        floor = try reader.key()
        if phase == .screening {
            try screening.read(from: &reader, job: Self.screeningJob(job, settings))
        }
    }

    /// Rounds that a job takes about.
    func plannedRounds(job: CompiledJob) -> Int {
        screening.plannedRounds(job: Self.screeningJob(job, settings)) + 1
    }
}
