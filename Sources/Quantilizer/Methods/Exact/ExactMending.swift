// SPDX-License-Identifier: Apache-2.0

/// What follows when the bracket missed a threshold: passes that count by digits of the key narrow a
/// window that holds it, and one more pass brings what is inside.
extension ExactMethod {
    /// Ends the job, or begins to look for the selections whose threshold fell outside.
    mutating func settle(_ context: MethodContext) -> MethodStep {
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
    func narrowed(
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
    mutating func mend(
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
}
