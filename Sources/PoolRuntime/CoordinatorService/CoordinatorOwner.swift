// SPDX-License-Identifier: Apache-2.0
internal import CProcess
internal import Dispatch
internal import Logging
internal import PoolCore
internal import Quantilizer
internal import ZeroMQ

extension LogSubject {
    /// Whom a line is about, for a structured log.
    fileprivate var metadata: Logger.Metadata {
        var metadata: Logger.Metadata = [:]
        if let job { metadata["job"] = "\(job)" }
        if let worker { metadata["worker"] = "\(worker)" }
        return metadata
    }
}

/// The coordinator's thread: receives, steps the state machine, carries out its effects.
struct CoordinatorOwner: ~Copyable, SocketOwner {
    private let context: Context
    private var gate: CoordinatorGate
    private let socket: Socket
    private let store: any JobStore
    private let mailbox: Mailbox<CoordinatorLetter>
    private let compiler: any JobCompiling
    private let logger: Logger
    private let work = DispatchQueue(label: "qpool.coordinator.work", attributes: .concurrent)
    private var member: PollSet.Member?
    private var core: Coordinator
    private var commits = CommitQueue()
    private var stored: [StoredJob]
    private var quarantined: [Quarantine]
    private var retryAt: Int64?
    private var storeFailure: PoolFailure?
    private var effects = CoordinatorEffects()
    private var unread: UnreadWatch?
    private var unsent = UnsentWatch(budget: PoolLimits.unsentBytes)
    /// Jobs that are being worked at elsewhere, with how many tasks each has.
    private var atWork: [String: Int] = [:]
    /// Where views are left for people, and whether one is wanted.
    private let feed: DashboardFeed?
    private var isViewWanted = false
    private var figures = DashboardFeed.Shell()
    /// Messages since freed memory was given back.
    private var untrimmed = 0

    init(
        context: consuming Context, gate: consuming CoordinatorGate, socket: consuming Socket,
        unread: UnreadWatch?, options: CoordinatorOptions, stored: [StoredJob],
        quarantined: [Quarantine],
        store: any JobStore,
        compiler: any JobCompiling,
        mailbox: Mailbox<CoordinatorLetter>, feed: DashboardFeed?, logger: Logger
    ) {
        self.feed = feed
        self.context = context
        self.gate = gate
        self.socket = socket
        self.unread = unread
        self.store = store
        self.compiler = compiler
        self.mailbox = mailbox
        self.logger = logger
        self.stored = stored
        self.quarantined = quarantined
        core = Coordinator(options: options)
    }

    mutating func join(_ set: inout PollSet) {
        member = set.add(socket)
        gate.join(&set)
    }

    mutating func turn(
        at nanoseconds: Int64, letters: [CoordinatorLetter], set: inout PollSet
    ) throws(ZeroMQError) -> SocketTurn {
        let now = Instant(nanoseconds: nanoseconds)
        for entry in quarantined { core.step(.quarantineRestored(entry), at: now, into: &effects) }
        quarantined = []
        for job in stored { core.step(.restored(job), at: now, into: &effects) }
        stored = []
        var done: [String] = []
        for letter in letters {
            switch letter {
            case .event(let event, let job):
                core.step(event, at: now, into: &effects)
                if let job { done.append(job) }
            case .committed(let result): committed(result, now)
            case .look: isViewWanted = true
            case .stop: return .leave
            }
        }
        if !done.isEmpty {
            carryOut(now)
            for job in done { leave(job) }
        }
        if let retryAt, retryAt <= nanoseconds {
            self.retryAt = nil
            carryOut(commits.failed())
        }
        if let deadline = unread?.deadline, deadline <= nanoseconds { watch(nanoseconds) }
        for line in try gate.turn(set, at: nanoseconds) {
            logger.warning("\(PrintableText.line(line))")
        }
        var more = false
        var left = PoolLimits.messagesPerTurn
        while let message = try socket.receiveAuthenticated(limit: PoolLimits.frames + 1) {
            unread?.read(message, at: nanoseconds)
            receive(message, now)
            left -= 1
            // Held answers go out at the turn's end: it must come soon, whoever floods.
            if left == 0
                || left % 16 == 0
                    && MonotonicClock.nanoseconds - nanoseconds > PoolLimits.turnNanoseconds
            {
                more = true
                break
            }
        }
        if let deadline = core.deadline, deadline <= now {
            core.step(.tick, at: now, into: &effects)
        }
        carryOut(now)
        publish(now)
        untrimmed += PoolLimits.messagesPerTurn - left
        if more { return .wait(untilNanoseconds: nanoseconds) }
        if untrimmed >= PoolLimits.messagesPerTrim {
            untrimmed = 0
            work.async { qp_trim_memory() }
        }
        let deadlines = [
            core.deadline?.nanoseconds, retryAt, gate.deadlineNanoseconds, unread?.deadline,
        ]
        return .wait(untilNanoseconds: deadlines.compactMap { $0 }.min())
    }

