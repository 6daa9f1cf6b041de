// SPDX-License-Identifier: Apache-2.0
public import Quantilizer

extension JobStatus {
    /// The status as a record, version 1: the same names in every format and on every interface.
    public var record: [(String, JSON)] {
        let thresholds = thresholds.map { t in
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
            ("version", .integer(1)), ("id", .string(id)), ("name", .string(name)),
            ("state", .string(state.rawValue)), ("priority", .number(Double(priority))),
            ("issued", .integer(samplesDone)), ("expected", .integer(samplesTotal)),
            ("round", .number(Double(round))), ("leases", .number(Double(leases))),
            ("workers", .number(Double(workers))),
            ("samples_per_second", .number(samplesPerSecond)),
            ("elapsed_seconds", .number(elapsed.inSeconds)),
            ("remaining_seconds", remaining.map { .number($0.inSeconds) } ?? .null),
            ("thresholds", .array(thresholds)),
            ("failure", failure.map { .string($0.description) } ?? .null),
            ("job_digest", .string(jobDigest)),
            ("warnings", .array(warnings.map { .string($0) })),
            ("owner", owner.isEmpty ? .null : .string(owner)),
        ]
    }
}

extension WorkerStatus {
    /// `working`, `draining` or `quarantined`.
    public var standing: String {
        quarantine != nil ? "quarantined" : isDraining ? "draining" : "working"
    }

    /// The status as a record, version 1: the same names in every format and on every interface.
    public var record: [(String, JSON)] {
        [
            ("version", .integer(1)), ("id", .string(id)), ("host", .string(host)),
            ("process", .integer(UInt64(process))), ("cores", .number(Double(cores))),
            ("memory_bytes", .integer(memoryBytes)), ("release", .string(version)),
            ("leases", .number(Double(leases))), ("slots", .number(Double(slots))),
            ("samples_per_second", .number(samplesPerSecond)), ("issued", .integer(samples)),
            ("connected_seconds", .number(connected.inSeconds)), ("state", .string(standing)),
            ("quarantine", quarantine.map { .string($0) } ?? .null),
        ]
    }
}

extension PoolView {
    /// The pool as a record, version 1.
    ///
    /// - Parameter endpoint: where clients reach it; nil where that alone is not enough.
    package func poolRecord(endpoint: String?) -> JSON {
        .object([
            ("version", .integer(1)), ("name", .string(name)), ("release", .string(version)),
            ("endpoint", endpoint.map { .string($0) } ?? .null),
            (
                "jobs",
                .object(
                    JobStatus.State.allCases.map {
                        ($0.rawValue, .number(Double(jobCounts[$0] ?? 0)))
                    })
            ),
            (
                "workers",
                .object(
                    Self.standings.map { ($0, .number(Double(workerCounts[$0] ?? 0))) })
            ),
            ("cores", .number(Double(cores))), ("leases", .number(Double(leases))),
            ("samples", .integer(tally.samples)),
            (
                "samples_per_second",
                .number(
                    jobs.lazy.filter { $0.status.state == .running }
                        .reduce(0) { $0 + $1.status.samplesPerSecond })
            ),
            ("store_failure", storeFailure.map { .string($0.description) } ?? .null),
            ("restoring", .number(Double(restoring))),
        ])
    }

    /// How workers stand, in the order in which people read it.
    package static let standings = ["working", "idle", "draining", "quarantined"]

    /// The jobs as a record, version 1.
    package var jobsRecord: JSON {
        list("jobs", jobs.map { .object($0.status.record) }, jobCounts.values.reduce(0, +))
    }

    /// The workers as a record, version 1.
    package var workersRecord: JSON {
        let total = workerCounts.values.reduce(0, +)
        return list("workers", workers.map { .object($0.record) }, total)
    }

    private func list(_ name: String, _ items: [JSON], _ total: Int) -> JSON {
        .object([
            ("version", .integer(1)), ("total", .number(Double(total))), (name, .array(items)),
        ])
    }

    /// A job with its course, version 1; nil where no such job is shown.
    ///
    /// - Parameter wallSeconds: the time of day of ``now``, in seconds since 1970.
    package func jobRecord(_ id: String, wallSeconds: Double) -> JSON? {
        guard let job = jobs.first(where: { $0.status.id == id }) else { return nil }
        func time(_ instant: Instant) -> JSON {
            .number((wallSeconds - Double(now.since(instant)) * 1e-9).inMilliseconds)
        }
        return .object(
            job.status.record + [
                ("accepted_at", time(job.accepted)),
                ("started_at", job.started.map(time) ?? .null),
                ("ended_at", job.ended.map(time) ?? .null),
                ("now", time(now)),
                ("text", .string(job.text)),
                ("course", job.trail.record(job.events, now, time: time)),
            ])
    }
}

extension JobTrail {
    fileprivate func record(
        _ events: [JobEvent], _ now: Instant, time: (Instant) -> JSON
    ) -> JSON {
        .object([
            ("leases_issued", .integer(leasesIssued)), ("leases_doubled", .integer(copies)),
            (
                "leases_ended",
                .object(Outcome.allCases.map { ($0.rawValue, .integer(outcomes[$0] ?? 0)) })
            ),
            (
                "leases",
                .array(
                    leases.map { lease in
                        .object([
                            ("worker", .string(lease.worker)), ("from", time(lease.issued)),
                            ("to", lease.end.map { time($0.at) } ?? .null),
                            ("outcome", lease.end.map { .string($0.outcome.rawValue) } ?? .null),
                            ("copy", .bool(lease.isCopy)), ("samples", .integer(lease.samples)),
                        ])
                    })
            ),
            (
                "thresholds",
                .array(
                    points.map { point in
                        .object([
                            ("samples", .integer(point.samples)), ("value", .number(point.value)),
                            ("lower", .number(point.lower)), ("upper", .number(point.upper)),
                        ])
                    })
            ),
            ("histogram", spread.map { $0.record } ?? .null),
            (
                "events",
                .array(
                    events.map { event in
                        .object([
                            (
                                "at",
                                time(
                                    Instant(
                                        nanoseconds: now.nanoseconds
                                            &- Int64(clamping: event.ageNanoseconds)))
                            ), ("warning", .bool(event.isTrouble)), ("text", .string(event.text)),
                        ])
                    })
            ),
        ])
    }
}

extension JobTrail.Spread {
    /// As the result will have it, with the utility's name.
    fileprivate var record: JSON {
        guard case .object(let members) = histogram.json else { return .null }
        return .object([("utility", .string(utility))] + members)
    }
}

extension Duration {
    fileprivate var inSeconds: Double {
        let (whole, atto) = components
        return Double(whole) + Double(atto) * 1e-18
    }
}

extension Double {
    fileprivate var inMilliseconds: Double { (self * 1e3).rounded() / 1e3 }
}
