// SPDX-License-Identifier: Apache-2.0

/// Whether the numbers of a partial go together: with its range, its round, the job's streams and one
/// another.
///
/// It does not evaluate anything: a utility that is false and possible passes, and is found by `verify`
/// or the check of draws. What it refuses no honest worker sends, whatever hints it had.
///
/// **Complexity**: O(candidates + picks), one random word each.
struct PartialCheck {
    let round: Round
    let streams: Streams
    let indices: Range<UInt64>
    /// Hints that are at least as good as any that the worker had; nil where nobody knows.
    let known: Hints?

    private var samples: UInt64 { UInt64(indices.count) }

    init(round: Round, job: CompiledJob, indices: Range<UInt64>, known: Hints?) {
        self.round = round
        streams = Streams(seed: job.settings.seed)
        self.indices = indices
        self.known = known?.round == round.number ? known : nil
    }

    /// Checks a channel and its counts.
    func check(
        _ number: Int, _ channel: Partial.Channel, _ tally: ChannelTally
    ) throws(DecodingFailure) {
        try countsFit(channel, tally)
        try indicesDiffer(channel.candidates.keys)
        let isFirstUtility = round.stage == .utility
        switch round.task {
        case .select(let sieves):
            let sieve = sieves[number]
            try keysFit(channel.candidates.keys, utility: sieve.utility) {
                $0 >= sieve.floor && $0 <= sieve.ceiling
            }
            try picksFit(channel.picks, selection: sieve.selection, utility: sieve.utility) {
                $0 > sieve.ceiling
            }
            try levelFits(number, sieve, channel.candidates, tally)
            if isFirstUtility { try sumsFit(tally) }
        case .accept(let acceptances):
            let acceptance = acceptances[number]
            try keysFit(channel.candidates.keys, utility: acceptance.utility) {
                $0 >= acceptance.floor
            }
            guard UInt64(channel.candidates.count) <= tally.above else {
                throw DecodingFailure("more samples are brought than were accepted")
            }
        case .groups(let size):
            try keysFit(channel.candidates.keys, utility: number) { _ in true }
            guard
                Set(channel.candidates.keys.map { $0.index / size }).count
                    == channel.candidates.count
            else { throw DecodingFailure("a group has two that are best") }
        case .digits: try digitsFit(tally)
        case .admit(let admissions):
            let admission = admissions[number]
            try picksFit(channel.picks, selection: admission.selection, utility: admission.utility)
            {
                guard case .window(let low, let high) = admission.rule else { return true }
                return $0 >= low && $0 < high
            }
            if isFirstUtility { try sumsFit(tally) }
        case .islands, .weigh, .cells, .trials: break
        }
    }

    /// Checks the sums of a column.
    func check(_ moments: Moments) throws(DecodingFailure) {
        guard moments.squares >= 0 || moments.squares.isNaN, moments.failed <= samples,
            moments.finite > 0 || moments.sum == 0 && moments.squares == 0
        else { throw DecodingFailure("sums that no samples have") }
        // Cauchy and Schwarz, where nothing overflows or vanishes.
        let squares = moments.squares
        guard squares.isFinite, squares > 1e-280, moments.sum.magnitude < 1e150 else { return }
        let most = squares * Double(moments.finite) * (1 + 1e-6)
        guard moments.sum * moments.sum <= most else {
            throw DecodingFailure("a sum that its squares do not allow")
        }
    }

    /// A sample is held, dropped or above, and once; where what a cheaper utility lets through is judged,
    /// all of it is above, held or not.
    private func countsFit(
        _ channel: Partial.Channel, _ tally: ChannelTally
    ) throws(DecodingFailure) {
        var left = samples
        var above = tally.above
        switch round.stage {
        case .survivors, .continued:
            guard tally.above <= samples else {
                throw DecodingFailure("a range counts more samples than it has")
            }
            left = tally.above
            above = 0
        case .utility, .screen, .drafts: break
        }
        let held: UInt64 =
            switch round.task {
            // What is accepted is counted and held.
            case .accept: 0
            default: UInt64(channel.candidates.count)
            }
        for count in [held, tally.dropped, above] {
            guard count <= left else {
                throw DecodingFailure("a range counts more samples than it has")
            }
            left -= count
        }
        guard tally.aboveAtCeiling <= tally.above, UInt64(channel.picks.count) <= tally.above
        else { throw DecodingFailure("more samples are brought than are above") }
        guard tally.digits.isEmpty || isOfDigits else {
            throw DecodingFailure("buckets that the round did not ask for")
        }
    }

