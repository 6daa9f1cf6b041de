// SPDX-License-Identifier: Apache-2.0

/// `exact`: N samples, the exact top k = ⌈qN⌉, and m of them drawn without replacement.
///
/// Where few samples are kept it is one round. Where they are many, or do not fit the memory, it is
/// still one pass, cut into rounds: after each, the ranks that may still matter are known up to six
/// and a half standard deviations of the hypergeometric law, samples above them are only counted and
/// summed, samples below are dropped, and the next round is as long as the buffers allow. Small
/// buffers save time as well as memory: most of the samples that a round would keep for a while are
/// never kept. At the end the counts say
/// whether the threshold is inside. If it ever is not, passes that count by digits of the key find
/// a window that holds it, and one more pass ends the job.
///
/// When it ends it rests: of each selection it keeps what lies within six and a half standard
/// deviations of the wanted ranks, so that more samples can follow without a look at the old ones.
/// A last block that is not whole is kept apart, since it is evaluated again with its rest.
///
/// **Determinism**: all ways give the same answer to the bit, in every field but the diagnostics.
///
/// **Source**: the law: Taylor, *Quantilizers: a safer alternative to maximizers for limited
/// optimization*, AAAI workshop 2016, definition 1. Selection in few passes over samples: Munro and
/// Paterson 1980, doi:10.1016/0304-3975(80)90061-4.
struct ExactMethod: Method {
    /// Half the width of the bracket, in standard deviations of the rank.
    static let usualDeviations = 6.5
    /// How full the buffers are planned to become.
    static let plannedFill = 0.8
    private static let roundAlignment: UInt64 = 1 << 12
    /// Candidates beyond the interval's ranks that a selection must have room for.
    static let leastSpare: UInt64 = 1024
    /// Candidates of a selection while streaming, if memory allows; twice as many are not streamed.
    static let fewCandidates: UInt64 = 8192
    /// Jobs of fewer samples are streamed only for the memory's sake.
    static let manySamples: UInt64 = 1 << 22

    enum Phase: UInt8 {
        case whole, streaming, digits, repair, resting
    }

    var samples: UInt64
    let bracketDeviations: Double
    var phase = Phase.whole
    /// Samples seen so far while streaming.
    var seen: UInt64 = 0
    /// By selection, of whole blocks.
    var tracks: [SelectionTrack] = []
    /// By selection, of a last block that is not whole, between the same keys.
    var tails: [SelectionTrack] = []
    /// The windows of selections that are not decided, by selection.
    var windows: [Int: DigitWindow] = [:]
    /// The round that this stretch of samples began with.
    var firstRound = 0
    /// What was found, by selection, of a job that has just ended.
    private(set) var outcomes: [SelectionTrack.Outcome] = []

    /// The method for so many samples. A bracket of other than the usual width gives the same answer.
    ///
    /// Nor does another number of candidates up to which one round is enough.
    init(
        job: CompiledJob, samples: UInt64, bracketDeviations: Double = Self.usualDeviations,
        heldWhole: UInt64? = nil
    ) {
        self.samples = samples
        self.bracketDeviations = bracketDeviations
        tracks = job.selections.map { SelectionTrack($0, samples: samples, job: job) }
        tails = tracks
        let needs = Self.needs(tracks, samples)
        // Rounds wait for one another, so small jobs have one.
        let few = heldWhole ?? (samples < Self.manySamples ? .max : 2 * Self.fewCandidates)
        if needs.reduce(0, +) > UInt64(job.candidateBudget) || needs.max() ?? 0 > few {
            phase = .streaming
        }
    }

    /// Candidates that each utility needs at the end.
    static func needs(_ tracks: [SelectionTrack], _ samples: UInt64) -> [UInt64] {
        var needs: [UInt64] = []
        for track in tracks {
            let need = track.wantedRanks(samples: samples).upperBound
            if track.selection.utility == needs.count {
                needs.append(need)
            } else {
                needs[track.selection.utility] = max(needs[track.selection.utility], need)
            }
        }
        return needs
    }

