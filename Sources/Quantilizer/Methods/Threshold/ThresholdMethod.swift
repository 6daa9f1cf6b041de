// SPDX-License-Identifier: Apache-2.0

/// `threshold`: fresh samples until m reach a threshold, in index order.
///
/// The threshold is given, or it is the k-th best key of a pilot of N₀ samples from a stream of its
/// own. Given the threshold, draws are independent, from the base above it. Labels split ties for a
/// pilot's threshold, so its mass is Beta(k, N₀ − k + 1) with atoms too.
///
/// **Source**: masses above order statistics: Wilks 1941, doi:10.1214/aoms/1177731788.
struct ThresholdMethod: Method {
    private static let roundAlignment: UInt64 = 1 << 16

    private let source: ThresholdSource
    private var maximumSamples: UInt64
    private let draws: Int
    /// By selection.
    private var goals: [Goal] = []
    /// Base samples that were asked for.
    private var asked: UInt64 = 0
    private var inPilot = false
    /// Where the latest round began, extensions of it not counted.
    private var lastStart: UInt64 = 0
    private var firstRound = 0
    private(set) var isResting = false

    private struct Goal: Sendable {
        var selection: Selection
        var floor: Key
        /// The pilot's order statistics around the floor.
        var interval: Interval?
        var kept: UInt64
        /// Samples of the pilot at the floor.
        var ties = Ties.none
        var accepted: Candidates
        /// All that reached the floor, the surplus too.
        var reached: UInt64 = 0
    }

    init(job: CompiledJob, source: ThresholdSource, maximumSamples: UInt64) {
        self.source = source
        self.maximumSamples = maximumSamples
        draws = job.settings.draws
        let width = job.costs.count
        switch source {
        case .value(let threshold):
            let floor = Key(bits: Key.orderedBits(threshold), label: 0, index: .max)
            goals = job.utilities.indices.map {
                Goal(
                    selection: Selection(number: $0, utility: $0, quantile: 1), floor: floor,
                    interval: nil, kept: 0, accepted: Candidates(width: width))
            }
        case .pilot(let size):
            inPilot = true
            goals = job.selections.map {
                Goal(
                    selection: $0, floor: .lowest, interval: nil,
                    kept: KeptCount.of(quantile: $0.quantile, samples: size),
                    accepted: Candidates(width: width))
            }
        }
    }

    mutating func begin(job: CompiledJob, number: Int) -> MethodStep {
        firstRound = number
        guard case .pilot(let size) = source else { return nextRound(number) }
        var needs = [UInt64](repeating: 0, count: job.utilities.count)
        for track in tracks(job, size) {
            let need = track.wantedRanks(samples: size).upperBound
            needs[track.selection.utility] = max(needs[track.selection.utility], need)
        }
        let total = needs.reduce(0, +)
        guard total <= UInt64(job.candidateBudget) else {
            let bytes = total * UInt64(4 * job.candidateBytes)
            return .failure(
                JobFailure(
                    "memory-too-small",
                    "a pilot of \(size) samples keeps \(total) candidates: give `memory` of at least "
                        + "\(bytes / 1_000_000 + 1)MB, or a smaller pilot"))
        }
        return .round(
            Round(
                number: number, domain: .pilot, range: 0..<size,
                task: .select(
                    needs.enumerated().map {
                        Sieve(utility: $0, capacity: max(1, Int(clamping: $1)))
                    }), measures: false))
    }

    private func tracks(_ job: CompiledJob, _ size: UInt64) -> [SelectionTrack] {
        job.selections.map { SelectionTrack($0, samples: size, job: job) }
    }

    mutating func advance(
        _ merger: consuming RoundMerger, _ context: MethodContext
    ) -> MethodStep {
        merger.trim()
        if inPilot {
            inPilot = false
            if let failure = readPilot(merger, context) { return .failure(failure) }
            return nextRound(context.nextRound)
        }
        let counts = merger.channelTotals
        for g in goals.indices {
            goals[g].accepted.append(contentsOf: merger.channels[g].candidates)
            goals[g].accepted.keepFirst(draws)
            goals[g].reached += counts[g].above
        }
        let open = goals.contains { $0.accepted.count < draws }
        if open && asked < maximumSamples && context.nextRound - firstRound < Limits.rounds {
            return nextRound(context.nextRound)
        }
        return conclude(context)
    }

