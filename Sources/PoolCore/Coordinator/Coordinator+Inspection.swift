// SPDX-License-Identifier: Apache-2.0
internal import Quantilizer

/// Where a job stands, for whoever checks a coordinator from outside.
package enum JobStanding: Sendable, Hashable {
    /// It was restored and is being read.
    case compiling
    /// It waits or runs, in a round of which so many samples are done.
    case open(round: Int, indices: Range<UInt64>, done: UInt64)
    /// It waits, and nothing of it was done.
    case untouched
    /// Its rounds are done.
    case complete
    /// It is done, failed or cancelled.
    case over
}

extension Coordinator {
    /// Where a job stands; nil for a job that it does not know.
    package func standing(of id: String) -> JobStanding? {
        guard let job = jobs[id] else { return nil }
        switch job.state {
        case .compiling: return .compiling
        case .done, .failed, .cancelled: return .over
        case .finishing: return .complete
        case .queued, .running:
            guard let machine = job.machine else { return .untouched }
            guard let round = machine.currentRound else { return .complete }
            return .open(
                round: round.number, indices: round.range, done: machine.progress.roundDone)
        }
    }

    /// Leases that are out, settled ones included.
    package var leaseCount: Int { leases.count }

    /// Workers with a session.
    package var workerCount: Int { workers.count }
}
