// SPDX-License-Identifier: Apache-2.0

/// One form for all honest partials of a range.
extension Partial {
    /// The partial without what hints may or may not have removed, so that two honest workers'
    /// partials of a range have the same bytes, whatever each of them knew.
    ///
    /// Candidates below the hints' floors go, the rest is put in order, and counts that belong to a
    /// level which cannot matter any more are zero. Everything else is a function of the range
    /// alone and stays as it is.
    ///
    /// **Complexity**: O(candidates · log candidates).
    ///
    /// - Parameters:
    ///   - round: the partial's.
    ///   - hints: at least as good as any hint that went into the partials compared.
    public func canonical(round: Round, above hints: Hints) -> Partial {
        guard case .select(let sieves) = round.task, sieves.count == channels.count,
            tally.channels.count == channels.count
        else {
            var copy = self
            for number in copy.channels.indices {
                copy.channels[number].candidates = copy.channels[number].candidates.sorted()
                copy.channels[number].picks.sort()
            }
            return copy
        }
        var copy = self
        for (number, sieve) in sieves.enumerated() {
            let hint =
                hints.round == round.number && number < hints.floors.count
                ? hints.floors[number] : .lowest
            var floor = max(sieve.floor, hint)
            var candidates = channels[number].candidates
            var counts = tally.channels[number]
            for key in candidates.keys where key < floor && key.bits == floor.bits {
                counts.drop(bits: key.bits)
            }
            candidates.keep { $0 >= floor }
            let worst = candidates.keepBest(sieve.capacity) { counts.drop(bits: $0.bits) }
            if candidates.count == sieve.capacity {
                floor = max(floor, worst ?? candidates.keys.min() ?? floor)
            }
            if counts.level < floor.bits {
                counts.level = 0
                counts.dropped = 0
            }
            copy.channels[number].candidates = candidates.sorted()
            copy.channels[number].picks.sort()
            copy.tally.channels[number] = counts
        }
        if tally.usage != nil { copy.records = copy.wanted(of: records) }
        return copy
    }
}