    /// Candidates held of each utility where one pass holds all: with room for more samples to
    /// follow, where that fits.
    func capacities(_ job: CompiledJob) -> [UInt64] {
        let needs = Self.needs(tracks, samples)
        var wide = needs
        for track in tracks {
            let last = UInt64(clamping: restRanks(track).upperBound)
            let utility = track.selection.utility
            wide[utility] = max(wide[utility], min(samples, last))
        }
        return wide.reduce(0, +) <= UInt64(job.candidateBudget) ? wide : needs
    }

    /// Candidates of a selection that are held at once while streaming: a multiple of what the end
    /// needs, and no more than the caches hold.
    func capacity(_ job: CompiledJob) -> Int {
        let budget = max(1, job.candidateBudget / max(1, tracks.count))
        let comfortable = max(
            Self.fewCandidates, 8 * widestInterval, 5 * widestAtRest / 2 + Self.leastSpare / 8)
        return Int(min(UInt64(budget), comfortable))
    }

    /// The ranks of the widest interval, with those worth holding for more samples to follow.
    private var widestAtRest: UInt64 {
        widestInterval + UInt64(2 * (tracks.map { restSpread($0) }.max() ?? 0))
    }

    private var widestInterval: UInt64 {
        tracks.map { track in
            let wanted = track.wantedRanks(samples: samples)
            return wanted.upperBound - wanted.lowerBound
        }.max() ?? 0
    }

    /// Samples whose blocks are whole.
    var wholeEnd: UInt64 { samples & ~255 }

    mutating func begin(job: CompiledJob, number: Int) -> MethodStep {
        firstRound = number
        if phase == .whole {
            let sieves = capacities(job).enumerated().map {
                Sieve(utility: $0, capacity: Int(clamping: $1))
            }
            return round(number, 0..<samples, .select(sieves))
        }
        let capacity = capacity(job)
        let widest = widestInterval
        guard UInt64(capacity) >= 2 * widest + Self.leastSpare else {
            let bytes =
                (2 * widest + Self.leastSpare) * UInt64(4 * job.candidateBytes * tracks.count)
            return .failure(
                JobFailure(
                    "memory-too-small",
                    "\(tracks.count) selections of \(samples) samples need `memory` of at least "
                        + "\(bytes / 1_000_000 + 1)MB for the interval of the threshold alone"))
        }
        // The first round keeps everything it may need from the top.
        let share =
            tracks.map { track -> Double in
                Double(track.wantedRanks(samples: samples).upperBound) / Double(samples)
            }.max() ?? 1
        return streamingRound(
            number, job, upTo: Self.plannedFill * Double(capacity) / share, from: 0)
    }

    private mutating func streamingRound(
        _ number: Int, _ job: CompiledJob, upTo end: Double, from start: UInt64
    ) -> MethodStep {
        var upper = samples
        if end < Double(samples) {
            upper = max(UInt64(end), start + Self.roundAlignment) & ~(Self.roundAlignment - 1)
            // A last scrap is not worth a round of its own.
            if Double(upper) > 0.95 * Double(samples) { upper = samples }
        }
        upper = min(upper, samples)
        seen = upper
        let capacity = capacity(job)
        return round(number, start..<upper, .select(tracks.map { $0.sieve(capacity: capacity) }))
    }

    func round(
        _ number: Int, _ range: Range<UInt64>, _ task: RoundTask, measures: Bool = true
    ) -> MethodStep {
        .round(
            Round(number: number, domain: .base, range: range, task: task, measures: measures))
    }

