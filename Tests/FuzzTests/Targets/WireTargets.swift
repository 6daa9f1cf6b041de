// SPDX-License-Identifier: Apache-2.0
import Simulation
import SwiftProtobuf

@testable import PoolCore

extension FuzzTarget {
    /// Frames as they come from a socket; a message that is taken comes back from its own frames.
    static let frames = FuzzTarget(
        name: "frames", maximumBytes: 16_384,
        seeds: {
            FuzzMessages.all.map { Seed(name: $0.name, bytes: FuzzMessages.blocks($0.message)) }
        },
        run: { bytes in
            var reader = FuzzReader(bytes)
            var frames: [[UInt8]] = []
            while !reader.isAtEnd, frames.count < 8 { frames.append(reader.block()) }
            guard let message = try? Frames.decode(frames) else { return false }
            let again = Frames.encode(message)
            guard let second = try? Frames.decode(again), Frames.encode(second) == again else {
                throw Finding("kind \(message.kind) does not come back from its frames")
            }
            switch message {
            case .update(let update): _ = JobStatus(update.status).remaining
            case .statusReply(let reply): _ = JobStatus(reply.status).remaining
            case .jobList(let list): for job in list.jobs { _ = JobStatus(job).remaining }
            case .workerList(let list): for worker in list.workers { _ = WorkerStatus(worker) }
            case .errorReply(let error): _ = "\(PoolFailure(error.failure))"
            case .submit(let submit, let payload):
                _ = try? JobPackage(
                    text: submit.text, headers: submit.tables, payload: payload)
            default: break
            }
            return true
        })

    /// A worker's session, whatever its coordinator sends.
    static let worker = FuzzTarget(
        name: "worker", maximumBytes: 4_096,
        seeds: {
            let messages = Dictionary(uniqueKeysWithValues: FuzzMessages.all)
            func seed(_ name: String, _ names: String...) -> Seed {
                Seed(
                    name: name,
                    bytes: FuzzWriter.bytes { writer in
                        for name in names {
                            writer.byte(0)
                            FuzzMessages.write(messages[name]!, to: &writer)
                            // A moment passes: too short for a heartbeat.
                            writer.byte(1)
                            writer.word16(10)
                        }
                    })
            }
            return [
                seed("lease", "welcome", "lease", "job-text", "acknowledged"),
                seed("cancelled", "welcome", "lease", "cancel-lease", "heartbeat"),
                seed("drained", "welcome", "lease", "job-text", "drain"),
                // Of a coordinator that was started again: it is told what is still held.
                seed("again", "welcome", "lease", "job-text", "refused", "welcome", "error"),
            ]
        },
        run: { bytes in
            var reader = FuzzReader(bytes)
            var session = WorkerSession(
                identity: WorkerIdentity(
                    id: "w", host: "h", process: 1, cores: 1, memoryBytes: 1, slots: 2,
                    version: "v", fingerprint: Sentinel.fingerprint))
            var now = Instant.zero
            var events: [WorkerEvent] = [.connected]
            var taken = false
            for _ in 0..<64 {
                while let event = events.first {
                    events.removeFirst()
                    // The first hello is said to anybody.
                    var isTold = true
                    if case .connected = event { isTold = false }
                    var effects = WorkerEffects()
                    session.step(event, at: now, into: &effects)
                    for task in effects.tasks {
                        switch task {
                        case .compile(let job, let package):
                            events.append(
                                .compiled(job: job, ModelJob.compile(package).map(\.job)))
                        case .compute(let lease):
                            events.append(
                                .computed(lease: lease.id, partial: [1], busyNanoseconds: 1))
                        case .stop, .hint: break
                        }
                    }
                    taken =
                        taken
                        || isTold && effects.outgoing.contains { [1, 4, 9].contains($0.kind) }
                    for case .hello(let hello) in effects.outgoing
                    where !Set(hello.leases).isSuperset(of: session.held) {
                        throw Finding("a hello that does not say what is held")
                    }
                    if session.held.count > 4 { throw Finding("it holds too many leases") }
                    _ = session.deadline
                    if effects.ending != nil { return true }
                    if effects.reconnects { events.append(.connected) }
                }
                if reader.isAtEnd { break }
                if reader.byte() & 1 == 0 {
                    switch FuzzMessages.read(&reader) {
                    case .success(let message): events.append(.received(message))
                    case .failure(let fault): events.append(.malformed(fault))
                    }
                } else {
                    now = now + Int64(reader.word16()) * 1_000_000
                    events.append(.tick)
                }
            }
            return taken
        })

    /// A client's session, whatever its coordinator sends.
    static let client = FuzzTarget(
        name: "client", maximumBytes: 4_096,
        seeds: {
            let messages = Dictionary(uniqueKeysWithValues: FuzzMessages.all)
            return ["error", "update", "submitted", "status-reply", "result-reply", "job-list"].map
            {
                name in
                Seed(
                    name: name,
                    bytes: FuzzWriter.bytes { writer in
                        writer.byte(0)
                        FuzzMessages.write(messages[name]!, to: &writer)
                        writer.byte(1)
                        writer.word16(6_000)
                    })
            }
        },
        run: { bytes in
            var reader = FuzzReader(bytes)
            var session = ClientSession(endpoint: "fuzz")
            var now = Instant.zero
            var effects = ClientEffects()
            for request in 0..<3 as Range<UInt64> {
                session.step(
                    .ask(request, .listRequest(.init()), timeoutNanoseconds: 2_000_000_000),
                    at: now, into: &effects)
            }
            session.step(
                .watch(3, job: "j", intervalNanoseconds: 1, timeoutNanoseconds: 1_000_000_000),
                at: now, into: &effects)
            for _ in 0..<64 where !reader.isAtEnd {
                if reader.byte() & 1 == 0 {
                    switch FuzzMessages.read(&reader) {
                    case .success(let message):
                        session.step(.received(message), at: now, into: &effects)
                    case .failure(let fault):
                        session.step(.malformed(fault), at: now, into: &effects)
                    }
                } else {
                    now = now + Int64(reader.word16()) * 1_000_000
                    session.step(.tick, at: now, into: &effects)
                }
                _ = session.deadline
            }
            for update in effects.updates {
                if case .success(let update) = update.1 { _ = JobStatus(update.status).remaining }
            }
            return !effects.answers.isEmpty || !effects.updates.isEmpty
        })
}
