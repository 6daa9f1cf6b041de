// SPDX-License-Identifier: Apache-2.0
internal import Quantilizer

/// What people are told of a job's work so far. A store keeps it, so that a restart forgets nothing; no
/// answer depends on it.
public struct JobAccount: Sendable, Hashable {
    /// Nanoseconds for which workers were at it.
    public var workedNanoseconds: UInt64
    /// Samples merged.
    public var samplesDone: UInt64
    /// Samples wanted, as far as was known.
    public var samplesTotal: UInt64

    /// An account.
    public init(workedNanoseconds: UInt64, samplesDone: UInt64, samplesTotal: UInt64) {
        self.workedNanoseconds = workedNanoseconds
        self.samplesDone = samplesDone
        self.samplesTotal = samplesTotal
    }
}

extension JobRecord {
    /// The account at an instant. Time in the queue, and until the first lease, is none of work.
    func account(at now: Instant) -> JobAccount {
        var account = before ?? JobAccount(workedNanoseconds: 0, samplesDone: 0, samplesTotal: 0)
        if let started {
            account.workedNanoseconds &+= UInt64(max(0, (ended ?? now).since(started)))
        }
        if let progress = machine?.progress ?? finalProgress {
            account.samplesDone = progress.evaluations
            account.samplesTotal = max(
                progress.evaluations, progress.evaluations - progress.issued + progress.expected)
        }
        return account
    }

    /// Ends a stretch of work: another one may follow.
    func closeStretch(at now: Instant) {
        before = account(at: now)
        started = nil
    }
}
