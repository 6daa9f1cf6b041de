// SPDX-License-Identifier: Apache-2.0
import Foundation
import PoolCore
import PoolRuntime
import Quantilizer
import Reports

/// Jobs and workers as tables and as records.
enum StatusText {
    /// Where a job stands, in a sentence.
    static func sentence(_ job: JobStatus) -> String {
        let name = job.name.isEmpty ? job.id : "\(DisplayText.line(job.name)) (\(job.id))"
        let share =
            job.samplesTotal == 0
            ? 0 : Int(100 * Double(job.samplesDone) / Double(job.samplesTotal))
        let left = job.remaining.map { ", \(Figures.duration($0.seconds)) to go" } ?? ""
        switch job.state {
        case .queued: return "\(name) waits for its turn."
        case .running where job.workers == 0:
            return "\(name) is \(share) % done and waits: no worker is at it."
        case .running: return "\(name) is \(share) % done\(left)."
        case .finishing: return "\(name) is computed; its result is being written."
        case .done: return "\(name) is done: qpool result \(job.id)"
        case .failed:
            let why = job.failure.map { DisplayText.line($0.description) } ?? "nobody knows why"
            return "\(name) failed: \(why)"
        case .cancelled:
            return "\(name) was cancelled; qpool retry \(job.id) goes on with what it lacks."
        }
    }

    /// How many jobs there are, in a sentence.
    static func sentence(_ jobs: [JobStatus], of total: Int) -> String {
        guard !jobs.isEmpty else { return "There are no such jobs." }
        let counts = JobStatus.State.allCases.compactMap { state -> String? in
            let count = jobs.count { $0.state == state }
            return count == 0 ? nil : "\(count) \(state.rawValue)"
        }
        let shown =
            total > jobs.count ? "The newest \(jobs.count) of \(total) jobs" : "\(total) job"
        let plural = total > jobs.count || total == 1 ? "" : "s"
        return "\(shown)\(plural): \(counts.joined(separator: ", "))."
    }

    /// How many workers there are, in a sentence.
    static func sentence(_ workers: [WorkerStatus], of total: Int) -> String {
        let good = workers.filter { $0.quarantine == nil }
        guard !good.isEmpty else { return "No worker is connected: start some with qpool worker." }
        let cores = good.reduce(0) { $0 + $1.cores }
        let rate = good.reduce(0) { $0 + $1.samplesPerSecond }
        let shut = workers.count - good.count
        return
            "\(total) worker\(total == 1 ? "" : "s") with \(cores) core\(cores == 1 ? "" : "s"), "
            + "\(Figures.count(rate)) samples/s\(shut > 0 ? "; \(shut) shut out" : "")."
    }

    static func table(_ jobs: [JobStatus]) -> Table {
        var table = Table(
            [
                "id", "name", "state", "issued", "expected", "samples_per_second", "workers",
                "elapsed", "remaining", "submitted", "owner", "note",
            ],
            numeric: [3, 4, 5, 6, 7, 8], spare: [10, 5, 4, 7, 6, 11, 3, 9, 8])
        for job in jobs {
            table.rows.append([
                job.id, job.name, job.state.rawValue, Figures.count(Double(job.samplesDone)),
                Figures.count(Double(job.samplesTotal)), Figures.count(job.samplesPerSecond) + "/s",
                "\(job.workers)", Figures.duration(job.elapsed.seconds),
                job.remaining.map { Figures.duration($0.seconds) } ?? "",
                job.age.map { Moment.age($0) } ?? "", job.owner, note(job),
            ])
        }
        return table
    }

    /// Why a job failed, or does not go on.
    private static func note(_ job: JobStatus) -> String {
        switch job.state {
        case .failed: job.failure?.message ?? ""
        case .running where job.workers == 0: "no worker is at it"
        case .queued: "waiting for its turn"
        case .running, .finishing, .done, .cancelled: job.warnings.last ?? ""
        }
    }

    static func table(_ workers: [WorkerStatus]) -> Table {
        var table = Table(
            [
                "id", "host", "process", "cores", "leases", "samples_per_second", "issued",
                "connected", "state",
            ],
            numeric: [2, 3, 4, 5, 6, 7], spare: [2, 6, 7, 4, 5])
        for worker in workers {
            table.rows.append([
                worker.id, worker.host, "\(worker.process)", "\(worker.cores)",
                "\(worker.leases)/\(worker.slots)", Figures.count(worker.samplesPerSecond) + "/s",
                Figures.count(Double(worker.samples)), Figures.duration(worker.connected.seconds),
                worker.standing + (worker.quarantine.map { ": " + $0 } ?? ""),
            ])
        }
        return table
    }

    /// The names of a job's members, where there is no job to take them from.
    static let jobColumns = [
        "version", "id", "name", "state", "priority", "issued", "expected", "round", "leases",
        "workers", "samples_per_second", "elapsed_seconds", "remaining_seconds", "thresholds",
        "failure", "job_digest", "warnings", "owner", "submitted_at", "ended_at",
    ]

    /// A job's status, version 1: the names are those of the table and of every other format.
    static func record(_ job: JobStatus) -> [(String, JSON)] {
        let now = Date()
        return job.record + [
            ("submitted_at", job.age.map { .string(Moment.iso(now, ago: $0)) } ?? .null),
            ("ended_at", job.ended.map { .string(Moment.iso(now, ago: $0)) } ?? .null),
        ]
    }

    /// A worker's status, version 1.
    static func record(_ worker: WorkerStatus) -> [(String, JSON)] { worker.record }
}
