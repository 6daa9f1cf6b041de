// SPDX-License-Identifier: Apache-2.0
internal import Foundation
internal import PoolCore
internal import Quantilizer

/// Answers made of a view; each is rendered once a view, however many ask.
struct DashboardAnswers {
    /// What a stream is of.
    enum Topic: Hashable {
        case pool
        case job(String)
    }

    private let store: any JobStore
    private let endpoint: String?
    private var published: DashboardFeed.Published?
    private var frames: [Topic: [UInt8]] = [:]

    init(store: any JobStore, endpoint: String?) {
        self.store = store
        self.endpoint = endpoint
    }

    /// Goes on with another view.
    mutating func take(_ published: DashboardFeed.Published) {
        self.published = published
        frames = [:]
    }

    /// The answer to a route that needs a view.
    ///
    /// - Parameter server: metrics of the server's own.
    func response(
        _ route: DashboardRoute, id: String, server: (inout MetricsText) -> Void
    ) -> HTTPResponse {
        guard let published else {
            return HTTPResponse(.unavailable, "the coordinator does not answer")
        }
        let view = published.view
        switch route {
        case .health: return HTTPResponse(.ok, "ok")
        case .readiness:
            if let failure = view.storeFailure { return HTTPResponse(.unavailable, "\(failure)") }
            guard view.restoring == 0 else {
                return HTTPResponse(
                    .unavailable, "\(view.restoring) jobs of the store are being read")
            }
            return HTTPResponse(.ok, "ready")
        case .metrics:
            return HTTPResponse(
                type: "text/plain; version=0.0.4; charset=utf-8",
                Array(metrics(published, server: server).utf8))
        case .pool: return json(view.poolRecord(endpoint: endpoint))
        case .jobs: return json(view.jobsRecord)
        case .workers: return json(view.workersRecord)
        case .job:
            guard let record = view.jobRecord(id, wallSeconds: published.wallSeconds) else {
                return HTTPResponse(.notFound, "no such job among those that are shown")
            }
            return json(record)
        case .page, .style, .script, .charts, .events, .description:
            return HTTPResponse(.notFound, "there is nothing")
        }
    }

    /// Whether the last view shows a job of this id.
    func knows(_ id: String) -> Bool {
        published?.view.jobs.contains { $0.status.id == id } ?? false
    }

    private func json(_ record: JSON) -> HTTPResponse {
        HTTPResponse(type: "application/json", Array((record.text() + "\n").utf8))
    }

    /// An update of a stream: an event of server-sent events (HTML standard, 9.2).
    mutating func frame(_ topic: Topic) -> [UInt8] {
        if let frame = frames[topic] { return frame }
        guard let published else { return [] }
        let view = published.view
        let (name, record): (String, JSON) =
            switch topic {
            case .pool:
                (
                    "pool",
                    .object([
                        ("pool", view.poolRecord(endpoint: endpoint)), ("jobs", view.jobsRecord),
                        ("workers", view.workersRecord),
                    ])
                )
            case .job(let id):
                view.jobRecord(id, wallSeconds: published.wallSeconds).map {
                    (
                        "job",
                        .object([("pool", view.poolRecord(endpoint: endpoint)), ("job", $0)])
                    )
                }
                    ?? ("gone", .object([("id", .string(id))]))
            }
        let frame = Array("event: \(name)\ndata: \(record.text())\n\n".utf8)
        frames[topic] = frame
        return frame
    }

    private func metrics(
        _ published: DashboardFeed.Published, server: (inout MetricsText) -> Void
    ) -> String {
        var metrics = MetricsText()
        published.view.write(to: &metrics)
        metrics.add(
            "qpool_commit_queue_records", .gauge,
            "Records and answers that wait until the store has them.",
            Double(published.shell.commits))
        metrics.add(
            "qpool_received_bytes_total", .counter, "Bytes of messages that came from peers.",
            Double(published.shell.receivedBytes))
        metrics.add(
            "qpool_sent_bytes_total", .counter, "Bytes of messages sent to peers.",
            Double(published.shell.sentBytes))
        metrics.add(
            "qpool_store_bytes", .gauge, "Size of the store's files.", by: "file",
            store.sizes.sorted { $0.key < $1.key }.map { ($0.key, Double($0.value)) })
        server(&metrics)
        metrics.add(
            "process_cpu_seconds_total", .counter, "Processor time of the coordinator's process.",
            ProcessFigures.cpuSeconds)
        metrics.add(
            "process_resident_memory_bytes", .gauge, "Memory that the process occupies.",
            Double(Connections.residentBytes))
        metrics.add(
            "process_start_time_seconds", .gauge, "When the process began, since 1970.",
            ProcessFigures.startSeconds)
        if let open = ProcessFigures.openDescriptors {
            metrics.add("process_open_fds", .gauge, "Descriptors that are open.", Double(open))
        }
        return metrics.text
    }
}

extension PoolView {
    /// Equal for views between which nothing happened that anybody would want to see.
    var fingerprint: Int {
        var hasher = Hasher()
        for job in jobs {
            hasher.combine(job.status)
            hasher.combine(job.events.last?.number)
        }
        hasher.combine(jobCounts)
        hasher.combine(workerCounts)
        hasher.combine(tally.leasesIssued)
        hasher.combine(tally.leasesEnded)
        hasher.combine(tally.workersJoined)
        hasher.combine(storeFailure)
        hasher.combine(restoring)
        return hasher.finalize()
    }
}
