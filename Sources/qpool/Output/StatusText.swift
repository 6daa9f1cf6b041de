// SPDX-License-Identifier: Apache-2.0
import Foundation
import PoolCore
import PoolRuntime

/// Jobs and workers as tables and as JSON lines.
enum StatusText {
    static func table(_ jobs: [JobStatus]) -> String {
        var table = Table(
            ["id", "name", "state", "done", "of", "rate", "workers", "elapsed", "left", "note"],
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
            ["id", "host", "process", "cores", "leases", "rate", "samples", "connected", "state"],
            numeric: [2, 3, 4, 5, 6, 7])
        for worker in workers {
            table.rows.append([
                worker.id, worker.host, "\(worker.process)", "\(worker.cores)",
                "\(worker.leases)/\(worker.slots)", Figures.count(worker.samplesPerSecond) + "/s",
                Figures.count(Double(worker.samples)), Figures.duration(worker.connected.seconds),
                worker.quarantine.map { "quarantined: " + $0 }
                    ?? (worker.isDraining ? "draining" : "working"),
            ])
        }
        return table.text
    }

    static func json(_ job: JobStatus) -> String {
        var thresholds: [StatusRecord.Threshold] = []
        for t in job.thresholds {
            let ends = t.interval.map { [$0.lowerBound, $0.upperBound] } ?? []
            thresholds.append(
                .init(
                    name: t.name, value: t.value, interval: ends.allSatisfy(\.isFinite) ? ends : [],
                    confidence: t.confidence, samples: t.samples))
        }
        return encode(
            StatusRecord(
                id: job.id, name: job.name, state: job.state.rawValue, priority: job.priority,
                issued: job.samplesDone, expected: job.samplesTotal, round: job.round,
                leases: job.leases, workers: job.workers,
                samples_per_second: job.samplesPerSecond, elapsed_seconds: job.elapsed.seconds,
                thresholds: thresholds, failure: job.failure?.description,
                job_digest: job.jobDigest, warnings: job.warnings,
                owner: job.owner.isEmpty ? nil : job.owner))
    }

    static func json(_ worker: WorkerStatus) -> String {
        encode(
            WorkerRecord(
                id: worker.id, host: worker.host, process: worker.process, cores: worker.cores,
                memory_bytes: worker.memoryBytes, version: worker.version, slots: worker.slots,
                leases: worker.leases, samples_per_second: worker.samplesPerSecond,
                samples: worker.samples, connected_seconds: worker.connected.seconds,
                draining: worker.isDraining, quarantine: worker.quarantine))
    }

    private static func encode(_ record: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        return (try? encoder.encode(record)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }
}

/// A job's status as JSON, version 1.
private struct StatusRecord: Encodable {
    struct Threshold: Encodable {
        var name: String
        var value: Double
        var interval: [Double]
        var confidence: Double
        var samples: UInt64
    }
    var version = 1
    var id: String
    var name: String
    var state: String
    var priority: Int
    var issued: UInt64
    var expected: UInt64
    var round: Int
    var leases: Int
    var workers: Int
    var samples_per_second: Double
    var elapsed_seconds: Double
    var thresholds: [Threshold]
    var failure: String?
    var job_digest: String
    var warnings: [String]
    var owner: String?
}

/// A worker's status as JSON, version 1.
private struct WorkerRecord: Encodable {
    var version_of_record = 1
    var id: String
    var host: String
    var process: UInt32
    var cores: Int
    var memory_bytes: UInt64
    var version: String
    var slots: Int
    var leases: Int
    var samples_per_second: Double
    var samples: UInt64
    var connected_seconds: Double
    var draining: Bool
    var quarantine: String?
}
