// SPDX-License-Identifier: Apache-2.0

extension ExactMethod {
    /// Rounds that streaming is expected to take, by following the expected bracket.
    func plannedRounds(job: CompiledJob) -> Int {
        guard phase == .streaming else { return 1 }
        let capacity = Double(capacity(job)) * Self.plannedFill
        let total = Double(samples)
        var seen =
            tracks.map { track in
                capacity * total / Double(track.wantedRanks(samples: samples).upperBound)
            }.min() ?? total
        var rounds = 1
        while seen < total, rounds < Limits.rounds {
            var growth = Double.infinity
            for track in tracks {
                let share = Double(track.kept) / total
                let deviation = (seen * share * (1 - share) * (1 - seen / total)).squareRoot()
                growth = min(growth, capacity / (2 * (ExactMethod.usualDeviations * deviation + 8)))
            }
            rounds += 1
            if growth < 1.25 { break }
            seen *= growth
        }
        return rounds
    }

    /// Memory for candidates when the buffers are full.
    func plannedBytes(job: CompiledJob) -> Int {
        let candidates =
            phase == .whole
            ? Int(clamping: capacities(job).reduce(0, +)) : capacity(job) * tracks.count
        return 4 * candidates * job.candidateBytes
    }
}