    /// With a larger maximum the latest round may have been longer: then its rest follows. Where the
    /// draws were found in a round that the maximum did not cut, nothing changes.
    mutating func extend(_ context: MethodContext) -> MethodStep? {
        guard isResting, let maximum = context.job.settings.method.traits.mostSamples else {
            return nil
        }
        var earlier = self
        earlier.maximumSamples = maximum
        earlier.asked = lastStart
        // Before the latest round no open goal had a surplus.
        earlier.keep(below: lastStart)
        let end = earlier.plannedEnd
        maximumSamples = maximum
        guard end > asked else { return conclude(context) }
        let start = asked & ~255
        guard start > 0 else { return nil }
        isResting = false
        keep(below: start)
        asked = end
        return round(context.nextRound, start..<end)
    }

    /// Forgets what came from an index on; right for goals that are open after that.
    private mutating func keep(below end: UInt64) {
        for g in goals.indices {
            goals[g].accepted.keep { $0.index < end }
            goals[g].reached = UInt64(goals[g].accepted.count)
        }
    }

    /// Finds the floors; fails where parts of the pilot, or a stored state, did not keep what was asked.
    private mutating func readPilot(
        _ merger: RoundMerger, _ context: MethodContext
    ) -> JobFailure? {
        guard case .pilot(let size) = source else { return nil }
        let job = context.job
        let streams = Streams(seed: job.settings.seed)
        let counts = merger.channelTotals
        for (g, empty) in tracks(job, size).enumerated() {
            var track = empty
            let channel = track.selection.utility
            track.absorb(merger.channels[channel], counts[channel], capacity: Limits.candidates)
            guard track.isDecided(samples: size) else {
                return JobFailure(
                    "damaged-state", "the ranks wanted are not among those that the pilot kept")
            }
            let outcome = track.decide(samples: size, job: job, streams: streams)
            // The index of a pilot's sample says nothing about those of base samples.
            goals[g].floor = Key(
                bits: outcome.threshold.bits, label: outcome.threshold.label, index: .max)
            goals[g].interval = outcome.interval
            if outcome.ties.count > 1 { goals[g].ties = outcome.ties }
        }
        return nil
    }

    /// About as many samples as are still wanted, from what is known of the mass above.
    private mutating func nextRound(_ number: Int) -> MethodStep {
        let end = plannedEnd
        lastStart = asked
        asked = end
        return round(number, lastStart..<end)
    }

    private var plannedEnd: UInt64 {
        var wanted = 0.0
        for goal in goals {
            let missing = Double(draws - goal.accepted.count)
            guard missing > 0 else { continue }
            var mass = 0.0
            if case .pilot(let size) = source { mass = Double(goal.kept) / Double(size) }
            if asked > 0 { mass = Double(goal.reached) / Double(asked) }
            // Before anything was seen, or where nothing was: eight times as many as so far.
            let need =
                mass > 0
                ? (missing + 3 * missing.squareRoot() + 3) / mass : 8 * Double(asked)
            wanted = max(wanted, need)
        }
        let most = Double(maximumSamples - asked)
        // No more than sixteen times what was seen, so that a poor first guess does not cost.
        let size = min(wanted, most, max(16 * Double(asked), 16_777_216))
        let unit = Self.roundAlignment
        return min(maximumSamples, (asked + UInt64(max(size, 1)) + unit - 1) & ~(unit - 1))
    }

    private func round(_ number: Int, _ range: Range<UInt64>) -> MethodStep {
        .round(
            Round(
                number: number, domain: .base, range: range,
                task: .accept(
                    goals.map {
                        Acceptance(
                            utility: $0.selection.utility, floor: $0.floor,
                            count: draws - $0.accepted.count)
                    }), measures: true))
    }