    private var isOfDigits: Bool {
        if case .digits = round.task { true } else { false }
    }

    /// Samples are dropped at a level that is no better than the floor that hints gave, or than the
    /// worst that is kept of too many.
    private func levelFits(
        _ number: Int, _ sieve: Sieve, _ candidates: Candidates, _ tally: ChannelTally
    ) throws(DecodingFailure) {
        guard (tally.dropped == 0) == (tally.level == 0) || tally.level == 0,
            isUtility(tally.level), tally.level <= sieve.ceiling.bits
        else { throw DecodingFailure("samples dropped at a level that is none") }
        guard tally.dropped > 0, let known else { return }
        var most = sieve.floor.bits
        if number < known.floors.count { most = max(most, known.floors[number].bits) }
        if candidates.count >= sieve.capacity, let worst = candidates.keys.min() {
            most = max(most, worst.bits)
        }
        guard tally.level <= most else {
            throw DecodingFailure("samples dropped above what is kept")
        }
    }

    private func sumsFit(_ tally: ChannelTally) throws(DecodingFailure) {
        guard tally.top.allSatisfy({ $0.count == tally.above }),
            tally.top.isEmpty == (tally.above == 0)
        else { throw DecodingFailure("sums of other samples than those above") }
        for sums in tally.top {
            let values = sums.count - sums.nan
            guard values == 0 || sums.minimum <= sums.maximum else {
                throw DecodingFailure("a least value above the largest")
            }
        }
    }

    private func digitsFit(_ tally: ChannelTally) throws(DecodingFailure) {
        var left = samples - tally.above
        for digit in tally.digits {
            guard digit <= left else { throw DecodingFailure("buckets hold more than the range") }
            left -= digit
        }
    }

    /// Keys carry the label that the job's streams give, of a utility that is one.
    private func keysFit(
        _ keys: [Key], utility: Int, _ isWanted: (Key) -> Bool
    ) throws(DecodingFailure) {
        for key in keys {
            guard isUtility(key.bits), isWanted(key),
                key.label
                    == streams.label(domain: round.domain, utility: utility, index: key.index)
            else {
                throw DecodingFailure("sample \(key.index) has a key that the round cannot give it")
            }
        }
    }

    private func picksFit(
        _ picks: [Pick], selection: Int, utility: Int, _ isWanted: (Key) -> Bool
    ) throws(DecodingFailure) {
        try keysFit(picks.map(\.key), utility: utility, isWanted)
        try indicesDiffer(picks.map(\.key))
        for pick in picks
        where pick.priority != streams.priority(selection: selection, index: pick.key.index) {
            throw DecodingFailure("sample \(pick.key.index) has a priority that is not its own")
        }
    }

    /// Whether bits are those of a number, or of what is none: nothing but 0.
    private func isUtility(_ bits: UInt64) -> Bool {
        bits == 0 || Key.orderedBits(Key.utility(ofBits: bits)) == bits
    }

    private func indicesDiffer(_ keys: [Key]) throws(DecodingFailure) {
        guard keys.count > 1 else { return }
        let twice = DecodingFailure("a sample is brought twice")
        guard samples / 64 <= UInt64(keys.count) else {
            var seen: Set<UInt64> = []
            seen.reserveCapacity(keys.count)
            for key in keys where !seen.insert(key.index).inserted { throw twice }
            return
        }
        var seen = [UInt64](repeating: 0, count: Int(samples / 64) + 1)
        for key in keys {
            let place = Int(key.index - indices.lowerBound)
            let bit: UInt64 = 1 << UInt64(place % 64)
            if seen[place / 64] & bit != 0 { throw twice }
            seen[place / 64] |= bit
        }
    }
}
