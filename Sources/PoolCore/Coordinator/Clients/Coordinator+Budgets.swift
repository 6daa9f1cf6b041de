// SPDX-License-Identifier: Apache-2.0
internal import Quantilizer

/// No peer starves the others: each has a budget, each owner a share. A message is charged by its kind
/// and its bytes before it is decoded, an answer by its bytes before it is made.
extension Coordinator {
    /// Takes a message in: charged, then decoded, where that takes long elsewhere, then served.
    mutating func arrived(
        _ envelope: Envelope, from route: Route, _ effects: inout CoordinatorEffects
    ) {
        guard pays(envelope.cost, route) else {
            return tooMuch(envelope.kind, envelope.request, route, &effects)
        }
        guard envelope.kind.row.sender.asks, envelope.isLarge else {
            return serve(envelope.result, from: route, &effects)
        }
        guard decodingBytes + envelope.bytes <= PoolLimits.decodingBytes else {
            let failure = PoolFailure(
                .busy, "\(decodingBytes) bytes of messages are being read already",
                remedy: "ask again in a moment")
            return reply(failure, to: route, envelope.request, &effects)
        }
        decodingBytes += envelope.bytes
        effects.tasks.append(.decode(route, envelope, peer: asker))
    }

    mutating func serve(
        _ result: Result<PoolMessage, Frames.Fault>, from route: Route,
        _ effects: inout CoordinatorEffects
    ) {
        switch result {
        case .success(let message): serve(message, from: route, &effects)
        case .failure(let fault): refuse(fault.failure, route, &effects)
        }
    }

    /// Charges a message that was decoded already; false where its sender cannot pay, which is told.
    mutating func pays(
        for message: PoolMessage, _ route: Route, _ effects: inout CoordinatorEffects
    ) -> Bool {
        let parts = message.parts
        var header = 0
        var request: UInt64 = 0
        if case .submit(let submit, _) = message {
            header = submit.text.utf8.count
            request = submit.request
        }
        if pays(parts.kind.row.cost(header: header, payload: parts.payload.count), route) {
            return true
        }
        if request == 0, parts.kind.row.sender.asks {
            request = Envelope.request(of: message)
        }
        tooMuch(parts.kind, request, route, &effects)
        return false
    }

    /// Charges the sender of this step's message; false where it cannot pay.
    mutating func pays(_ cost: Double, _ route: Route) -> Bool {
        budgets.take(cost, of: asker.map { Payer.key($0.key) } ?? .route(route), at: now)
    }

    /// Charges for an answer that is to be made.
    ///
    /// - Throws: `limit` where its receiver cannot pay.
    mutating func charge(_ cost: Double, _ route: Route) throws(PoolFailure) {
        guard pays(cost, route) else { throw Self.tooMuchAsked }
    }

    /// Counts the pieces of results that a peer is given at one time: they take memory until they are
    /// sent, and whoever fetches a result needs one after the other.
    mutating func checkPieces(_ route: Route) throws(PoolFailure) {
        if pieces.at != now { pieces = (now, [:]) }
        let payer = asker.map { Payer.key($0.key) } ?? .route(route)
        pieces.counts[payer, default: 0] += 1
        guard pieces.counts[payer, default: 0] <= PoolLimits.resultPieces else {
            throw PoolFailure(
                .limit,
                "\(PoolLimits.resultPieces) pieces of results were asked for at once already",
                remedy: "ask for the next piece when one has come")
        }
    }

    /// A message that was not paid for: a client is told, a worker sends again what matters.
    private mutating func tooMuch(
        _ kind: WireKind, _ request: UInt64, _ route: Route, _ effects: inout CoordinatorEffects
    ) {
        if kind.row.sender.asks {
            reply(Self.tooMuchAsked, to: route, request, &effects)
        } else {
            tally.dropped &+= 1
            refused(
                "budget", "a message of \(who(route)) is dropped: it sends more than is read",
                summary: "messages of peers that send more than is read",
                about: LogSubject(worker: workers[route]?.id))
        }
    }

    /// The sender of this step's message, for the log.
    private func who(_ route: Route) -> String {
        asker?.description ?? workers[route].map { "worker \($0.id)" } ?? "a peer"
    }

    /// Something for the log that a peer can bring about as often as it likes.
    mutating func refused(
        _ topic: String, _ line: String, summary: String, about subject: LogSubject = LogSubject()
    ) {
        refusals.add(topic, line, summary: summary, about: subject, at: now.nanoseconds)
    }

    /// Workers that come and go, for the log.
    mutating func came(_ topic: String, _ line: String, _ worker: WorkerRecord) {
        arrivals.add(
            topic, line, summary: "workers \(topic)", about: LogSubject(worker: worker.id),
            at: now.nanoseconds)
    }

    /// What becomes of a job, for the log.
    mutating func lived(_ job: JobRecord, _ topic: String, _ more: String = "") {
        lives.add(
            topic, "job \(job.id) \(topic)\(more)", summary: "jobs: \(topic)",
            about: LogSubject(job: job.id), at: now.nanoseconds)
    }

    private static var tooMuchAsked: PoolFailure {
        PoolFailure(
            .limit, "this client asks more than the coordinator answers",
            remedy: "ask less often; `qpool watch` is told without asking")
    }

    /// Whether a connection may have another job read, a submitted, extended or retried one, and its
    /// owner one more that has not ended.
    func checkShare(
        _ route: Route, opens: Bool = true, bytes: Int = 0
    ) throws(PoolFailure) {
        let taken = submissions.values.reduce(bytes) { $0 + $1.bytes }
        guard submissions.count < PoolLimits.submissions, taken <= PoolLimits.decodingBytes else {
            throw PoolFailure(
                .limit, "\(submissions.count) submissions are being read already",
                remedy: "ask again in a moment")
        }
        let reading = submissions.values.count { $0.asked == route }
        guard reading < PoolLimits.submissionsPerClient else {
            throw PoolFailure(
                .limit, "\(reading) submissions of this client are being read already",
                remedy: "ask again in a moment")
        }
        guard opens, let asker, asker.role != .administrator else { return }
        let open = jobs.values.count { !$0.state.isOver && asker.has($0.owner) }
        guard open < PoolLimits.jobsPerClient else {
            throw PoolFailure(
                .limit, "\(asker.name) has \(open) jobs that have not ended",
                remedy: "wait until some end, or cancel some")
        }
    }
}