    /// Leaves a view for whoever asked for one.
    private mutating func publish(_ now: Instant) {
        guard isViewWanted, let feed else { return }
        isViewWanted = false
        figures.commits = commits.count
        feed.publish(core.view(at: now), figures)
    }

    /// Cuts whoever left too much unread; what it took goes back to the system.
    private mutating func watch(_ nanoseconds: Int64) {
        for line in unread?.look(at: nanoseconds) ?? [] { logger.warning("\(line)") }
        if unread?.wantsTrim() == true { untrimmed = PoolLimits.messagesPerTrim }
    }

    /// Serves a message if its sender's role allows its kind; otherwise says why not.
    private mutating func receive(_ message: AuthenticatedMessage, _ now: Instant) {
        guard let route = message.frames.first.map({ Route($0) }) else { return }
        figures.receivedBytes &+= message.wireBytes
        if let descriptor = message.descriptor { unsent.heard(route, descriptor) }
        let frames = Array(message.frames.dropFirst())
        let kind = frames.first.flatMap { Envelope.prelude($0)?.kind } ?? 0
        switch gate.permit(userID: message.userID, kind: kind, at: now.nanoseconds) {
        case .success(let peer): take(frames, from: route, peer, now)
        case .failure(let reason):
            refuse(route, frames, reason, now)
            if reason == .revokedKey { core.step(.disconnected(route), at: now, into: &effects) }
        }
    }

    /// Tells why a message is not served; a client under its request's number.
    private mutating func refuse(
        _ route: Route, _ frames: [[UInt8]], _ reason: PoolCore.Admission.Refusal,
        _ now: Instant
    ) {
        let failure = PoolFailure(.refused, reason.words, remedy: reason.remedy)
        var refused = WireRefused()
        refused.failure = failure.wire
        var answer = PoolMessage.refused(refused)
        do throws(Frames.Fault) {
            let request = try Envelope(frames).request
            if request > 0, reason == .role {
                var error = WireErrorReply()
                error.request = request
                error.failure = failure.wire
                answer = .errorReply(error)
            }
        } catch {
            // Frames that are no message have no number.
        }
        deliver([(route, answer)], now)
    }

    private mutating func take(
        _ frames: [[UInt8]], from route: Route, _ peer: PeerIdentity?, _ now: Instant
    ) {
        do throws(Frames.Fault) {
            core.step(
                .arrived(route, try Envelope(frames), peer: peer), at: now, into: &effects)
        } catch {
            core.step(.malformed(route, error, peer: peer), at: now, into: &effects)
        }
        // Answers go out as they come, so that a worker's next lease does not wait for the turn.
        send(now)
    }

    /// Sends what is ready; a peer that cannot be reached is told to the machine.
    private mutating func send(_ now: Instant) {
        while !effects.outgoing.isEmpty {
            let outgoing = effects.outgoing
            effects.outgoing = []
            deliver(outgoing, now)
        }
    }