    mutating func conclude(_ context: MethodContext) -> MethodStep {
        isResting = true
        let job = context.job
        var results: [SelectionResult] = []
        var warnings: [JobWarning] = []
        for goal in goals {
            let keys = goal.accepted.keys.sorted { $0.index < $1.index }
            let found = UInt64(keys.count)
            let isFull = keys.count == draws
            // Samples up to the last draw, as if there had been no rounds.
            let trials = isFull ? (keys.last?.index ?? 0) + 1 : asked
            if !isFull {
                warnings.append(
                    JobWarning(
                        "draws-missing",
                        "`\(job.utilities[goal.selection.utility].name)`: only \(found) of \(draws) "
                            + "draws were found in \(asked) samples; lower the threshold or allow "
                            + "more samples with `method: threshold: maximum`"))
            }
            let confidence = job.settings.confidence
            var report = SelectionReport(
                selection: goal.selection, samples: trials, kept: found, threshold: goal.floor,
                interval: goal.interval, ties: goal.ties,
                top: TopMoments.of(goal.accepted, utility: goal.selection.utility, job: job),
                topCount: found, isIndependent: true, draws: keys, certificate: .nothing,
                quantileIsAsked: true)
            switch source {
            case .value:
                report.quantileIsAsked = false
                report.tailMassInterval =
                    isFull
                    ? TailMass.inverseSampling(
                        successes: found, trials: trials, confidence: confidence)
                    : TailMass.clopperPearson(hits: found, trials: trials, confidence: confidence)
                report.certificate = .aboveGiven(
                    confidence: confidence, issued: trials, accepted: found)
            case .pilot(let size):
                report.tailMass = Double(goal.kept) / Double(size)
                report.tiesAmong = size
                report.tailMassInterval = TailMass.aboveRank(
                    goal.kept, ties: goal.ties, of: size, confidence: confidence)
                report.certificate = .abovePilot(
                    kept: goal.kept, pilot: size, confidence: confidence, issued: trials,
                    accepted: found)
            }
            results.append(report.result(context, warnings: &warnings))
        }
        return .result(
            JobResult(
                issued: context.issued, evaluations: context.evaluations, selections: results,
                diagnostics: [], warnings: warnings))
    }

    func expectedSamples(job: CompiledJob) -> UInt64 { asked }

    func running(_ merger: RoundMerger, job: CompiledJob) -> RunningRanks? { nil }

    func write(to writer: inout ByteWriter) {
        writer.write(asked)
        writer.write(lastStart)
        writer.write(UInt32(firstRound))
        writer.write(isResting)
        writer.write(inPilot)
        for goal in goals {
            writer.write(goal.floor)
            // 0 without an interval, 1 with one, 2 with one and ties, which older states do not have.
            writer.write(UInt8(goal.interval == nil ? 0 : goal.ties.count > 1 ? 2 : 1))
            writer.write(goal.interval?.lower ?? 0)
            writer.write(goal.interval?.upper ?? 0)
            if goal.ties.count > 1 {
                writer.write(goal.ties.count)
                writer.write(goal.ties.kept ?? 0)
            }
            goal.accepted.write(to: &writer)
            writer.write(goal.reached)
        }
    }

    mutating func read(
        from reader: inout ByteReader, job: CompiledJob
    ) throws(DecodingFailure) {
        asked = try reader.word()
        lastStart = try reader.word()
        firstRound = Int(try reader.word32())
        isResting = try reader.bool()
        inPilot = try reader.bool()
        // A round that is not the last one ends with a block, for the next one begins there.
        guard asked <= maximumSamples, lastStart <= asked,
            isResting || asked == maximumSamples || asked % Self.roundAlignment == 0
        else {
            throw DecodingFailure("a snapshot of another job")
        }
        for g in goals.indices {
            goals[g].floor = try reader.key()
            let form = try reader.byte()
            guard form <= 2 else { throw DecodingFailure("no such interval of a pilot") }
            let interval = Interval(try reader.double(), try reader.double())
            goals[g].interval = form > 0 ? interval : nil
            if form == 2 {
                let ties = Ties(count: try reader.word(), kept: try reader.word())
                guard case .pilot(let size) = source, ties.count > 1, ties.count <= size,
                    let kept = ties.kept, kept > 0, kept <= min(ties.count, goals[g].kept)
                else { throw DecodingFailure("more ties than samples") }
                goals[g].ties = ties
            }
            goals[g].accepted = try Candidates(
                from: &reader, width: goals[g].accepted.width, limit: draws,
                indices: 0..<Limits.samples)
            goals[g].reached = try reader.word()
            guard goals[g].reached <= asked,
                goals[g].accepted.keys.allSatisfy({ $0.index < asked })
            else { throw DecodingFailure("more was found than asked for") }
        }
    }

    func fits(_ round: Round) -> Bool {
        switch round.task {
        case .select(let sieves):
            guard inPilot, case .pilot(let size) = source else { return false }
            return round.domain == .pilot && round.range == 0..<size && !round.measures
                && sieves.map(\.utility) == Array(0..<(goals.last?.selection.utility ?? 0) + 1)
        case .accept(let acceptances):
            return !inPilot && round.domain == .base && round.measures
                && acceptances.count == goals.count && round.range.upperBound == asked
        default: return false
        }
    }
}
