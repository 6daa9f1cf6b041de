// SPDX-License-Identifier: Apache-2.0
internal import PoolCore

/// A disk that survives the coordinator: what was committed, as jobs to be restored.
struct ModelStore {
    private var jobs: [String: StoredJob] = [:]

    /// Who was shut out.
    private(set) var quarantined: [Quarantine] = []

    /// What a coordinator that starts now finds.
    var stored: [StoredJob] { jobs.values.sorted { $0.order < $1.order } }

    /// A job as it stands on the disk.
    subscript(id: String) -> StoredJob? { jobs[id] }

    mutating func commit(_ records: [StoreRecord]) {
        for record in records {
            switch record {
            case .submitted(let job): jobs[job.id] = job
            case .priority(let id, let priority): jobs[id]?.priority = priority
            case .merged(let id, let partial): jobs[id]?.partials.append(partial)
            case .checkpoint(let id, let snapshot):
                jobs[id]?.checkpoint = snapshot.bytes
                jobs[id]?.partials = []
            case .ended(let id, let ending):
                jobs[id]?.ending = ending
                if case .done = ending { jobs[id]?.previous = nil }
                jobs[id]?.checkpoint = nil
                jobs[id]?.partials = []
            case .accounted(let id, let account): jobs[id]?.account = account
            case .rested(let id, let snapshot): jobs[id]?.checkpoint = snapshot
            case .resumed(let id):
                jobs[id]?.ending = nil
                jobs[id]?.crashes = 0
            case .progressed(let id): jobs[id]?.crashes = 0
            case .extended(let id, let package, let digest):
                guard var job = jobs[id] else { continue }
                if case .done(let document)? = job.ending { job.previous = document }
                if job.origin == nil { job.origin = job.digest }
                job.package = package
                job.digest = digest
                job.ending = nil
                job.checkpoint = nil
                job.partials = []
                jobs[id] = job
            case .forgotten(let id): jobs[id] = nil
            case .contributed(let id, let party): jobs[id]?.contributors.append(party)
            case .restarted(let id, let attempt):
                jobs[id]?.attempt = attempt
                jobs[id]?.checkpoint = nil
                jobs[id]?.partials = []
                jobs[id]?.contributors = []
            case .warned(let id, let text): jobs[id]?.warnings.append(text)
            case .happened(let id, let number, let text):
                jobs[id]?.events.append(
                    JobEvent(number: number, ageNanoseconds: 0, text: text))
            case .quarantined(let entry): quarantined.append(entry)
            }
        }
    }
}