    private mutating func deliver(_ messages: [(Route, PoolMessage)], _ now: Instant) {
        for (route, message) in messages {
            let frames = Frames.encode(message)
            switch unsent.take(frames, route) {
            case .send: figures.sentBytes &+= frames.reduce(0) { $0 &+ UInt64($1.count) }
            case .cut:
                logger.warning(
                    "a connection is cut: it leaves \(unsent.budget >> 20) MB of answers unread")
                core.step(.disconnected(route), at: now, into: &effects)
                continue
            case .drop: continue
            }
            do throws(ZeroMQError) {
                try socket.send([route.bytes] + frames)
            } catch {
                if !error.unreachable { logger.warning("a peer is dropped: \(error)") }
                core.step(.disconnected(route), at: now, into: &effects)
            }
        }
    }

    private mutating func carryOut(_ now: Instant) {
        var next = commits.add(effects.records, effects.held)
        effects.records = []
        effects.held = []
        // A memory store answers by letter too, in the next turn.
        while case .send(let messages) = next {
            deliver(messages, now)
            guard !effects.records.isEmpty || !effects.held.isEmpty else { break }
            next = commits.add(effects.records, effects.held)
            effects.records = []
            effects.held = []
        }
        carryOut(next)
        send(now)
        for task in effects.tasks { start(task) }
        effects.tasks = []
        for line in effects.log {
            logger.log(
                level: line.level == .info ? .info : .warning, "\(line.text)",
                metadata: line.subject.metadata)
        }
        effects.log = []
    }

    private func carryOut(_ next: CommitQueue.Next) {
        guard case .commit(let records) = next else { return }
        let mailbox = mailbox
        store.commit(records) { mailbox.post(.committed($0)) }
    }

    private mutating func committed(_ result: Result<Void, PoolFailure>, _ now: Instant) {
        switch result {
        case .success:
            if storeFailure != nil {
                logger.notice("the store takes records again")
                storeFailure = nil
                core.step(.storeRecovered, at: now, into: &effects)
            }
            let (answers, next) = commits.committed()
            deliver(answers, now)
            if case .send(let messages) = next { deliver(messages, now) } else { carryOut(next) }
        case .failure(let failure):
            // Tried again each second: said once.
            if storeFailure != failure { logger.error("\(PrintableText.line("\(failure)"))") }
            storeFailure = failure
            core.step(.storeFailed(failure), at: now, into: &effects)
            retryAt = now.nanoseconds + 1_000_000_000
        }
    }

    /// A job that was accepted is being worked at: should that end this process, the store tells the
    /// next one.
    private mutating func enter(_ job: String) {
        atWork[job, default: 0] += 1
        if atWork[job] == 1 { store.atWork(atWork.keys.sorted()) }
    }

    private mutating func leave(_ job: String) {
        guard let count = atWork[job] else { return }
        atWork[job] = count > 1 ? count - 1 : nil
        if count == 1 { store.atWork(atWork.keys.sorted()) }
    }

    private mutating func start(_ task: CoordinatorTask) {
        let mailbox = mailbox
        let compiler = compiler
        if let job = task.job { enter(job) }
        work.async {
            switch task {
            case .decode(let route, let envelope, let peer):
                mailbox.post(
                    .event(
                        .decoded(route, bytes: envelope.bytes, envelope.result, peer: peer)))
            case .read(let ticket, let submit, let payload):
                let result = JobPackage.read(submit, payload, compile: compiler.compile)
                mailbox.post(.event(.compiled(ticket: ticket, result)))
            case .compile(let ticket, let package, let job):
                let result = compiler.compile(package)
                mailbox.post(.event(.compiled(ticket: ticket, result), of: job))
            case .extend(let ticket, let package, let samples, let draws):
                let result = compiler.extend(package, samples: samples, draws: draws)
                mailbox.post(.event(.compiled(ticket: ticket, result)))
            case .finish(let job, let machine, let package, let digest, let assurance):
                let result = compiler.document(
                    of: machine, package: package, jobDigest: digest, assurance: assurance)
                mailbox.post(.event(.finished(job: job, result), of: job))
            case .judge(let ticket, let job, let round, let range, let hints):
                let partial = RangeEvaluator(job: job).evaluate(
                    round: round, range: range, hints: hints)
                mailbox.post(.event(.judged(ticket: ticket, partial: partial.encode())))
            }
        }
    }
}
