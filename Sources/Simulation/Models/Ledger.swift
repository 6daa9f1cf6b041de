// SPDX-License-Identifier: Apache-2.0
internal import PoolCore
internal import Quantilizer

/// What the coordinator promised and what its disk holds, kept by somebody who trusts neither: the
/// laws of delivery are checked against it.
///
/// A function that finds a law broken says which.
struct Ledger {
    private struct Entry {
        /// The digest under which it was accepted, once a client was told.
        var digest: String?
        /// The digests that the disk has been given, in that order: one more for each extension.
        var digests: [String] = []
        /// The indices of each round.
        var indices: [Int: Range<UInt64>] = [:]
        /// What the living coordinator has merged; nil until a new one has read the job.
        var live: [Int: BlockSet]? = [:]
        /// What the disk has been given.
        var durable: [Int: BlockSet] = [:]
        /// Checkpoints that the disk is to be given, by number, each with what it stands for.
        var checkpoints: [(number: UInt64, stands: [Int: BlockSet])] = []
        /// Whether the disk was told that it ended, now or before it went on.
        var hasEnded = false
        /// The largest partial.
        var largest = 0

        /// Counts a partial that was merged: how many samples of its round there are now, nil where it
        /// was there before. In place, for a large pool's sets are large.
        mutating func add(
            _ range: DyadicRange, of round: Int, _ indices: Range<UInt64>, _ bytes: Int
        ) -> UInt64? {
            self.indices[round] = indices
            largest = max(largest, bytes)
            var sets = live ?? [:]
            live = nil
            defer { live = sets }
            guard !sets[round, default: BlockSet(indices)].contains(range) else { return nil }
            sets[round, default: BlockSet(indices)].insert(range)
            return sets[round]?.samples
        }
    }

    /// A partial that arrived whole and waits for its acknowledgement.
    private struct Claim {
        let job: String
        let round: Int
        let range: DyadicRange
        /// Whether the job was over already, so that nobody needed it.
        let wasOver: Bool
    }

    private var jobs: [String: Entry] = [:]
    private var claims: [UInt64: Claim] = [:]
    private var lastLease: UInt64 = 0

    // MARK: What the coordinator is given

    /// A partial is about to be given to the coordinator; a damaged one proves nothing.
    mutating func arrived(
        _ header: WirePartial, _ payload: [UInt8], isWhole: Bool, _ standing: JobStanding?
    ) {
        // Of a job that nobody knows any more nothing is owed.
        guard isWhole, standing != nil, let (round, range) = Partial.place(of: payload) else {
            claims[header.lease] = nil
            return
        }
        claims[header.lease] = Claim(
            job: header.job, round: round, range: range, wasOver: standing == .over)
    }

    /// A partial was merged: what the coordinator counts must be what came, once.
    mutating func merged(
        _ id: String, _ bytes: [UInt8], before: JobStanding?, after: JobStanding?
    ) -> String? {
        guard let (round, range) = Partial.place(of: bytes),
            case .open(round, let indices, _)? = before
        else { return "\(id): a partial was merged that its round did not ask for" }
        guard let came = jobs[id, default: Entry()].add(range, of: round, indices, bytes.count)
        else { return "\(id): the range at \(range.start) was merged twice" }
        switch after {
        case .open(round, _, let done)?:
            guard done == came else {
                return "\(id): \(done) samples count, \(came) came"
            }
        case .open, .complete, .over:
            guard came == indices.upperBound - indices.lowerBound else {
                return "\(id): round \(round) ended before it was done"
            }
        default: return "\(id): merged into a job that does not run"
        }
        return nil
    }

    // MARK: What the disk is given

    mutating func committed(_ records: [StoreRecord]) {
        for record in records {
            switch record {
            case .submitted(let job): jobs[job.id, default: Entry()].digests = [job.digest]
            case .extended(let id, _, let digest): jobs[id]?.digests.append(digest)
            case .ended(let id, _): jobs[id]?.hasEnded = true
            case .restarted(let id, _): jobs[id]?.durable = [:]
            case .merged(let id, let bytes):
                guard let (round, range) = Partial.place(of: bytes),
                    let indices = jobs[id]?.indices[round]
                else { continue }
                jobs[id]?.durable[round, default: BlockSet(indices)].insert(range)
            case .checkpoint(let id, let snapshot):
                guard let list = jobs[id]?.checkpoints,
                    let place = list.firstIndex(where: { $0.number == snapshot.number })
                else { continue }
                // Partials before it may not have come: it stands for them.
                jobs[id]?.durable = list[place].stands
                jobs[id]?.checkpoints.removeFirst(place + 1)
            default: break
            }
        }
    }

    /// A step's records: of a job that begins anew nothing that came before counts.
    mutating func recorded(_ records: [StoreRecord]) {
        for case .restarted(let id, _) in records where jobs[id]?.live != nil {
            jobs[id]?.live = [:]
        }
    }

