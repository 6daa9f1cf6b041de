// SPDX-License-Identifier: Apache-2.0
internal import Logging
internal import PoolCore
internal import Synchronization
internal import ZeroMQ

/// How a worker ended, told from its thread.
final class WorkerOutcome: Sendable {
    private let state = Mutex<PoolFailure?>(nil)

    var failure: PoolFailure? { state.withLock { $0 } }
    func set(_ failure: PoolFailure) { state.withLock { $0 = failure } }
}

/// The worker's thread: heartbeats go on while the engine computes.
struct WorkerOwner: ~Copyable, SocketOwner {
    private let context: Context
    private var socket: Socket
    private var monitor: HandshakeMonitor
    private var monitorMember: PollSet.Member?
    private var watch = HandshakeWatch(isPatient: true)
    private let configuration: WorkerService.Configuration
    private let engine: WorkerEngine
    private let outcome: WorkerOutcome
    private var member: PollSet.Member?
    private var session: WorkerSession
    private var effects = WorkerEffects()
    private var hasBegun = false

    init(
        context: consuming Context, socket: consuming Socket, monitor: consuming HandshakeMonitor,
        configuration: WorkerService.Configuration, identity: WorkerIdentity,
        mailbox: Mailbox<WorkerLetter>, outcome: WorkerOutcome
    ) {
        self.context = context
        self.socket = socket
        self.monitor = monitor
        self.configuration = configuration
        self.outcome = outcome
        engine = WorkerEngine(
            threads: configuration.threads, compiler: configuration.compiler, mailbox: mailbox)
        session = WorkerSession(identity: identity)
    }

    mutating func join(_ set: inout PollSet) {
        member = set.add(socket)
        monitorMember = monitor.join(&set)
    }

    mutating func turn(
        at nanoseconds: Int64, letters: [WorkerLetter], set: inout PollSet
    ) throws(ZeroMQError) -> SocketTurn {
        let now = Instant(nanoseconds: nanoseconds)
        if !hasBegun {
            hasBegun = true
            session.step(.connected, at: now, into: &effects)
        }
        for letter in letters {
            switch letter {
            case .event(let event): session.step(event, at: now, into: &effects)
            case .kill:
                engine.stopAll()
                return .leave
            }
        }
        if let monitorMember, set.isReady(monitorMember),
            let refusal = watch.take(try monitor.take(), endpoint: configuration.endpoint)
        {
            session.step(.refused(refusal), at: now, into: &effects)
        }
        if let complaint = watch.takeComplaint() {
            configuration.logger.warning(
                "\(PrintableText.line("\(complaint)")); trying on")
        }
        var left = PoolLimits.messagesPerTurn
        while left > 0, let frames = try socket.receive(limit: PoolLimits.frames) {
            left -= 1
            do throws(Frames.Fault) {
                session.step(.received(try Frames.decode(frames)), at: now, into: &effects)
            } catch {
                session.step(.malformed(error), at: now, into: &effects)
            }
        }
        if let deadline = session.deadline, deadline <= now {
            session.step(.tick, at: now, into: &effects)
        }
        try carryOut(now, &set)
        if let ending = effects.ending {
            if case .refused(let failure) = ending { outcome.set(failure) }
            engine.stopAll()
            return .leave
        }
        return .wait(untilNanoseconds: left == 0 ? nanoseconds : session.deadline?.nanoseconds)
    }

    private mutating func carryOut(_ now: Instant, _ set: inout PollSet) throws(ZeroMQError) {
        repeat {
            for message in effects.outgoing {
                do throws(ZeroMQError) {
                    try socket.send(Frames.encode(message))
                } catch {
                    // The session repeats what matters.
                    guard error.wouldBlock else { throw error }
                }
            }
            effects.outgoing = []
            for task in effects.tasks { engine.start(task) }
            effects.tasks = []
            for line in effects.log { configuration.logger.info("\(PrintableText.line(line))") }
            effects.log = []
            guard effects.reconnects else { return }
            effects.reconnects = false
            socket = try PoolSockets.dealer(
                configuration.endpoint, configuration.security, in: context)
            if let member { set.replace(member, with: socket) }
            monitor = try HandshakeMonitor(of: socket, in: context)
            if let monitorMember { monitor.join(&set, replacing: monitorMember) }
            try socket.connect(configuration.endpoint)
            session.step(.connected, at: now, into: &effects)
        } while true
    }
}
