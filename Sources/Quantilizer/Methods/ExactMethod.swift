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
        case whole, streaming, digits, repair
    }

    let samples: UInt64
    private let bracketDeviations: Double
    private(set) var phase = Phase.whole
    /// Samples seen so far while streaming.
    private var seen: UInt64 = 0
    private(set) var tracks: [SelectionTrack] = []
    /// The windows of selections that are not decided, by selection.
    private var windows: [Int: DigitWindow] = [:]
    private var passes: UInt64 = 1

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

    /// Candidates of a selection that are held at once while streaming: a multiple of what the
    /// interval needs, and no more than the caches hold.
    func capacity(_ job: CompiledJob) -> Int {
        let budget = max(1, job.candidateBudget / max(1, tracks.count))
        let comfortable = max(Self.fewCandidates, 8 * widestInterval)
        return Int(min(UInt64(budget), comfortable))
    }

    private var widestInterval: UInt64 {
        tracks.map { track in
            let wanted = track.wantedRanks(samples: samples)
            return wanted.upperBound - wanted.lowerBound
        }.max() ?? 0
    }

    mutating func begin(job: CompiledJob, number: Int) -> MethodStep {
        if phase == .whole {
            let needs = Self.needs(tracks, samples)
            let sieves = needs.enumerated().map { Sieve(utility: $0, capacity: Int(clamping: $1)) }
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
        let streams = Streams(seed: job.settings.seed)
        merger.trim()
        let counts = merger.channelTotals
        switch phase {
        case .whole:
            return finish(context) { track in
                let channel = track.selection.utility
                track.absorb(
                    merger.channels[channel], counts[channel], capacity: Limits.candidates)
            }
        case .streaming:
            let capacity = capacity(job)
            for t in tracks.indices {
                tracks[t].absorb(merger.channels[t], counts[t], capacity: capacity)
            }
            if seen == samples { return settle(context) }
            var growth = Double.infinity
            for t in tracks.indices {
                tracks[t].narrow(to: bracket(tracks[t]), job: job, streams: streams)
                growth = min(
                    growth,
                    Self.plannedFill * Double(capacity) / Double(max(1, tracks[t].held.count)))
            }
            // Without room to grow, the rest goes in one round, and digits mend what was cut off.
            return streamingRound(
                context.nextRound, job,
                upTo: growth < 1.25 ? .infinity : growth * Double(seen), from: seen)
        case .digits:
            var most: UInt64 = 0
            for (position, number) in windows.keys.sorted().enumerated() {
                guard let window = windows[number] else { continue }
                let inside = narrowed(window, tracks[number], counts[position])
                windows[number] = inside.window
                most = max(most, inside.count)
            }
            return mend(context, most: most)
        case .repair:
            let capacity = capacity(job)
            for (position, number) in windows.keys.sorted().enumerated() {
                tracks[number].absorb(
                    merger.channels[position], counts[position], capacity: capacity)
            }
            windows = [:]
            return settle(context)
        }
    }

    /// The ranks among the samples seen that the wanted ranks of all samples may come from.
    private func bracket(_ track: SelectionTrack) -> ClosedRange<Int64> {
        let wanted = track.wantedRanks(samples: samples)
        let seen = Double(seen)
        let total = Double(samples)
        func place(_ rank: UInt64, _ side: Double) -> Double {
            let share = Double(rank) / total
            // Hypergeometric: of `rank` samples among all, those among the ones seen.
            let variance = seen * share * (1 - share) * (1 - seen / total)
            return seen * share
                + side * (bracketDeviations * max(0, variance).squareRoot() + 8)
        }
        let first = Int64(place(wanted.lowerBound, -1).rounded(.down))
        let last = Int64(place(wanted.upperBound, 1).rounded(.up))
        return first...max(first, last)
    }

    // MARK: When the bracket missed

    /// Ends the job, or begins to look for the selections whose threshold fell outside.
    private mutating func settle(_ context: MethodContext) -> MethodStep {
        let open = tracks.indices.filter { !tracks[$0].isDecided(samples: samples) }
        if open.isEmpty { return finish(context) { _ in } }
        guard context.nextRound < Limits.rounds - 1 else { return Self.tooManyRounds }
        for number in open {
            let track = tracks[number]
            let wanted = track.wantedRanks(samples: samples)
            let missedAbove = wanted.lowerBound <= track.tally.above
            let missedBelow =
                wanted.upperBound > track.tally.above + UInt64(track.held.count)
            windows[number] = DigitWindow(
                utility: track.selection.utility,
                low: missedBelow ? .lowest : track.floor,
                high: missedAbove || track.ceiling == .highest ? .highest : track.ceiling.next)
            tracks[number].restart(floor: .lowest, ceiling: .highest)
        }
        return digitRound(context)
    }

    private mutating func digitRound(_ context: MethodContext) -> MethodStep {
        phase = .digits
        passes += 1
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
            guard context.nextRound < Limits.rounds - 1 else { return Self.tooManyRounds }
            return digitRound(context)
        }
        phase = .repair
        passes += 1
        var sieves: [Sieve] = []
        for number in windows.keys.sorted() {
            guard let window = windows[number] else { continue }
            let ceiling = window.high == .highest ? window.high : window.high.predecessor
            tracks[number].restart(floor: window.low, ceiling: ceiling)
            sieves.append(tracks[number].sieve(capacity: capacity))
        }
        return round(context.nextRound, 0..<samples, .select(sieves), measures: false)
    }

    private static let tooManyRounds = MethodStep.failure(
        JobFailure("too-many-rounds", "the threshold was not found in \(Limits.rounds) rounds"))

    // MARK: The answer

    private mutating func finish(
        _ context: MethodContext, prepare: (inout SelectionTrack) -> Void
    ) -> MethodStep {
        let job = context.job
        let streams = Streams(seed: job.settings.seed)
        var results: [SelectionResult] = []
        var warnings: [JobWarning] = []
        for number in tracks.indices {
            // One at a time, so that only one bag of candidates is copied.
            var track = tracks[number]
            prepare(&track)
            let outcome = track.decide(samples: samples, job: job, streams: streams)
            let report = SelectionReport(
                selection: track.selection, samples: samples, kept: track.kept,
                threshold: outcome.threshold, interval: outcome.interval, tied: outcome.tied,
                top: outcome.top, topCount: track.kept, draws: outcome.draws,
                certificate: .uniformOverKept(kept: track.kept, issued: samples))
            results.append(report.result(context, warnings: &warnings))
        }
        return .result(
            JobResult(
                issued: context.issued, evaluations: context.evaluations, selections: results,
                diagnostics: [
                    ("passes", Double(passes)), ("rounds", Double(context.nextRound)),
                ],
                warnings: warnings))
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
        writer.write(passes)
        writer.write(count: tracks.count)
        for track in tracks { track.write(to: &writer) }
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
        passes = try reader.word()
        guard try reader.word() == UInt64(tracks.count), seen <= samples else {
            throw DecodingFailure("a snapshot of another job")
        }
        for t in tracks.indices { try tracks[t].read(from: &reader) }
        let count = try reader.count(limit: tracks.count, bytesEach: 56, of: "windows")
        windows = [:]
        for _ in 0..<count {
            let number = try reader.count(limit: tracks.count - 1, bytesEach: 0, of: "selections")
            windows[number] = DigitWindow(
                utility: tracks[number].selection.utility, low: try reader.key(),
                high: try reader.key())
        }
    }
}
