// SPDX-License-Identifier: Apache-2.0
public import PoolCore
internal import Synchronization
public import ZeroMQ

/// A client of a coordinator. All calls may be made from anywhere, at once.
///
///     let client = try PoolClient(endpoint: "tcp://127.0.0.1:7411")
///     let (status, _) = try await client.submit(package, id: "four-branch-1")
///     for try await status in client.watch(status.id) { print(status.samplesDone) }
///     let document = try await client.result(status.id)
///
/// Requests are repeated until they are answered or ``timeout`` has passed; all are idempotent.
/// Errors are `PoolFailure`: `unreachable` where nobody answers.
public final class PoolClient: Sendable {
    /// The coordinator's endpoint.
    public let endpoint: String
    /// How long an answer may take.
    public let timeout: Duration
    private let loop: SocketLoop<ClientLetter>

    /// A client; it connects in the background.
    ///
    /// - Throws: where the endpoint is malformed or descriptors are missing.
    public init(
        endpoint: String, security: Security = .plain(), timeout: Duration = .seconds(10)
    ) throws(ZeroMQError) {
        self.endpoint = endpoint
        self.timeout = timeout
        let mailbox = try Mailbox<ClientLetter>(capacity: PoolLimits.letters)
        loop = try SocketLoop(mailbox: mailbox) { () throws(ZeroMQError) -> ClientOwner in
            let context = try Context()
            let socket = try PoolSockets.dealer(endpoint, security, in: context)
            let monitor = try HandshakeMonitor(of: socket, in: context)
            try socket.connect(endpoint)
            return ClientOwner(
                context: context, socket: socket, monitor: monitor, endpoint: endpoint)
        }
    }

    deinit { loop.mailbox.post(.close) }

    /// Submits a job under an id of the client's choice; the same job under the same id again is
    /// the same job.
    ///
    /// - Throws: `id-taken`, `invalid-job`, `limit`, `unreachable`.
    public func submit(
        _ package: JobPackage, id: String, priority: Int = 0
    ) async throws(PoolFailure) -> (status: JobStatus, known: Bool) {
        let (tables, payload) = package.tables
        let reply = try await ask { request in
            var submit = WireSubmit()
            submit.request = request
            submit.job = id
            submit.text = package.text
            submit.tables = tables
            submit.priority = Int32(clamping: priority)
            return .submit(submit, payload)
        }
        guard case .submitted(let submitted) = reply else { throw unexpected(reply) }
        return (JobStatus(submitted.status), submitted.known)
    }

    /// Where a job stands; an unambiguous beginning of its id will do.
    ///
    /// - Parameters:
    ///   - job: its id.
    ///   - events: whether what happened to it is told too.
    /// - Throws: `unknown-job`; `ambiguous-job` of a beginning that several ids have; `refused`
    ///   where the role may not; `unreachable` where nobody answers.
    public func status(_ job: String, events: Bool = false) async throws(PoolFailure) -> JobStatus {
        try await askStatus { request in
            var message = WireStatusRequest()
            message.request = request
            message.job = job
            message.events = events
            return .statusRequest(message)
        }
    }

    /// A finished job's result.
    ///
    /// - Throws: `not-done`, `job-cancelled`, or the job's own failure.
    public func result(_ job: String) async throws(PoolFailure) -> ResultDocument {
        try await answer(job).document
    }

    /// A job's result and its status: of a job that was extended and is not there yet, the result
    /// before.
    ///
    /// - Throws: `not-done`, `job-cancelled`, or the job's own failure; `unknown-job`,
    ///   `unreachable`.
    public func answer(
        _ job: String
    ) async throws(PoolFailure) -> (document: ResultDocument, status: JobStatus) {
        var bytes: [UInt8] = []
        var digest: String?
        while true {
            let offset = UInt64(bytes.count)
            let reply = try await ask { request in
                var message = WireResultRequest()
                message.request = request
                message.job = job
                message.offset = offset
                return .resultRequest(message)
            }
            guard case .resultReply(let result, let piece) = reply, result.offset == offset else {
                throw unexpected(reply)
            }
            // A document that was exchanged on the way is taken from its beginning.
            if digest != nil, digest != result.digest {
                bytes = []
                digest = nil
                continue
            }
            digest = result.digest
            bytes += piece
            guard UInt64(bytes.count) < result.bytes else {
                return (
                    ResultDocument(
                        text: String(decoding: bytes, as: UTF8.self), digest: result.digest),
                    JobStatus(result.status)
                )
            }
            guard !piece.isEmpty else { throw unexpected(reply) }
        }
    }

