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
struct ExactMethod: Method {
    /// Half the width of the bracket, in standard deviations of the rank.
    static let usualDeviations = 6.5
    /// How full the buffers are planned to become.
    static let plannedFill = 0.8
    private static let roundAlignment: UInt64 = 1 << 12
    /// Candidates beyond the interval's ranks that a selection must have room for.
    private static let leastSpare: UInt64 = 1024
    /// Candidates of a selection while streaming, if memory allows; twice as many are not streamed.
    static let fewCandidates: UInt64 = 8192
    /// Jobs of fewer samples are streamed only for the memory's sake.
    static let manySamples: UInt64 = 1 << 22

    enum Phase: UInt8 {
        case whole, streaming, digits, repair, resting
    }

    private(set) var samples: UInt64
    private let bracketDeviations: Double
    private(set) var phase = Phase.whole
    /// Samples seen so far while streaming.
    private var seen: UInt64 = 0
    /// By selection, of whole blocks.
    private(set) var tracks: [SelectionTrack] = []
    /// By selection, of a last block that is not whole, between the same keys.
    private var tails: [SelectionTrack] = []
    /// The windows of selections that are not decided, by selection.
    private var windows: [Int: DigitWindow] = [:]
    /// The round that this stretch of samples began with.
    private var firstRound = 0

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
    private var wholeEnd: UInt64 { samples & ~255 }

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

