// SPDX-License-Identifier: Apache-2.0

/// `tilt` and `minimax`: a pilot of samples of its own fixes a weight of the utility and how many of
/// N samples are kept; then each of the N is admitted with a chance in proportion to its weight.
///
/// A uniform choice among k of N issued samples has A = N/k by whatever rule they are kept (docs/methods.md,
/// theorem 1): where more are admitted, k of them at random; where fewer, the rest are filled up with
/// samples that were turned down, marked as fall-backs. `minimax` of order 1 is `exact` with the
/// quantile that the pilot found.
///
/// **Source**: admission by a weight is the method of rejection: Devroye, section II.3,
/// doi:10.1007/978-1-4613-8643-8; the rest is proved in docs/proofs/minimax.md.
struct TemperedMethod: Method {
    /// What is wanted.
    enum Goal: Sendable {
        case tilt(TiltSettings)
        case minimax(MinimaxSettings)

        var pilot: Int {
            switch self {
            case .tilt(let settings): settings.pilot
            case .minimax(let settings): settings.pilot
            }
        }
    }

    private enum Phase: UInt8 {
        case pilot, selecting, drawing
    }

    private let goal: Goal
    private let samples: UInt64
    private var phase = Phase.pilot
    private var plan = TemperedPlan()
    private var exact: ExactMethod?

    init(job: CompiledJob, goal: Goal) {
        self.goal = goal
        samples = job.settings.samples
    }

    mutating func begin(job: CompiledJob, number: Int) -> MethodStep {
        guard job.utilities.count == 1 else {
            return .failure(
                JobFailure(
                    "one-utility", "\(job.settings.method.name) goes by one utility"))
        }
        guard goal.pilot <= job.candidateBudget else {
            let bytes = goal.pilot * 4 * job.candidateBytes
            return .failure(
                JobFailure(
                    "memory-too-small",
                    "a pilot of \(goal.pilot) samples needs `memory` of at least "
                        + "\(bytes / 1_000_000 + 1)MB"))
        }
        return .round(
            Round(
                number: number, domain: .pilot, range: 0..<UInt64(goal.pilot),
                task: .select([Sieve(utility: 0, capacity: goal.pilot)]), measures: false))
    }

    mutating func advance(
        _ merger: consuming RoundMerger, _ context: MethodContext
    ) -> MethodStep {
        let job = context.job
        switch phase {
        case .pilot:
            merger.trim()
            // In order, so that sums over them do not depend on how they came.
            if let failure = read(merger.channels[0].candidates.sorted(), job) {
                return .failure(failure)
            }
            let kept = KeptCount.of(quantile: plan.quantile, samples: samples)
            guard kept >= UInt64(job.settings.draws) else {
                return .failure(
                    JobFailure(
                        "too-few-kept",
                        "\(samples) samples keep \(kept), and \(job.settings.draws) draws are "
                            + "wanted: give more `samples`, or fewer draws"))
            }
            guard plan.tempering == nil else {
                phase = .drawing
                return .round(drawing(job, context.nextRound))
            }
            phase = .selecting
            let inner = selecting(job)
            exact = ExactMethod(job: inner, samples: samples)
            return exact?.begin(job: inner, number: context.nextRound) ?? .failure(Self.lost)
        case .selecting:
            let inner = context.of(selecting(job))
            guard let step = exact?.advance(merger, inner) else { return .failure(Self.lost) }
            guard case .result(var result) = step else { return step }
            TemperedReport.describe(&result, plan, goal, job)
            return .result(result)
        case .drawing:
            merger.trim()
            let report = TemperedReport(
                plan: plan, goal: goal, samples: samples, counts: merger.channelTotals,
                admitted: merger.channels[0].picks.sorted.map(\.key),
                turnedDown: merger.channels[1].picks.sorted.map(\.key))
            return .result(report.result(context))
        }
    }

    private static let lost = JobFailure("damaged-state", "the selection was lost")

    /// Of order 1, the job that the pilot's quantile makes.
    private func selecting(_ job: CompiledJob) -> CompiledJob {
        var inner = job
        inner.settings.quantiles = [plan.quantile]
        return inner
    }

    private func drawing(_ job: CompiledJob, _ number: Int) -> Round {
        Round(
            number: number, domain: .base, range: 0..<samples, task: .admit(admissions(job)),
            measures: true)
    }