    /// Takes a job that has ended away for good, its result too.
    ///
    /// - Throws: `not-done` where it has not ended.
    @discardableResult
    public func forget(_ job: String) async throws(PoolFailure) -> JobStatus {
        try await askStatus { request in
            var message = WireForget()
            message.request = request
            message.job = job
            return .forget(message)
        }
    }

    /// Stops a job; one that is over stays as it is.
    ///
    /// - Throws: `unknown-job`; `ambiguous-job` of a beginning that several ids have; `refused`
    ///   where the role may not; `unreachable` where nobody answers.
    @discardableResult
    public func cancel(_ job: String) async throws(PoolFailure) -> JobStatus {
        try await askStatus { request in
            var message = WireCancel()
            message.request = request
            message.job = job
            return .cancel(message)
        }
    }

    /// Lets a job go on at its next index, to more samples or (of `best-of-n`) more draws in all; the
    /// same again changes nothing.
    ///
    /// - Throws: `cannot-extend` where its method takes no more, or fewer were asked than it has.
    @discardableResult
    public func extend(
        _ job: String, samples: UInt64?, draws: Int? = nil
    ) async throws(PoolFailure) -> JobStatus {
        try await askStatus { request in
            var message = WireExtend()
            message.request = request
            message.job = job
            message.samples = samples ?? 0
            message.draws = UInt64(draws ?? 0)
            return .extend(message)
        }
    }

    /// Lets a job that failed or was cancelled go on with what it lacks; others are left as they are.
    ///
    /// - Parameters:
    ///   - job: its id, or an unambiguous beginning of it.
    ///   - anew: begins from nothing, one that runs too: what was computed is not trusted.
    /// - Throws: `cannot-retry` where it would fail the same way again.
    @discardableResult
    public func retry(_ job: String, anew: Bool = false) async throws(PoolFailure) -> JobStatus {
        try await askStatus { request in
            var message = WireRetry()
            message.request = request
            message.job = job
            message.anew = anew
            return .retry(message)
        }
    }

    /// Changes a job's priority, -10 to 10; higher is served first.
    ///
    /// - Throws: `unknown-job`; `ambiguous-job` of a beginning that several ids have; `refused`
    ///   where the role may not; `unreachable` where nobody answers.
    @discardableResult
    public func setPriority(_ job: String, _ priority: Int) async throws(PoolFailure) -> JobStatus {
        try await askStatus { request in
            var message = WirePriority()
            message.request = request
            message.job = job
            message.priority = Int32(clamping: priority)
            return .priority(message)
        }
    }

    /// Jobs, newest first, and how many there are of them in all; 0 for the coordinator's own limit.
    ///
    /// - Throws: `refused` where the role may not; `unreachable` where nobody answers.
    public func jobs(
        limit: Int = 0, _ filter: JobFilter = JobFilter()
    ) async throws(PoolFailure) -> (jobs: [JobStatus], total: Int) {
        let reply = try await ask { request in
            var message = WireListRequest()
            message.request = request
            message.limit = UInt32(clamping: limit)
            message.states = filter.states.map(\.wire)
            message.owner = filter.owner ?? ""
            message.name = filter.name ?? ""
            message.sinceNanoseconds = UInt64(
                clamping: filter.since.map { max(1, $0.wholeNanoseconds) } ?? 0)
            message.endedBeforeNanoseconds = UInt64(
                clamping: filter.endedBefore.map { max(1, $0.wholeNanoseconds) } ?? 0)
            return .listRequest(message)
        }
        guard case .jobList(let list) = reply else { throw unexpected(reply) }
        return (list.jobs.map { JobStatus($0) }, Int(clamping: list.total))
    }

