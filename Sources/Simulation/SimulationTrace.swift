// SPDX-License-Identifier: Apache-2.0
internal import PoolCore

/// The last events of a schedule in words.
struct SimulationTrace {
    private let length: Int
    private var lines: [String] = []
    private var next = 0

    init(length: Int) { self.length = length }

    var isWanted: Bool { length > 0 }

    mutating func add(_ line: String) {
        guard length > 0 else { return }
        if lines.count < length {
            lines.append(line)
        } else {
            lines[next] = line
            next = (next + 1) % length
        }
    }

    /// Oldest first.
    var inOrder: [String] { Array(lines[next...] + lines[..<next]) }
}

extension PoolMessage {
    /// The message in a few words.
    var words: String {
        switch self {
        case .hello(let m): "hello \(m.worker), holds \(m.leases)"
        case .welcome: "welcome"
        case .refused(let m): "refused: \(m.failure.code)"
        case .partial(let m, _):
            "partial of lease \(m.lease): \(m.job) round \(m.round) \(m.range.words)"
        case .lease(let m, _): "lease \(m.lease): \(m.job) round \(m.round) \(m.range.words)"
        case .heartbeat(let m): "heartbeat \(m.sequence), holds \(m.leases)"
        case .drain: "drain"
        case .cancelLease(let m): "cancel leases \(m.leases)"
        case .handBack(let m):
            "hand back lease \(m.lease)\(m.hasFailure ? ": \(m.failure.code)" : "")"
        case .fetch(let m): "fetch \(m.job)"
        case .jobText(let m, _): "text of \(m.job)"
        case .goodbye: "goodbye"
        case .acknowledged(let m): "acknowledged \(m.leases)"
        case .submit(let m, _): "submit \(m.job): \(m.text)"
        case .submitted(let m): "submitted \(m.status.job)\(m.known ? ", known" : "")"
        case .statusRequest(let m): "status of \(m.job)?"
        case .statusReply(let m): "status of \(m.status.job): \(m.status.state)"
        case .watch(let m): "watch \(m.job)"
        case .update(let m): "update of \(m.status.job): \(m.status.state)"
        case .resultRequest(let m): "result of \(m.job)?"
        case .resultReply(let m, _): "result of \(m.status.job)"
        case .cancel(let m): "cancel \(m.job)"
        case .extend(let m): "extend \(m.job)"
        case .forget(let m): "forget \(m.job)"
        case .retry(let m): "retry \(m.job)"
        case .listRequest: "jobs?"
        case .jobList: "jobs"
        case .workersRequest: "workers?"
        case .workerList: "workers"
        case .priority(let m): "priority of \(m.job): \(m.priority)"
        case .errorReply(let m): "error: \(m.failure.code)"
        }
    }
}

extension WireIndexRange {
    fileprivate var words: String { "[\(start), level \(level)]" }
}

extension Simulator {
    /// An event in words.
    func words(_ event: Event) -> String {
        func said(_ frames: [[UInt8]]) -> String {
            (try? Frames.decode(frames))?.words ?? "damaged frames"
        }
        func name(_ route: Route) -> String {
            if let number = owners[route] { return "worker \(number)" }
            if let number = clients.firstIndex(where: { $0.route == route }) {
                return "client \(number)"
            }
            return "somebody gone"
        }
        return switch event {
        case .toCoordinator(let route, let epoch, let frames, _):
            "\(name(route)) > coordinator\(epoch == self.epoch ? "" : " (dead)"): \(said(frames))"
        case .toWorker(let route, let frames): "coordinator > \(name(route)): \(said(frames))"
        case .toClient(let number, _, let frames):
            "coordinator > client \(number): \(said(frames))"
        case .gone(let route, _): "coordinator: \(name(route)) cannot be reached"
        case .coordinatorTick: "coordinator: tick"
        case .workerTick(let number, _): "worker \(number): tick"
        case .clientTick(let number): "client \(number): tick"
        case .task(.compile, _): "coordinator: a job is compiled"
        case .task(.finish(let job, _, _, _, _), _): "coordinator: the result of \(job) is written"
        case .task: "coordinator: a task is done"
        case .committed: "disk: a batch is written"
        case .retry: "disk: the batch again"
        case .compiled(let number, _, let job, _): "worker \(number): \(job) is compiled"
        case .computed(let number, _, let lease, _): "worker \(number): lease \(lease.id) computed"
        case .connected(let number, _): "worker \(number): connected"
        case .fault(let fault): isTroubled ? "fault: \(fault)" : "peace: \(fault)"
        case .client(let number, let job, let step): "client \(number): \(step) \(jobID(job))"
        }
    }
}
