// SPDX-License-Identifier: Apache-2.0

/// Who could not compute ranges of a job, and who therefore gets no more of it.
///
/// A worker that hands back a range often enough is shut out of the job. Ids are cheap, though: a host
/// that starts its worker again, and whoever has a key, has as many as it likes. So a host of which
/// several ids failed is shut out with all of them, and a job is judged by voices, not by ids.
struct Strikes {
    /// Hand-backs with a failure, by worker.
    private var counts: [String: Int] = [:]
    /// Workers that are shut out, by place.
    private var failed: [String: Set<String>] = [:]
    /// Places of which no further worker gets any of the job, and parties that others outvoted.
    private var shut: Set<String> = []
    /// Voices of which a worker is shut out.
    private(set) var voices: Set<String> = []

    /// Whether a worker gets no more of the job.
    func shuns(_ worker: WorkerRecord) -> Bool {
        if !counts.isEmpty, counts[worker.id, default: 0] >= PoolLimits.strikes { return true }
        return !shut.isEmpty && (shut.contains(worker.place) || shut.contains(worker.party))
    }

    /// A worker could not compute a range.
    mutating func add(_ worker: WorkerRecord) {
        // What is kept is bounded, whatever ids come.
        guard !shuns(worker) else { return }
        counts[worker.id, default: 0] += 1
        guard counts[worker.id, default: 0] >= PoolLimits.strikes else { return }
        voices.insert(worker.voice)
        failed[worker.place, default: []].insert(worker.id)
        if failed[worker.place, default: []].count >= PoolLimits.strikes {
            shut.insert(worker.place)
        }
        let places = failed.keys.count { $0.hasPrefix(worker.party + "/") }
        if places >= PoolLimits.misfits { shut.insert(worker.party) }
    }

    /// A party was outvoted: none of its workers gets any more.
    mutating func shut(party: String) { shut.insert(party) }
}

extension WorkerRecord {
    /// Whose word it is where voices are counted: its key's, or without keys its host's.
    var voice: String { hasKey || hello.host.isEmpty ? party : "host \(hello.host)" }

    /// Where it runs: its host, as it says, under its key.
    var place: String { "\(hasKey ? party : "")/\(hello.host.isEmpty ? id : hello.host)" }
}

extension Coordinator {
    /// Whether a job cannot be computed: several voices that have nothing to do with one another say
    /// so, or every worker that is connected and may compute it. Of a verified job all of them must.
    func isHopeless(_ job: JobRecord) -> Bool {
        guard !job.strikes.voices.isEmpty else { return false }
        let able = workers.values.filter { job.isAllowed(by: $0) && !job.misfits.shuns($0) }
        if able.allSatisfy({ job.strikes.shuns($0) }) { return true }
        return job.verify == 0 && job.strikes.voices.count >= PoolLimits.strikes
    }
}
