// SPDX-License-Identifier: Apache-2.0

/// Metrics in the text format of Prometheus, version 0.0.4.
///
/// Names follow its conventions: a unit last, `_total` for what only grows. Labels are of few values,
/// but for `job`, which only jobs that run have.
package struct MetricsText: Sendable {
    /// What a family's numbers are.
    package enum Kind: String, Sendable { case counter, gauge }

    /// The text so far.
    package private(set) var text = ""

    package init() {}

    /// Adds a family, which must not be there yet.
    package mutating func add(
        _ name: String, _ kind: Kind, _ help: String,
        _ samples: [(labels: [(String, String)], Double)]
    ) {
        guard !samples.isEmpty else { return }
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
        for (labels, value) in samples {
            let inner = labels.map { "\($0.0)=\"\(Self.escaped($0.1))\"" }.joined(separator: ",")
            text += name + (inner.isEmpty ? "" : "{\(inner)}") + " \(Self.number(value))\n"
        }
    }

    /// Adds a family of one number.
    package mutating func add(_ name: String, _ kind: Kind, _ help: String, _ value: Double) {
        add(name, kind, help, [([], value)])
    }

    /// Adds a family with one label.
    package mutating func add(
        _ name: String, _ kind: Kind, _ help: String, by label: String, _ values: [(String, Double)]
    ) {
        add(name, kind, help, values.map { ([(label, $0.0)], $0.1) })
    }

    /// A label's value as the format wants it.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\"": result += "\\\""
            case "\n": result += "\\n"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return Int64(exactly: value).map { "\($0)" } ?? "\(value)"
    }
}

extension PoolView {
    /// Adds all families that are made of the view.
    package func write(to metrics: inout MetricsText) {
        metrics.add(
            "qpool_build_info", .gauge, "The coordinator's version.", by: "version", [(version, 1)])
        metrics.add(
            "qpool_store_failing", .gauge, "1 while the store takes no records.",
            storeFailure == nil ? 0 : 1)
        metrics.add(
            "qpool_restoring_jobs", .gauge,
            "Jobs of an earlier coordinator that are being read.", Double(restoring))
        writeJobs(to: &metrics)
        writeWork(to: &metrics)
        metrics.add(
            "qpool_messages_received_total", .counter, "Messages that came from peers.",
            Double(tally.messages))
        metrics.add(
            "qpool_messages_dropped_total", .counter,
            "Messages of workers that send more than is read.", Double(tally.dropped))
        let refusals = tally.refusals.map { ($0.key.rawValue, Double($0.value)) }
        metrics.add(
            "qpool_refusals_total", .counter,
            "What peers were refused, by the code they were told; `limit` are limits reached.",
            by: "code",
            (refusals + (tally.refusals[.limit] == nil ? [("limit", 0)] : [])).sorted { $0 < $1 })
        metrics.add(
            "qpool_queue_used", .gauge, "What is taken of each bounded queue or store.",
            by: "queue", bounds.map { ($0.name, $0.used) })
        metrics.add(
            "qpool_queue_limit", .gauge, "The bound of each queue or store.",
            by: "queue", bounds.map { ($0.name, $0.limit) })
    }

    private func writeJobs(to metrics: inout MetricsText) {
        metrics.add(
            "qpool_jobs", .gauge, "Jobs that the coordinator knows, by state.", by: "state",
            JobStatus.State.allCases.map { ($0.rawValue, Double(jobCounts[$0] ?? 0)) })
        metrics.add(
            "qpool_jobs_accepted_total", .counter, "Jobs accepted from clients.",
            Double(tally.jobsAccepted))
        metrics.add(
            "qpool_jobs_ended_total", .counter, "Jobs that ended, by how.", by: "state",
            JobStatus.State.allCases.filter(\.isOver).map {
                ($0.rawValue, Double(tally.jobsEnded[$0] ?? 0))
            })
        let running = jobs.map(\.status).filter { $0.state == .running }
        func family(_ name: String, _ help: String, _ value: (JobStatus) -> Double) {
            metrics.add(name, .gauge, help, by: "job", running.map { ($0.id, value($0)) })
        }
        family("qpool_job_samples", "Samples merged of a running job.") { Double($0.samplesDone) }
        family("qpool_job_expected_samples", "Samples wanted of a running job, as far as known.") {
            Double($0.samplesTotal)
        }
        family("qpool_job_samples_per_second", "Speed of a running job.", \.samplesPerSecond)
        family("qpool_job_leases", "Leases of a running job that are out.") { Double($0.leases) }
    }

    private func writeWork(to metrics: inout MetricsText) {
        metrics.add(
            "qpool_workers", .gauge, "Workers, by standing.", by: "state",
            Self.standings.map { ($0, Double(workerCounts[$0] ?? 0)) })
        metrics.add("qpool_worker_cores", .gauge, "Cores of all workers.", Double(cores))
        metrics.add(
            "qpool_worker_sessions_begun_total", .counter, "Sessions of workers that began.",
            Double(tally.workersJoined))
        metrics.add(
            "qpool_worker_sessions_ended_total", .counter, "Sessions of workers that ended.",
            Double(tally.workersLeft))
        metrics.add("qpool_leases", .gauge, "Leases that are out.", Double(leases))
        metrics.add(
            "qpool_leases_issued_total", .counter, "Leases handed out, copies included.",
            Double(tally.leasesIssued))
        metrics.add(
            "qpool_leases_doubled_total", .counter,
            "Leases that double what another worker holds.", Double(tally.leasesDoubled))
        metrics.add(
            "qpool_leases_ended_total", .counter, "Leases that ended, by how.", by: "outcome",
            JobTrail.Outcome.allCases.map { ($0.rawValue, Double(tally.leasesEnded[$0] ?? 0)) })
        metrics.add(
            "qpool_ranges_total", .counter, "Partials that came, by what became of them.",
            by: "outcome",
            [
                ("merged", Double(tally.rangesMerged)), ("needless", Double(tally.rangesNeedless)),
                ("refused", Double(tally.rangesRefused)),
            ])
        metrics.add(
            "qpool_samples_merged_total", .counter, "Samples merged.", Double(tally.samples))
        metrics.add(
            "qpool_partial_bytes_total", .counter, "Bytes of the partials merged.",
            Double(tally.partialBytes))
    }
}
