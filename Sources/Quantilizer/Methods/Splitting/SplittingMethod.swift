// SPDX-License-Identifier: Apache-2.0

/// `splitting`: a pilot finds levels, calibration the last of them, and islands with everything
/// frozen give the draws, behind a gate.
///
/// Draws that the gate turns down are independent base draws, marked as such.
/// Its cost grows as log(1/q), not as 1/q; its certificate A ≤ 1/q + 1 holds however badly the
/// islands mix (docs/methods.md, theorem 4).
///
/// **Source**: subset simulation: Au and Beck 2001, doi:10.1016/S0266-8920(01)00019-4; fixed
/// levels: Cérou, Del Moral, Furon and Guyader 2012, doi:10.1007/s11222-011-9231-6.
struct SplittingMethod: Method {
    private let settings: SplittingSettings
    private var phase = SplittingPass.Phase.pilot
    private var plan = SplittingPlan()
    private var reachedAim = true
    private var calibration = SplittingCalibration()

    init(settings: SplittingSettings) { self.settings = settings }

    /// Why a job cannot be done by splitting; nil where it can.
    static func problem(
        _ job: CompiledJob, _ settings: SplittingSettings, levels: Int
    ) -> JobFailure? {
        guard job.utilities.count == 1, job.settings.quantiles.count == 1 else {
            return JobFailure(
                "one-selection",
                "splitting goes down one utility to one quantile: make a job of each")
        }
        let slots = ParticleCloud.slots(of: job.base)
        guard slots << settings.particleBits <= Limits.splittingSlots else {
            return JobFailure(
                "splitting-too-large",
                "\(settings.particles) particles of \(slots) random numbers each are too many: give "
                    + "fewer `particles`, or a base with fewer slots")
        }
        let kept = settings.islands * IslandRecord.particlesKept(job, settings)
        let tokens = job.recorded?.writing?.maximumTokens ?? 0
        let bytes = kept * (16 + 8 * job.base.dimension + 32 * tokens)
        guard bytes <= Limits.splittingBytes else {
            return JobFailure(
                "splitting-too-large",
                "the islands bring \(kept) particles of \(job.base.dimension) values, which is more than "
                    + "\(Limits.splittingBytes >> 20)MiB: give fewer `draws` or fewer `islands`")
        }
        guard bytes <= job.settings.memoryBytes else {
            return JobFailure(
                "memory-too-small",
                "the islands bring \(kept) particles of \(job.base.dimension) values: give `memory` "
                    + "of at least \(bytes >> 20 + 1)MB, fewer `draws` or fewer `islands`")
        }
        let most = evaluations(job, settings) + UInt64(job.settings.draws)
        guard !job.drawsOnce || most <= RecordLimits.samples else {
            return JobFailure(
                "too-many-texts",
                "\(most) texts may be asked for, and \(RecordLimits.samples) is the most: give fewer "
                    + "`particles`, `islands` or `moves`")
        }
        let steps = 1 + levels * settings.moves
        guard levels <= Limits.splittingLevels,
            steps * ParticleCloud.blocksPerStep(slots: slots) < Int(UInt32.max)
        else {
            return JobFailure(
                "splitting-too-long",
                "\(levels) levels of \(settings.moves) moves are more than a run may make: give a "
                    + "larger `quantile`, fewer `moves`, or a smaller share as `levels`")
        }
        return nil
    }

    /// Evaluations of the utility that a job takes if nothing goes wrong.
    static func evaluations(_ job: CompiledJob, _ settings: SplittingSettings) -> UInt64 {
        let levels = settings.firstAim(quantile: job.settings.quantiles[0]).levels
        let toLast = settings.evaluations(levels: levels)
        let before = settings.evaluations(levels: levels - 1)
        // An estimate moves nothing after its last level, and that level is known beforehand.
        return UInt64(
            job.isEstimate
                ? before * (1 + settings.islands)
                : toLast * (1 + settings.islands) + before * settings.calibrationIslands)
    }

    mutating func begin(job: CompiledJob, number: Int) -> MethodStep {
        let levels = settings.firstAim(quantile: job.settings.quantiles[0]).levels
        if let problem = Self.problem(job, settings, levels: levels) { return .failure(problem) }
        return round(number, islands: 1)
    }

    private func round(_ number: Int, islands: Int) -> MethodStep {
        .round(
            Round(
                number: number, domain: .move,
                range: 0..<UInt64(islands) * SlotWork.indices,
                task: .slots(SlotWork(SplittingPass(phase: phase, plan: plan))), measures: false))
    }

    mutating func advance(
        _ merger: consuming RoundMerger, _ context: MethodContext
    ) -> MethodStep {
        let records = merger.records(IslandRecord.self)
        let quantile = context.job.settings.quantiles[0]
        switch phase {
        case .pilot where context.job.isEstimate:
            plan = records.first?.plan ?? SplittingPlan()
            reachedAim = plan.levels.last == .event
            // Islands go there whether the pilot did or not: what they find is unbiased.
            if !reachedAim {
                plan.levels.append(.event)
                plan.steps.append(plan.steps.last ?? MoveSteps(0.5))
            }
            phase = .production
            return round(context.nextRound, islands: settings.islands)
        case .pilot:
            let wanted = settings.firstAim(quantile: quantile).levels
            plan = records.first?.plan ?? SplittingPlan()
            reachedAim = plan.levels.count == wanted
            // Its last level is biased, as all of them are, but it alone must be right.
            calibration.lastStep = min(1, plan.steps.last?.scaled ?? 0.5)
            if reachedAim { plan = plan.prefix(wanted - 1) }
            phase = .calibration
            return round(context.nextRound, islands: settings.calibrationIslands)
        case .calibration:
            calibration.choose(
                records, settings: settings, quantile: quantile, levels: plan.levels.count + 1)
            if let last = calibration.lastLevel {
                plan.levels.append(max(last, plan.levels.last ?? .lowest))
                plan.steps.append(MoveSteps(calibration.lastStep))
            }
            phase = .production
            return round(context.nextRound, islands: settings.islands)
        case .production:
            let report = SplittingReport(
                settings: settings, plan: plan, calibration: calibration,
                reachedAim: reachedAim, records: records, isEstimate: context.job.isEstimate)
            return .result(
                context.job.isEstimate ? report.estimate(context) : report.result(context))
        }
    }

    func expectedSamples(job: CompiledJob) -> UInt64 { Self.evaluations(job, settings) }

    func running(_ merger: RoundMerger, job: CompiledJob) -> RunningRanks? { nil }

    func write(to writer: inout ByteWriter) {
        writer.write(phase.rawValue)
        plan.write(to: &writer)
        writer.write(reachedAim)
        calibration.write(to: &writer)
    }

    mutating func read(
        from reader: inout ByteReader, job: CompiledJob
    ) throws(DecodingFailure) {
        guard let phase = SplittingPass.Phase(rawValue: try reader.byte()) else {
            throw DecodingFailure("no such phase of splitting")
        }
        self.phase = phase
        plan = try SplittingPlan(from: &reader)
        guard plan.fits(job.base) else { throw DecodingFailure("spreads of another base") }
        reachedAim = try reader.bool()
        calibration = try SplittingCalibration(from: &reader)
    }
}
