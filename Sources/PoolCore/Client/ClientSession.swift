// SPDX-License-Identifier: Apache-2.0
internal import SwiftProtobuf

/// Something that happened, as a client's session is told.
package enum ClientEvent: Sendable {
    /// Ask; the message carries this number. All requests may be repeated without harm.
    case ask(UInt64, PoolMessage, timeoutNanoseconds: Int64)
    /// Follow a job.
    case watch(UInt64, job: String, intervalNanoseconds: Int64, timeoutNanoseconds: Int64)
    /// Follow it no more.
    case unwatch(UInt64)
    /// A message came.
    case received(PoolMessage)
    /// Frames came that are no message.
    case malformed(Frames.Fault)
    /// The coordinator will never let this side in.
    case refused(PoolFailure)
    /// The deadline came.
    case tick
}

/// What a client's session wants done after a step.
package struct ClientEffects: Sendable {
    /// Messages for the coordinator.
    package var outgoing: [PoolMessage] = []
    /// Requests that are over.
    package var answers: [(request: UInt64, Result<PoolMessage, PoolFailure>)] = []
    /// Observations of watched jobs; a failure or a last one ends the watch.
    package var updates: [(request: UInt64, Result<WireUpdate, PoolFailure>)] = []

    package init() {}
}

/// A client's side of the protocol, as a pure state machine: requests are repeated until they are
/// answered or their time is over, watches are renewed, and survive a restart of the coordinator.
package struct ClientSession: ~Copyable {
    private struct Request {
        let message: PoolMessage
        let deadline: Instant
        let timeout: Int64
        var repeats: Instant
    }

    private struct Watch {
        let message: PoolMessage
        let interval: Int64
        let timeout: Int64
        var heard: Instant
        var repeats: Instant
    }

    private let endpoint: String
    private var requests: [UInt64: Request] = [:]
    private var watches: [UInt64: Watch] = [:]
    private var now = Instant.zero

    private static let repeatNanoseconds: Int64 = 5_000_000_000
    private static let keepNanoseconds: Int64 = 30_000_000_000

    /// A session with the coordinator of an endpoint, which is named in errors.
    package init(endpoint: String) { self.endpoint = endpoint }

    /// When to step again though nothing happens; nil for never.
    package var deadline: Instant? {
        let asked = requests.values.lazy.map { min($0.deadline, $0.repeats) }.min()
        let watched = watches.values.lazy.map { min($0.heard + $0.timeout, $0.repeats) }.min()
        guard let asked, let watched else { return asked ?? watched }
        return min(asked, watched)
    }

    /// Takes one event.
    package mutating func step(
        _ event: ClientEvent, at time: Instant, into effects: inout ClientEffects
    ) {
        now = max(now, time)
        switch event {
        case .ask(let number, let message, let timeout):
            guard requests.count < PoolLimits.clientRequests else {
                let failure = PoolFailure(
                    .limit, "\(requests.count) requests are waiting for an answer",
                    remedy: "wait for some of them")
                effects.answers.append((number, .failure(failure)))
                return
            }
            requests[number] = Request(
                message: message, deadline: now + timeout, timeout: timeout,
                repeats: now + Self.repeatNanoseconds)
            effects.outgoing.append(message)
        case .watch(let number, let job, let interval, let timeout):
            let message = PoolMessage.watch(
                .with {
                    $0.request = number
                    $0.job = job
                    $0.intervalNanoseconds = UInt64(max(0, interval))
                    $0.keepNanoseconds = UInt64(Self.keepNanoseconds)
                })
            watches[number] = Watch(
                message: message, interval: interval, timeout: timeout, heard: now,
                repeats: now + Self.repeatNanoseconds)
            effects.outgoing.append(message)
        case .unwatch(let number):
            guard watches.removeValue(forKey: number) != nil else { return }
            effects.outgoing.append(
                .watch(
                    .with {
                        $0.request = number
                        $0.stop = true
                    }))
        case .received(let message): received(message, &effects)
        case .malformed(let fault): failAll(fault.failure, &effects)
        case .refused(let failure): failAll(failure, &effects)
        case .tick: break
        }
        keepUp(&effects)
    }

    private mutating func received(_ message: PoolMessage, _ effects: inout ClientEffects) {
        switch message {
        case .submitted(let reply): answer(reply.request, message, &effects)
        case .statusReply(let reply): answer(reply.request, message, &effects)
        case .resultReply(let reply, _): answer(reply.request, message, &effects)
        case .jobList(let reply): answer(reply.request, message, &effects)
        case .workerList(let reply): answer(reply.request, message, &effects)
        case .errorReply(let reply):
            let failure = PoolFailure(reply.failure)
            if requests.removeValue(forKey: reply.request) != nil {
                effects.answers.append((reply.request, .failure(failure)))
            } else if watches.removeValue(forKey: reply.request) != nil {
                effects.updates.append((reply.request, .failure(failure)))
            }
        case .update(let update):
            guard watches[update.request] != nil else { return }
            watches[update.request]!.heard = now
            effects.updates.append((update.request, .success(update)))
            if update.last { watches[update.request] = nil }
        case .refused(let refused): failAll(PoolFailure(refused.failure), &effects)
        case .hello, .welcome, .partial, .lease, .heartbeat, .drain, .cancelLease, .handBack,
            .fetch, .jobText, .goodbye, .acknowledged, .submit, .statusRequest, .watch,
            .resultRequest, .cancel, .listRequest, .workersRequest, .priority, .extend, .retry,
            .forget:
            break
        }
    }

    private mutating func answer(
        _ number: UInt64, _ message: PoolMessage, _ effects: inout ClientEffects
    ) {
        if requests.removeValue(forKey: number) != nil {
            effects.answers.append((number, .success(message)))
        }
    }

    private mutating func failAll(_ failure: PoolFailure, _ effects: inout ClientEffects) {
        for number in requests.keys.sorted() {
            effects.answers.append((number, .failure(failure)))
        }
        for number in watches.keys.sorted() {
            effects.updates.append((number, .failure(failure)))
        }
        requests = [:]
        watches = [:]
    }

    private mutating func keepUp(_ effects: inout ClientEffects) {
        for (number, request) in requests.sorted(by: { $0.key < $1.key }) {
            if request.deadline <= now {
                requests[number] = nil
                effects.answers.append((number, .failure(unreachable(request.timeout))))
            } else if request.repeats <= now {
                requests[number]!.repeats = now + Self.repeatNanoseconds
                effects.outgoing.append(request.message)
            }
        }
        for (number, watch) in watches.sorted(by: { $0.key < $1.key }) {
            if now.since(watch.heard) >= watch.timeout {
                watches[number] = nil
                effects.updates.append((number, .failure(unreachable(watch.timeout))))
            } else if watch.repeats <= now {
                // Renewed before the coordinator forgets it, or after it was restarted.
                watches[number]!.repeats = now + Self.repeatNanoseconds
                effects.outgoing.append(watch.message)
            }
        }
    }

    private func unreachable(_ timeout: Int64) -> PoolFailure {
        let seconds = Double(timeout / 1_000_000) / 1_000
        return PoolFailure(
            .unreachable, "no answer from the coordinator at \(endpoint) within \(seconds) s",
            remedy: "is it running there? start one with `qpool coordinator`")
    }
}
