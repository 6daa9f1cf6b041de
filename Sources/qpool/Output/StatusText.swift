// SPDX-License-Identifier: Apache-2.0
import PoolCore
import PoolRuntime
import Quantilizer

/// Jobs and workers as tables and as records.
enum StatusText {
    static func table(_ jobs: [JobStatus]) -> String {
        var table = Table(
            [
                "id", "name", "state", "issued", "expected", "samples_per_second", "workers",
                "elapsed", "remaining", "note",
            ],
            numeric: [3, 4, 5, 6, 7, 8])
        for job in jobs {
            table.rows.append([
                job.id, job.name, job.state.rawValue, Figures.count(Double(job.samplesDone)),
                Figures.count(Double(job.samplesTotal)), Figures.count(job.samplesPerSecond) + "/s",
                "\(job.workers)", Figures.duration(job.elapsed.seconds),
                job.remaining.map { Figures.duration($0.seconds) } ?? "", note(job),
            ])
        }
        return table.text
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

    static func table(_ workers: [WorkerStatus]) -> String {
        var table = Table(
            [
                "id", "host", "process", "cores", "leases", "samples_per_second", "issued",
                "connected", "state",
            ],
            numeric: [2, 3, 4, 5, 6, 7])
        for worker in workers {
            table.rows.append([
                worker.id, worker.host, "\(worker.process)", "\(worker.cores)",
                "\(worker.leases)/\(worker.slots)", Figures.count(worker.samplesPerSecond) + "/s",
                Figures.count(Double(worker.samples)), Figures.duration(worker.connected.seconds),
                state(worker) + (worker.quarantine.map { ": " + $0 } ?? ""),
            ])
        }
        return table.text
    }

    /// A job's status, version 1: the names are those of the table and of every other format.
    static func record(_ job: JobStatus) -> [(String, JSON)] {
        let thresholds = job.thresholds.map { t in
            let ends = t.interval.map { [$0.lowerBound, $0.upperBound] } ?? []
            return JSON.object([
                ("name", .string(t.name)), ("value", .number(t.value)),
                (
                    "interval",
                    .array(ends.allSatisfy(\.isFinite) ? ends.map { .number($0) } : [])
                ),
                ("confidence", .number(t.confidence)), ("samples", .integer(t.samples)),
            ])
        }
        return [
            ("version", .integer(1)), ("id", .string(job.id)), ("name", .string(job.name)),
            ("state", .string(job.state.rawValue)), ("priority", .number(Double(job.priority))),
            ("issued", .integer(job.samplesDone)), ("expected", .integer(job.samplesTotal)),
            ("round", .number(Double(job.round))), ("leases", .number(Double(job.leases))),
            ("workers", .number(Double(job.workers))),
            ("samples_per_second", .number(job.samplesPerSecond)),
            ("elapsed_seconds", .number(job.elapsed.seconds)),
            ("remaining_seconds", job.remaining.map { .number($0.seconds) } ?? .null),
            ("thresholds", .array(thresholds)),
            ("failure", job.failure.map { .string($0.description) } ?? .null),
            ("job_digest", .string(job.jobDigest)),
            ("warnings", .array(job.warnings.map { .string($0) })),
            ("owner", job.owner.isEmpty ? .null : .string(job.owner)),
        ]
    }

    /// A worker's status, version 1.
    static func record(_ worker: WorkerStatus) -> [(String, JSON)] {
        [
            ("version", .integer(1)), ("id", .string(worker.id)), ("host", .string(worker.host)),
            ("process", .integer(UInt64(worker.process))),
            ("cores", .number(Double(worker.cores))),
            ("memory_bytes", .integer(worker.memoryBytes)), ("release", .string(worker.version)),
            ("leases", .number(Double(worker.leases))), ("slots", .number(Double(worker.slots))),
            ("samples_per_second", .number(worker.samplesPerSecond)),
            ("issued", .integer(worker.samples)),
            ("connected_seconds", .number(worker.connected.seconds)),
            ("state", .string(state(worker))),
            ("quarantine", worker.quarantine.map { .string($0) } ?? .null),
        ]
    }

    private static func state(_ worker: WorkerStatus) -> String {
        worker.quarantine != nil ? "quarantined" : worker.isDraining ? "draining" : "working"
    }
}
