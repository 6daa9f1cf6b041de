// SPDX-License-Identifier: Apache-2.0
internal import Quantilizer

/// What a store holds of a job beside its text: a snapshot and the partials since.
struct JournalSize {
    /// Bytes of the latest snapshot, at least.
    var snapshot = 0
    /// Bytes of the partials since.
    var partials = 0

    /// Whether the partials have outgrown the snapshot, so that another one pays.
    ///
    /// Between two snapshots at least as much is written as a snapshot takes: all snapshots
    /// together at most double what is written, and the journal at most doubles the state.
    func isFull(least: Int) -> Bool { partials >= max(snapshot, least) }
}

/// Checkpoints: the durable state of a job stays in proportion to its machine, not to its work.
extension Coordinator {
    /// Counts a merged partial; replaces all of them by a snapshot when they are many.
    ///
    /// **Determinism**: when a snapshot is taken depends on the partials' sizes alone, and no
    /// answer depends on it.
    mutating func checkpoint(
        _ job: JobRecord, after bytes: Int, _ effects: inout CoordinatorEffects
    ) {
        job.journal.partials += bytes + JournalSize.rowBytes
        // A machine that has ended has no snapshot: its result comes in a moment.
        guard job.journal.isFull(least: options.journalBytes), job.machine?.hasEnded == false
        else { return }
        let snapshot = JobSnapshot(of: &job.machine!, number: newSnapshot())
        job.journal = JournalSize(snapshot: snapshot.size)
        effects.records.append(.checkpoint(job: job.id, snapshot: snapshot))
        effects.records.append(.accounted(job: job.id, job.account(at: now)))
    }

    /// Brings a restored job to where it was: its snapshot, then the partials since, in order.
    ///
    /// What does not fit is left out: it will be computed again, to the same bits.
    mutating func replay(
        _ stored: StoredJob, _ job: JobRecord, _ effects: inout CoordinatorEffects
    ) {
        guard let compiled = job.compiled, stored.checkpoint != nil || !stored.partials.isEmpty
        else { return }
        var machine = JobMachine(job: compiled)
        if let snapshot = stored.checkpoint {
            do throws(DecodingFailure) {
                let restored = try JobMachine(job: compiled, snapshot: snapshot)
                guard restored.extent == compiled.settings.extent else {
                    throw DecodingFailure("of another extent")
                }
                machine = restored
                job.journal.snapshot = snapshot.count
            } catch {
                note(
                    .warning, "job \(job.id) begins anew: its checkpoint is \(error.reason)",
                    &effects, about: LogSubject(job: job.id))
            }
        }
        for bytes in stored.partials {
            job.journal.partials += bytes.count + JournalSize.rowBytes
            guard let round = machine.currentRound,
                let partial = try? Partial(decoding: bytes, round: round, job: compiled)
            else { continue }
            _ = machine.merge(partial)
        }
        job.machine = machine
    }
}

extension JournalSize {
    /// What a row takes beside its bytes.
    static var rowBytes: Int { 64 }
}