    /// Workers by id, and how many there are in all; 0 for the coordinator's own limit.
    ///
    /// - Throws: `refused` where the role may not; `unreachable` where nobody answers.
    public func workers(
        limit: Int = 0
    ) async throws(PoolFailure) -> (workers: [WorkerStatus], total: Int) {
        let reply = try await ask { request in
            var message = WireWorkersRequest()
            message.request = request
            message.limit = UInt32(clamping: limit)
            return .workersRequest(message)
        }
        guard case .workerList(let list) = reply else { throw unexpected(reply) }
        return (list.workers.map { WorkerStatus($0) }, Int(clamping: list.total))
    }

    /// A job's observations until it is over; the last one says how it ended. It survives a restart
    /// of the coordinator; `unreachable` is thrown after `patience` without a word.
    public func watch(
        _ job: String, interval: Duration = .milliseconds(200), patience: Duration = .seconds(60)
    ) -> AsyncThrowingStream<JobStatus, any Error> {
        let (stream, continuation) = AsyncThrowingStream.makeStream(
            of: JobStatus.self, throwing: (any Error).self, bufferingPolicy: .bufferingNewest(16))
        let token = WatchToken()
        let mailbox = loop.mailbox
        continuation.onTermination = { _ in mailbox.post(.unwatch(token)) }
        let taken = mailbox.post(
            .watch(
                token, job: job, intervalNanoseconds: interval.wholeNanoseconds,
                timeoutNanoseconds: max(patience, interval * 3).wholeNanoseconds
            ) { result in
                switch result {
                case .success(let update):
                    continuation.yield(JobStatus(update.status))
                    if update.last { continuation.finish() }
                case .failure(let failure): continuation.finish(throwing: failure)
                }
            })
        if !taken { continuation.finish(throwing: busy) }
        return stream
    }

    /// Asks what is answered with a job's status.
    private func askStatus(
        _ build: @escaping @Sendable (UInt64) -> PoolMessage
    ) async throws(PoolFailure) -> JobStatus {
        let reply = try await ask(build)
        guard case .statusReply(let status) = reply else { throw unexpected(reply) }
        return JobStatus(status.status)
    }

    private func ask(
        _ build: @escaping @Sendable (UInt64) -> PoolMessage
    ) async throws(PoolFailure) -> PoolMessage {
        let reply = Reply()
        await withCheckedContinuation { continuation in
            let taken = loop.mailbox.post(
                .ask(build, timeoutNanoseconds: timeout.wholeNanoseconds) { result in
                    reply.result.withLock { $0 = result }
                    continuation.resume()
                })
            if !taken { continuation.resume() }
        }
        guard let result = reply.result.withLock({ $0 }) else { throw busy }
        return try result.get()
    }

    /// A reply on its way to another thread; nil where none was asked for. Under a lock of its own:
    /// the thread sanitizer does not see what a continuation hands over.
    private final class Reply: Sendable {
        let result = Mutex<Result<PoolMessage, PoolFailure>?>(nil)
    }

    private var busy: PoolFailure {
        PoolFailure(
            .limit, "\(PoolLimits.letters) requests wait in this process",
            remedy: "wait for some of them")
    }

    private func unexpected(_ message: PoolMessage) -> PoolFailure {
        PoolFailure(
            .malformed, "the coordinator answered with a message of kind \(message.kind)",
            remedy: "install the same release of qpool on both sides")
    }
}

extension Duration {
    /// Nanoseconds, at most about 290 years of them.
    var wholeNanoseconds: Int64 {
        let parts = components
        let (seconds, overflow) = parts.seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? .max : max(0, seconds &+ parts.attoseconds / 1_000_000_000)
    }
}
