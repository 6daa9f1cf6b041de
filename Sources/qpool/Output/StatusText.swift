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
                worker.standing + (worker.quarantine.map { ": " + $0 } ?? ""),
            ])
        }
        return table.text
    }

    /// A job's status, version 1: the names are those of the table and of every other format.
    static func record(_ job: JobStatus) -> [(String, JSON)] { job.record }

    /// A worker's status, version 1.
    static func record(_ worker: WorkerStatus) -> [(String, JSON)] { worker.record }
}