    private func round(
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
    private mutating func absorb(_ merger: RoundMerger, _ numbers: [Int], _ job: CompiledJob) {
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
    private func bracket(_ track: SelectionTrack, keepsMargin: Bool) -> ClosedRange<Int64> {
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

    // MARK: When the bracket missed

    /// Ends the job, or begins to look for the selections whose threshold fell outside.
    private mutating func settle(_ context: MethodContext) -> MethodStep {
        let open = tracks.indices.filter {
            !tracks[$0].with(tails[$0]).isDecided(samples: samples)
        }
        if open.isEmpty { return finish(context) { _, _ in } }
        guard context.nextRound - firstRound < Limits.rounds - 1 else { return Self.tooManyRounds }
        for number in open {
            let track = tracks[number].with(tails[number])
            let wanted = track.wantedRanks(samples: samples)
            let missedAbove = wanted.lowerBound <= track.tally.above
            let missedBelow =
                wanted.upperBound > track.tally.above + UInt64(track.held.count)
            windows[number] = DigitWindow(
                utility: track.selection.utility,
                low: missedBelow ? .lowest : track.floor,
                high: missedAbove || track.ceiling == .highest ? .highest : track.ceiling.next)
            tracks[number].restart(floor: .lowest, ceiling: .highest)
            tails[number] = tracks[number]
        }
        return digitRound(context)
    }

    private mutating func digitRound(_ context: MethodContext) -> MethodStep {
        phase = .digits
        let wanted = windows.keys.sorted().compactMap { windows[$0] }
        return round(context.nextRound, 0..<samples, .digits(wanted), measures: false)
    }

    /// The part of a window that holds the wanted ranks, and how many samples are in it.
    private func narrowed(
        _ window: DigitWindow, _ track: SelectionTrack, _ counts: ChannelTally
    ) -> (window: DigitWindow, count: UInt64) {
        let wanted = track.wantedRanks(samples: samples)
        var above = counts.above
        var first: Int?
        var inside: UInt64 = 0
        for bucket in counts.digits.indices.reversed() {
            above += counts.digits[bucket]
            if first == nil, above >= wanted.lowerBound { first = bucket }
            if first != nil { inside += counts.digits[bucket] }
            if let first, above >= wanted.upperBound {
                return (window.narrowed(to: bucket...first), inside)
            }
        }
        return (window, .max)
    }

    /// After a digit pass: another one, or the pass that ends it.
    private mutating func mend(
        _ context: MethodContext, most: UInt64
    ) -> MethodStep {
        let capacity = capacity(context.job)
        guard most <= UInt64(capacity) else {
            guard context.nextRound - firstRound < Limits.rounds - 1 else {
                return Self.tooManyRounds
            }
            return digitRound(context)
        }
        phase = .repair
        var sieves: [Sieve] = []
        for number in windows.keys.sorted() {
            guard let window = windows[number] else { continue }
            let ceiling = window.high == .highest ? window.high : window.high.predecessor
            tracks[number].restart(floor: window.low, ceiling: ceiling)
            tails[number] = tracks[number]
            sieves.append(tracks[number].sieve(capacity: capacity))
        }
        return round(context.nextRound, 0..<samples, .select(sieves), measures: false)
    }

    private static let tooManyRounds = MethodStep.failure(
        JobFailure("too-many-rounds", "the threshold was not found in \(Limits.rounds) rounds"))

    // MARK: The answer

    private mutating func finish(
        _ context: MethodContext,
        prepare: (inout SelectionTrack, inout SelectionTrack) -> Void
    ) -> MethodStep {
        let job = context.job
        let streams = Streams(seed: job.settings.seed)
        var results: [SelectionResult] = []
        var warnings: [JobWarning] = []
        for number in tracks.indices {
            // One at a time, so that only one bag of candidates is copied.
            prepare(&tracks[number], &tails[number])
            var track = tracks[number].with(tails[number])
            guard track.isDecided(samples: samples) else {
                return .failure(
                    JobFailure("damaged-state", "the ranks wanted are not among those kept"))
            }
            let outcome = track.decide(samples: samples, job: job, streams: streams)
            let report = SelectionReport(
                selection: track.selection, samples: samples, kept: track.kept,
                threshold: outcome.threshold, interval: outcome.interval, tied: outcome.tied,
                top: outcome.top, topCount: track.kept, draws: outcome.draws,
                certificate: .uniformOverKept(kept: track.kept, issued: samples))
            results.append(report.result(context, warnings: &warnings))
            tracks[number].narrow(to: restRanks(tracks[number]), job: job, streams: streams)
            tails[number].follow(tracks[number], job: job, streams: streams)
        }
        phase = .resting
        return .result(
            JobResult(
                issued: context.issued, evaluations: context.evaluations, selections: results,
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
        var keys = merger.channels[channel].candidates.keys
        if phase == .streaming { keys += track.held.keys }
        let before = phase == .streaming ? merger.round.range.lowerBound : 0
        return RunningRanks(
            samples: before + merger.doneCount, quantile: track.selection.quantile,
            above: track.tally.above
                + merger.forest.nodes.reduce(0) {
                    $0 + $1.payload.channels[channel].above
                },
            keys: keys, floor: max(track.floor, merger.channels[channel].floor))
    }

    func write(to writer: inout ByteWriter) {
        writer.write(phase.rawValue)
        writer.write(seen)
        writer.write(UInt32(firstRound))
        writer.write(count: tracks.count)
        for track in tracks { track.write(to: &writer) }
        let hasTails = tails.contains { $0.count > 0 }
        writer.write(hasTails)
        if hasTails { for tail in tails { tail.write(to: &writer) } }
        writer.write(count: windows.count)
        for number in windows.keys.sorted() {
            guard let window = windows[number] else { continue }
            writer.write(count: number)
            writer.write(window.low)
            writer.write(window.high)
        }
    }

    mutating func read(
        from reader: inout ByteReader, job: CompiledJob
    ) throws(DecodingFailure) {
        guard let phase = Phase(rawValue: try reader.byte()) else {
            throw DecodingFailure("no such phase")
        }
        self.phase = phase
        seen = try reader.word()
        firstRound = Int(try reader.word32())
        guard try reader.word() == UInt64(tracks.count), seen <= samples else {
            throw DecodingFailure("a snapshot of another job")
        }
        for t in tracks.indices { try tracks[t].read(from: &reader, samples: samples) }
        tails = tracks.map(\.empty)
        if try reader.bool() {
            for t in tails.indices { try tails[t].read(from: &reader, samples: samples) }
        }
        if phase == .resting, seen != wholeEnd { throw DecodingFailure("samples are missing") }
        let count = try reader.count(limit: tracks.count, bytesEach: 56, of: "windows")
        windows = [:]
        for _ in 0..<count {
            let number = try reader.count(limit: tracks.count - 1, bytesEach: 0, of: "selections")
            let window = DigitWindow(
                utility: tracks[number].selection.utility, low: try reader.key(),
                high: try reader.key())
            guard window.low < window.high else { throw DecodingFailure("an empty window") }
            windows[number] = window
        }
    }

    func fits(_ round: Round) -> Bool {
        guard round.domain == .base, round.range.upperBound <= samples else { return false }
        switch (phase, round.task) {
        case (.whole, .select(let sieves)):
            return sieves.map(\.utility) == Array(0..<(tracks.last?.selection.utility ?? 0) + 1)
                && round.range == 0..<samples && round.measures
        case (.streaming, .select(let sieves)):
            return sieves.map(\.selection) == tracks.map(\.selection.number)
                && round.range.upperBound == seen && round.measures
        case (.digits, .digits(let held)):
            return held.count == windows.count && round.range == 0..<samples && !round.measures
        case (.repair, .select(let sieves)):
            return sieves.count == windows.count && round.range == 0..<samples && !round.measures
        default: return false
        }
    }
}