    mutating func advance(
        _ merger: consuming RoundMerger, _ context: MethodContext
    ) -> MethodStep {
        let job = context.job
        merger.trim()
        switch phase {
        case .whole:
            seen = wholeEnd
            let counts = (whole: merger.wholeTotals, tail: merger.tailTotals)
            let end = wholeEnd
            let samples = samples
            return finish(context) { track, tail in
                let channel = track.selection.utility
                tail.absorb(
                    merger.channels[channel], counts.tail[channel], capacity: Limits.candidates,
                    in: end..<samples)
                track.absorb(
                    merger.channels[channel], counts.whole[channel], capacity: Limits.candidates,
                    in: 0..<end)
            }
        case .streaming:
            absorb(merger, tracks.indices.map { $0 }, job)
            if seen == samples {
                seen = wholeEnd
                return settle(context)
            }
            return stream(context.nextRound, job)
        case .digits:
            var most: UInt64 = 0
            let counts = merger.channelTotals
            for (position, number) in windows.keys.sorted().enumerated() {
                guard let window = windows[number] else { continue }
                let inside = narrowed(window, tracks[number], counts[position])
                windows[number] = inside.window
                most = max(most, inside.count)
            }
            return mend(context, most: most)
        case .repair:
            absorb(merger, windows.keys.sorted(), job)
            windows = [:]
            return settle(context)
        case .resting: return conclude(context)
        }
    }

    /// Adds a round's channels to the tracks of these numbers.
    mutating func absorb(_ merger: RoundMerger, _ numbers: [Int], _ job: CompiledJob) {
        let capacity = capacity(job)
        let streams = Streams(seed: job.settings.seed)
        let counts = (whole: merger.wholeTotals, tail: merger.tailTotals)
        let end = wholeEnd
        for (position, number) in numbers.enumerated() {
            let channel = merger.channels[position]
            tails[number] = tracks[number].empty
            tails[number].absorb(
                channel, counts.tail[position], capacity: capacity, in: end..<samples)
            tracks[number].absorb(
                channel, counts.whole[position], capacity: capacity, in: 0..<end)
            tails[number].follow(tracks[number], job: job, streams: streams)
        }
    }

    /// Narrows to what may still matter, and goes on as far as the memory allows.
    private mutating func stream(_ number: Int, _ job: CompiledJob) -> MethodStep {
        let capacity = capacity(job)
        let streams = Streams(seed: job.settings.seed)
        let keepsMargin = keepsMargin(job)
        var growth = Double.infinity
        for t in tracks.indices {
            tracks[t].narrow(
                to: bracket(tracks[t], keepsMargin: keepsMargin), job: job, streams: streams)
            growth = min(
                growth, Self.plannedFill * Double(capacity) / Double(max(1, tracks[t].held.count)))
        }
        // Without room to grow, the rest goes in one round, and digits mend what was cut off.
        return streamingRound(
            number, job, upTo: growth < 1.25 ? .infinity : growth * Double(seen), from: seen)
    }

    /// The ranks, among all samples, worth holding at the end so that more samples can follow.
    ///
    /// Whatever the number of samples in the end, the wanted ranks lie among them up to the chance
    /// of six and a half standard deviations.
    private func restRanks(_ track: SelectionTrack) -> ClosedRange<Int64> {
        let wanted = track.wantedRanks(samples: samples)
        let spread = Int64(restSpread(track).rounded(.up)) + 8
        let tail = Int64(samples - wholeEnd)
        return (Int64(wanted.lowerBound) - spread - tail)...(Int64(wanted.upperBound) + spread)
    }

    private func restSpread(_ track: SelectionTrack) -> Double {
        let share = Double(track.kept) / Double(samples)
        return max(0, bracketDeviations)
            * (Double(track.kept) * max(0, 1 - share)).squareRoot()
    }

    /// Whether the memory has room for what may be wanted after the end.
    private func keepsMargin(_ job: CompiledJob) -> Bool {
        UInt64(capacity(job)) >= 5 * widestAtRest / 2 + Self.leastSpare / 8
    }