    private func admissions(_ job: CompiledJob) -> [Admission] {
        guard let tempering = plan.tempering else { return [] }
        let draws = job.settings.draws
        var list = [
            Admission(utility: 0, selection: 0, rule: .tempered(tempering), picks: draws),
            Admission(utility: 0, selection: 0, rule: .turnedDown(tempering), picks: draws),
        ]
        if plan.level.isFinite {
            // The mass above the level is counted beside.
            let bits = Key.orderedBits(plan.level)
            list.append(
                Admission(
                    utility: 0, selection: 0,
                    rule: .window(
                        low: Key(bits: bits + 1, label: 0, index: .max), high: .highest),
                    picks: 0))
        }
        return list
    }

    /// Makes the plan of a pilot's utilities.
    private mutating func read(_ pilot: Candidates, _ job: CompiledJob) -> JobFailure? {
        guard let sample = PilotSample(pilot, of: goal.pilot) else {
            return JobFailure(
                "no-weights",
                "the utility is infinite, or never a number, in a pilot of \(goal.pilot) samples, "
                    + "so that there are no weights: check the formula")
        }
        switch goal {
        case .tilt(let settings): plan = .tilt(settings, sample, job)
        case .minimax(let settings):
            let shortfall: Double
            switch settings.shortfall {
            case .given(let epsilon), .pairs(_, _, let epsilon): shortfall = epsilon
            case .cost(let name, let bound):
                guard let cost = job.costs.firstIndex(where: { $0.name == name }) else {
                    return JobFailure("no-epsilon", "there is no cost `\(name)` to measure ε by")
                }
                do throws(ShortfallFailure) {
                    shortfall = try MeanBound.shortfall(
                        proxy: pilot.keys.map(\.utility),
                        truth: (0..<pilot.count).map { pilot[$0].extras[cost] },
                        order: settings.order, limit: bound,
                        confidence: MinimaxSettings.measuring(job.settings.confidence))
                } catch {
                    return JobFailure(
                        "no-epsilon", "ε cannot be measured by `\(name)`: \(error.message)")
                }
            }
            guard shortfall > 0, shortfall.isFinite else {
                return JobFailure(
                    "no-epsilon",
                    "ε is \(Number.text(shortfall)), of which no quantile follows: where utility and "
                        + "truth agree, take `exact` with a small quantile")
            }
            plan = .minimax(settings, shortfall: shortfall, sample, job)
        }
        return nil
    }

    func expectedSamples(job: CompiledJob) -> UInt64 { samples }

    func running(_ merger: RoundMerger, job: CompiledJob) -> RunningRanks? {
        phase == .selecting ? exact?.running(merger, job: selecting(job)) : nil
    }

    func fits(_ round: Round) -> Bool {
        guard round.stage == .utility else { return false }
        switch phase {
        case .pilot: return round.domain == .pilot && round.range == 0..<UInt64(goal.pilot)
        case .selecting: return exact?.fits(round) ?? false
        case .drawing:
            guard case .admit(let list) = round.task, let tempering = plan.tempering else {
                return false
            }
            return list.count == (plan.level.isFinite ? 3 : 2) && round.measures
                && list[0].rule == .tempered(tempering)
                && list[1].rule == .turnedDown(tempering) && round.range == 0..<samples
        }
    }

    func write(to writer: inout ByteWriter) {
        writer.write(phase.rawValue)
        if phase != .pilot { plan.write(to: &writer) }
        if phase == .selecting { exact?.write(to: &writer) }
    }

    mutating func read(
        from reader: inout ByteReader, job: CompiledJob
    ) throws(DecodingFailure) {
        guard let phase = Phase(rawValue: try reader.byte()) else {
            throw DecodingFailure("no such phase of \(job.settings.method.name)")
        }
        self.phase = phase
        if phase == .pilot { return }
        plan = try TemperedPlan(from: &reader)
        guard (plan.tempering == nil) == (phase == .selecting) else {
            throw DecodingFailure("a plan of another phase")
        }
        if phase == .selecting {
            let inner = selecting(job)
            exact = ExactMethod(job: inner, samples: samples)
            try exact?.read(from: &reader, job: inner)
        }
    }
}
