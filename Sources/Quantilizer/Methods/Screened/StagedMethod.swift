// SPDX-License-Identifier: Apache-2.0

/// `screened` for texts: they are written in stages, and after each only the best by what there is of
/// them go on.
///
/// N counts the texts begun, so A = N/k whatever the stages drop (docs/methods.md, theorem 1).
struct StagedMethod: Method {
    private let settings: ScreenedSettings
    private let samples: UInt64
    /// The stage under way, from 0; after the last, the rest of the texts.
    private var number = 0

    init(job: CompiledJob, settings: ScreenedSettings) {
        self.settings = settings
        samples = job.settings.samples
    }

    private func mostKept(_ job: CompiledJob) -> UInt64 {
        job.selections.map { KeptCount.of(quantile: $0.quantile, samples: samples) }.max() ?? 1
    }

    /// Samples that stay after a stage.
    private func capacity(_ number: Int, _ job: CompiledJob) -> UInt64 {
        number < settings.stages.count
            ? settings.goingOn(of: samples)[number] : mostKept(job)
    }

    /// Why a job cannot be done; nil where it can.
    private func problem(_ job: CompiledJob) -> JobFailure? {
        guard job.recorded?.writing != nil, job.screens.count == settings.stages.count,
            job.utilities.count == 1
        else {
            return JobFailure("one-utility", "stages of texts go to one utility")
        }
        guard mostKept(job) <= settings.goingOn(of: samples).last ?? 0 else {
            return JobFailure(
                "too-few-survivors",
                "fewer texts go on than are to be kept: give a larger `keep`")
        }
        let held = capacity(0, job)
        guard held <= UInt64(job.candidateBudget) else {
            let bytes = held * UInt64(4 * job.candidateBytes)
            return JobFailure(
                "memory-too-small",
                "\(held) texts that go on need `memory` of at least \(bytes / 1_000_000 + 1)MB")
        }
        return nil
    }

    mutating func begin(job: CompiledJob, number: Int) -> MethodStep {
        if let problem = problem(job) { return .failure(problem) }
        return .round(round(job, number, .drafts))
    }

    private func round(_ job: CompiledJob, _ number: Int, _ stage: RoundStage) -> Round {
        Round(
            number: number, domain: .base, range: 0..<samples,
            task: .select([Sieve(utility: 0, capacity: Int(capacity(self.number, job)))]),
            measures: stage == .drafts, stage: stage)
    }

    mutating func advance(
        _ merger: consuming RoundMerger, _ context: MethodContext
    ) -> MethodStep {
        merger.trim()
        let best = merger.channels[0].candidates
        guard number < settings.stages.count else {
            let report = StagedReport(
                settings: settings, samples: samples, counts: merger.channelTotals[0],
                best: best)
            return report.step(context)
        }
        number += 1
        let pass = TextPass(number: number, survivors: best.keys.map(\.index).sorted())
        return .round(round(context.job, context.nextRound, .continued(pass)))
    }

    func expectedSamples(job: CompiledJob) -> UInt64 { samples }

    func running(_ merger: RoundMerger, job: CompiledJob) -> RunningRanks? { nil }

    func fits(_ round: Round) -> Bool {
        guard round.range == 0..<samples else { return false }
        return switch round.stage {
        case .drafts: number == 0
        case .continued(let pass): number == pass.number && number > 0
        case .utility, .screen, .survivors: false
        }
    }

    func write(to writer: inout ByteWriter) { writer.write(count: number) }

    mutating func read(
        from reader: inout ByteReader, job: CompiledJob
    ) throws(DecodingFailure) {
        number = try reader.count(limit: settings.stages.count, bytesEach: 0, of: "stages")
    }
}