    /// A step's checkpoints, once its partials are counted: each stands for all that was merged.
    mutating func checkpointed(_ records: [StoreRecord]) {
        for case .checkpoint(let id, let snapshot) in records {
            guard let stands = jobs[id]?.live else { continue }
            jobs[id]?.checkpoints.append((snapshot.number, stands))
        }
    }

    /// What a job takes on the disk stays in proportion to its state.
    func outgrown(_ stored: StoredJob, least: Int) -> String? {
        let bytes = stored.partials.reduce(0) { $0 + $1.count }
        let bound = max(stored.checkpoint?.count ?? 0, least) + 2 * (jobs[stored.id]?.largest ?? 0)
        return bytes <= bound
            ? nil : "\(stored.id): \(bytes) bytes of partials on the disk, \(bound) allowed"
    }

    // MARK: Death and return

    mutating func crashed() {
        for id in jobs.keys {
            jobs[id]?.live = nil
            jobs[id]?.checkpoints = []
        }
        claims = [:]
    }

    /// Nothing that a client was told is accepted is missing from the disk.
    func missing(from store: ModelStore) -> String? {
        for (id, entry) in jobs {
            guard let digest = entry.digest else { continue }
            guard let stored = store[id] else { return "\(id) was accepted and is lost" }
            if stored.digest != entry.digests.last || !entry.digests.contains(digest) {
                return "\(id) is another job after a restart"
            }
        }
        return nil
    }

    /// The jobs that the living coordinator has not read yet.
    var unread: [String] { jobs.filter { $0.value.live == nil }.map(\.key) }

    /// A restored job was read: it must stand where the disk had it.
    mutating func restored(_ id: String, _ standing: JobStanding?) -> String? {
        guard let entry = jobs[id], entry.live == nil, let standing, standing != .compiling else {
            return nil
        }
        jobs[id]?.live = entry.durable
        guard let latest = entry.durable.keys.max(), let set = entry.durable[latest] else {
            return nil
        }
        switch standing {
        case .compiling, .over: return nil
        case .untouched: return "\(id): \(set.samples) acknowledged samples are lost"
        case .complete:
            return set.isComplete ? nil : "\(id): complete though samples are missing"
        case .open(let round, _, let done):
            if round == latest && done == set.samples { return nil }
            if round > latest && set.isComplete && done == 0 { return nil }
            return "\(id): after the restart \(done) samples of round \(round), on the disk "
                + "\(set.samples) of round \(latest)"
        }
    }

    // MARK: What the coordinator says

    /// A message of the coordinator is about to go out: what it promises must be durable.
    mutating func broken(by message: PoolMessage, _ store: ModelStore) -> String? {
        switch message {
        case .lease(let lease, _):
            defer { lastLease = max(lastLease, lease.lease) }
            return lease.lease > lastLease ? nil : "lease \(lease.lease) has the number of another"
        case .acknowledged(let message):
            for lease in message.leases {
                guard let claim = claims.removeValue(forKey: lease) else { continue }
                if !isDurable(claim, store) {
                    return "\(claim.job): the range at \(claim.range.start) of round "
                        + "\(claim.round) is acknowledged and not on the disk"
                }
            }
            return nil
        case .submitted(let reply):
            let id = reply.status.job
            let digest = reply.status.jobDigest
            guard store[id] != nil, let digests = jobs[id]?.digests, digests.contains(digest)
            else { return "\(id) is accepted and not on the disk" }
            if let known = jobs[id]?.digest, !digests.contains(known) { return "\(id) is two jobs" }
            jobs[id]?.digest = digest
            return nil
        case .statusReply(let reply):
            // It may answer an extension.
            if jobs[reply.status.job]?.digests.contains(reply.status.jobDigest) != true {
                return "\(reply.status.job): what it is said to be is not on the disk"
            }
            return broken(by: reply.status, store)
        case .update(let update): return broken(by: update.status, store)
        case .resultReply(let reply, let payload):
            // Of a job that was extended and is not there yet, the result before.
            let stored = store[reply.status.job]
            var known = [stored?.previous]
            if case .done(let document)? = stored?.ending { known.append(document) }
            guard known.contains(where: { $0.map { Array($0.text.utf8) } == payload })
            else { return "\(reply.status.job): a result that is not on the disk" }
            return nil
        default: return nil
        }
    }

    private func isDurable(_ claim: Claim, _ store: ModelStore) -> Bool {
        guard let stored = store[claim.job] else { return false }
        let durable = jobs[claim.job]?.durable ?? [:]
        return stored.ending != nil || claim.wasOver && jobs[claim.job]?.hasEnded == true
            || durable[claim.round]?.contains(claim.range) == true
            || durable.keys.contains { $0 > claim.round }
    }

    private func broken(by status: WireJobStatus, _ store: ModelStore) -> String? {
        let isTrue =
            switch (status.state, store[status.job]?.ending) {
            case (.done, .done?), (.failed, .failed?), (.cancelled, .cancelled?): true
            case (.done, _), (.failed, _), (.cancelled, _): false
            default: true
            }
        return isTrue ? nil : "\(status.job) is said to be \(status.state), the disk says otherwise"
    }
}
