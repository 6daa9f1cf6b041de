// SPDX-License-Identifier: Apache-2.0
internal import PoolCore
internal import ZeroMQ

/// Names a watch, by identity.
final class WatchToken: Sendable {}

/// What reaches the client's thread from others.
enum ClientLetter: Sendable {
    case ask(
        @Sendable (UInt64) -> PoolMessage, timeoutNanoseconds: Int64,
        completion: @Sendable (Result<PoolMessage, PoolFailure>) -> Void)
    case watch(
        WatchToken, job: String, intervalNanoseconds: Int64, timeoutNanoseconds: Int64,
        update: @Sendable (Result<WireUpdate, PoolFailure>) -> Void)
    case unwatch(WatchToken)
    case close
}

/// The client's thread: gives requests their numbers and answers their callers.
struct ClientOwner: ~Copyable, SocketOwner {
    private let context: Context
    private let socket: Socket
    private let monitor: HandshakeMonitor
    private var monitorMember: PollSet.Member?
    private var watch = HandshakeWatch(isPatient: false)
    private var refusal: PoolFailure?
    private let endpoint: String
    private var session: ClientSession
    private var effects = ClientEffects()
    private var lastNumber: UInt64 = 0
    private var asking: [UInt64: @Sendable (Result<PoolMessage, PoolFailure>) -> Void] = [:]
    private var watching: [UInt64: @Sendable (Result<WireUpdate, PoolFailure>) -> Void] = [:]
    private var tokens: [ObjectIdentifier: (token: WatchToken, number: UInt64)] = [:]

    init(
        context: consuming Context, socket: consuming Socket, monitor: consuming HandshakeMonitor,
        endpoint: String
    ) {
        self.context = context
        self.monitor = monitor
        self.socket = socket
        self.endpoint = endpoint
        session = ClientSession(endpoint: endpoint)
    }

    mutating func join(_ set: inout PollSet) {
        _ = set.add(socket)
        monitorMember = monitor.join(&set)
    }

    mutating func turn(
        at nanoseconds: Int64, letters: [ClientLetter], set: inout PollSet
    ) throws(ZeroMQError) -> SocketTurn {
        let now = Instant(nanoseconds: nanoseconds)
        var closing = false
        for letter in letters {
            if case .close = letter { closing = true } else { take(letter, now) }
        }
        if let monitorMember, set.isReady(monitorMember) {
            refusal = watch.take(try monitor.take(), endpoint: endpoint) ?? refusal
        }
        if let refusal { session.step(.refused(refusal), at: now, into: &effects) }
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
        try carryOut()
        if closing {
            let failure = PoolFailure(.fault, "the client was closed", remedy: "open another one")
            for completion in asking.values { completion(.failure(failure)) }
            for update in watching.values { update(.failure(failure)) }
            return .leave
        }
        return .wait(untilNanoseconds: left == 0 ? nanoseconds : session.deadline?.nanoseconds)
    }

    private mutating func take(_ letter: ClientLetter, _ now: Instant) {
        switch letter {
        case .ask(let build, let timeout, let completion):
            lastNumber += 1
            asking[lastNumber] = completion
            session.step(
                .ask(lastNumber, build(lastNumber), timeoutNanoseconds: timeout), at: now,
                into: &effects)
        case .watch(let token, let job, let interval, let timeout, let update):
            lastNumber += 1
            watching[lastNumber] = update
            tokens[ObjectIdentifier(token)] = (token, lastNumber)
            session.step(
                .watch(
                    lastNumber, job: job, intervalNanoseconds: interval,
                    timeoutNanoseconds: timeout), at: now, into: &effects)
        case .unwatch(let token):
            guard let entry = tokens.removeValue(forKey: ObjectIdentifier(token)) else { return }
            watching[entry.number] = nil
            session.step(.unwatch(entry.number), at: now, into: &effects)
        case .close: break
        }
    }

    private mutating func carryOut() throws(ZeroMQError) {
        for message in effects.outgoing {
            do throws(ZeroMQError) {
                try socket.send(Frames.encode(message))
            } catch {
                // The session repeats its requests.
                guard error.wouldBlock else { throw error }
            }
        }
        effects.outgoing = []
        for (number, result) in effects.answers {
            asking.removeValue(forKey: number)?(result)
        }
        effects.answers = []
        for (number, result) in effects.updates { watching[number]?(result) }
        effects.updates = []
    }
}