    /// The ranks among the samples seen that the wanted ranks of all samples may come from.
    func bracket(_ track: SelectionTrack, keepsMargin: Bool) -> ClosedRange<Int64> {
        let wanted = track.wantedRanks(samples: samples)
        let margin = keepsMargin ? restSpread(track) : 0
        let seen = Double(seen)
        let total = Double(samples)
        func place(_ rank: Double, _ side: Double) -> Double {
            let share = min(1, max(0, (rank + side * margin) / total))
            // Hypergeometric: of `rank` samples among all, those among the ones seen.
            let variance = seen * share * (1 - share) * (1 - seen / total)
            return seen * share
                + side * (bracketDeviations * max(0, variance).squareRoot() + 8)
        }
        let first = Int64(place(Double(wanted.lowerBound), -1).rounded(.down))
        let last = Int64(place(Double(wanted.upperBound), 1).rounded(.up))
        return first...max(first, last)
    }

    // MARK: The answer

    mutating func finish(
        _ context: MethodContext,
        prepare: (inout SelectionTrack, inout SelectionTrack) -> Void
    ) -> MethodStep {
        let job = context.job
        let streams = Streams(seed: job.settings.seed)
        var results: [SelectionResult] = []
        var warnings: [JobWarning] = []
        outcomes = []
        for number in tracks.indices {
            // One at a time, so that only one bag of candidates is copied.
            prepare(&tracks[number], &tails[number])
            var track = tracks[number].with(tails[number])
            guard track.isDecided(samples: samples) else {
                return .failure(
                    JobFailure("damaged-state", "the ranks wanted are not among those kept"))
            }
            let outcome = track.decide(samples: samples, job: job, streams: streams)
            outcomes.append(outcome)
            let report = SelectionReport(
                selection: track.selection, samples: samples, kept: track.kept,
                threshold: outcome.threshold, interval: outcome.interval, ties: outcome.ties,
                top: outcome.top, topCount: track.kept, draws: outcome.draws,
                certificate: .uniformOverKept(
                    kept: track.kept, issued: samples,
                    looks: job.settings.looks.map {
                        ($0, KeptCount.of(quantile: track.selection.quantile, samples: $0))
                    }, draws: job.settings.draws, redrawn: context.redrawn,
                    attempts: job.recorded?.attempts ?? 1))
            results.append(report.result(context, warnings: &warnings))
            report.warnOfFew(job, &warnings)
            tracks[number].narrow(to: restRanks(tracks[number]), job: job, streams: streams)
            tails[number].follow(tracks[number], job: job, streams: streams)
        }
        phase = .resting
        return .result(
            JobResult(
                issued: context.issued + context.redrawn, evaluations: context.evaluations,
                selections: results,
                diagnostics: [], warnings: warnings))
    }

    // MARK: More samples

    var isResting: Bool { phase == .resting }

    mutating func conclude(_ context: MethodContext) -> MethodStep {
        finish(context) { _, _ in }
    }

    mutating func extend(_ context: MethodContext) -> MethodStep? {
        guard phase == .resting, seen > 0 else { return nil }
        let job = context.job
        samples = job.settings.samples
        for t in tracks.indices {
            tracks[t].aim(samples: samples, job: job)
            tails[t] = tracks[t].empty
        }
        // Few candidates in memory: then all at once, as from the start.
        guard UInt64(capacity(job)) >= 2 * widestInterval + Self.leastSpare else { return nil }
        phase = .streaming
        firstRound = context.nextRound
        return stream(context.nextRound, job)
    }

    // MARK: What is seen on the way

    func expectedSamples(job: CompiledJob) -> UInt64 { samples }

    func running(_ merger: RoundMerger, job: CompiledJob) -> RunningRanks? {
        let track = tracks[0]
        guard phase == .whole || phase == .streaming else { return nil }
        let channel = phase == .whole ? track.selection.utility : 0
        var keys = [merger.channels[channel].candidates.keys]
        if phase == .streaming { keys.append(track.held.keys) }
        let before = phase == .streaming ? merger.round.range.lowerBound : 0
        return RunningRanks(
            samples: before + merger.doneCount, quantile: track.selection.quantile,
            above: track.tally.above + merger.above[channel],
            keys: keys, floor: max(track.floor, merger.channels[channel].floor))
    }
}
