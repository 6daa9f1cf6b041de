// SPDX-License-Identifier: Apache-2.0

/// Parts of a job that several processes do, and put together.
extension JobMachine {
    /// The samples of the job, where one pass over them all gives its answer and nothing was done
    /// before it; nil where later rounds depend on earlier ones.
    public var onePass: Range<UInt64>? {
        guard let round = merger?.round, pending == nil, round.domain == .base, round.measures,
            round.range == 0..<job.settings.plannedSamples, !job.settings.method.room.looksTwice
        else { return nil }
        return round.range
    }

    /// The samples of the current round that are not done.
    public var gaps: [Range<UInt64>] {
        guard let merger else { return [] }
        var result: [Range<UInt64>] = []
        for range in merger.missing() {
            let part = range.clipped(to: merger.round.range)
            if let last = result.last, last.upperBound == part.lowerBound {
                result[result.count - 1] = last.lowerBound..<part.upperBound
            } else {
                result.append(part)
            }
        }
        return result
    }

    /// Adds what another process did of the same job. Of what both did the other's changes nothing.
    ///
    /// - Throws: `cannot-merge` where the two are not at the same pass, so that their parts do not fit.
    public mutating func merge(_ other: JobMachine) throws(JobFailure) {
        guard other.extent == extent else {
            throw JobFailure(
                "cannot-merge", "\(extent.samples) samples and \(other.extent.samples)")
        }
        if hasEnded { return }
        if other.hasEnded {
            self = other
            return
        }
        guard let mine = merger?.round, let theirs = other.merger, mine == theirs.round,
            totals.moments.nodes.map(\.range) == other.totals.moments.nodes.map(\.range)
        else {
            throw JobFailure(
                "cannot-merge",
                "they are at different passes: finish one of them, and merge is not needed")
        }
        if merger?.merge(theirs) == .merged {
            look()
            if merger?.isComplete == true { advance() }
        }
    }
}
