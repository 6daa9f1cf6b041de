// SPDX-License-Identifier: Apache-2.0
import Quantilizer
import Simulation
import SwiftProtobuf

@testable import PoolCore

/// A coordinator and what stands around it, driven by an input.
struct FuzzedPool: ~Copyable {
    private var core: Coordinator
    private var now = Instant.zero
    /// Leases that were sent and not computed.
    private(set) var leases: [(route: Route, header: WireLease, payload: [UInt8])] = []
    /// Answers that were sent.
    private(set) var answers = 0
    private var jobs: [String: ModelJob] = [:]

    init() {
        var options = CoordinatorOptions()
        options.leaseLevels = 8...12
        options.firstLevel = 9
        options.journalBytes = 2_000
        core = Coordinator(options: options)
    }

    static func route(_ number: UInt8) -> Route { Route([0, number % 4]) }

    mutating func step(_ event: CoordinatorEvent) throws {
        var events = [event]
        while let event = events.first {
            events.removeFirst()
            var effects = CoordinatorEffects()
            core.step(event, at: now, into: &effects)
            for (route, message) in effects.outgoing + effects.held {
                // Whatever goes out can be read by the other side.
                guard (try? Frames.decode(Frames.encode(message))) != nil else {
                    throw FuzzTarget.Finding("kind \(message.kind) went out unreadable")
                }
                answers += 1
                if case .lease(let header, let payload) = message, leases.count < 64 {
                    leases.append((route, header, payload))
                }
            }
            for task in effects.tasks {
                switch task {
                case .decode(let route, let envelope, let peer):
                    events.append(
                        .decoded(route, bytes: envelope.bytes, envelope.result, peer: peer))
                case .read(let ticket, let submit, let payload):
                    events.append(
                        .compiled(
                            ticket: ticket, JobPackage.read(submit, payload, compile: Self.compile))
                    )
                case .compile(let ticket, let package, _):
                    events.append(.compiled(ticket: ticket, Self.compile(package)))
                case .extend(let ticket, let package, let samples, let draws):
                    events.append(
                        .compiled(
                            ticket: ticket,
                            ModelJob.extend(package, samples: samples, draws: draws)))
                case .finish(let job, let machine, _, _, _):
                    events.append(.finished(job: job, ModelJob.document(of: machine)))
                case .judge(let ticket, let job, let round, let range, let hints):
                    let partial = RangeEvaluator(job: job).evaluate(
                        round: round, range: range, hints: hints)
                    events.append(.judged(ticket: ticket, partial: partial.encode()))
                }
            }
            if let broken = core.brokenInvariant() { throw FuzzTarget.Finding(broken) }
            _ = core.deadline
        }
    }

    /// Model jobs that an input may run for a long time are refused.
    private static func compile(_ package: JobPackage) -> Result<Compilation, PoolFailure> {
        if let job = try? ModelJob(text: package.text), Double(job.samples) * job.quantile > 1e6 {
            return .failure(PoolFailure(.limit, "too many candidates", remedy: ""))
        }
        return ModelJob.compile(package)
    }

    mutating func advance(milliseconds: Int) throws {
        now = now + Int64(milliseconds) * 1_000_000
        try step(.tick)
    }

    /// Computes the oldest lease as an honest worker would.
    mutating func computeLease() throws {
        guard !leases.isEmpty else { return }
        let (route, header, payload) = leases.removeFirst()
        guard let text = core.packageText(header.job), let job = try? ModelJob(text: text),
            let range = DyadicRange(header.range), range.length <= 1 << 12,
            let round = try? Round(
                decoding: payload.prefix(Int(header.roundBytes)), job: job.compiled),
            round.admits(range)
        else { return }
        let partial = RangeEvaluator(job: job.compiled).evaluate(round: round, range: range)
        try step(
            .received(
                route,
                .partial(
                    .with {
                        $0.lease = header.lease
                        $0.job = header.job
                        $0.round = header.round
                        $0.range = header.range
                        $0.busyNanoseconds = 1_000_000
                    }, partial.encode())))
    }
}

extension Coordinator {
    fileprivate func packageText(_ job: String) -> String? { jobs[job]?.package.text }
}

extension FuzzTarget {
    /// A coordinator with jobs and workers, whatever they send.
    ///
    /// An input is a sequence of steps: a byte that chooses one, then what it takes.
    static let coordinator = FuzzTarget(
        name: "coordinator", maximumBytes: 16_384,
        seeds: {
            let messages = Dictionary(uniqueKeysWithValues: FuzzMessages.all)
            func seed(_ name: String, _ steps: [String]) -> Seed {
                Seed(
                    name: name,
                    bytes: FuzzWriter.bytes { writer in
                        for step in steps {
                            switch step {
                            case "tick":
                                writer.byte(1)
                                writer.word16(500)
                            case "compute": writer.byte(2)
                            case "gone": writer.byte(3 | 1 << 4)
                            case "store-fails": writer.byte(4)
                            case "store-recovers": writer.byte(5)
                            default:
                                writer.byte(0 | (step == "partial" ? 1 : 2) << 4)
                                FuzzMessages.write(messages[step]!, to: &writer)
                            }
                        }
                    })
            }
            return [
                seed(
                    "whole-job",
                    ["hello", "submit", "compute", "compute", "compute", "compute", "result"]),
                seed("foreign-partial", ["partial", "heartbeat", "hand-back", "tick"]),
                seed(
                    "questions",
                    [
                        "submit-table", "watch", "status", "list", "workers", "priority", "tick",
                        "cancel", "result",
                    ]),
                seed(
                    "comings-and-goings",
                    [
                        "hello", "compute", "drain", "goodbye", "hello", "fetch", "gone", "tick",
                        "store-fails", "compute", "store-recovers", "compute",
                    ]),
                seed("not-for-coordinators", ["welcome", "lease", "job-text", "error", "update"]),
            ]
        },
        run: { bytes in
            var reader = FuzzReader(bytes)
            var pool = FuzzedPool()
            // What most coordinators have: a worker and a job that is running.
            try pool.step(.received(FuzzedPool.route(1), FuzzMessages.hello))
            try pool.step(.received(FuzzedPool.route(3), FuzzMessages.submit))
            let before = pool.answers
            for _ in 0..<96 where !reader.isAtEnd {
                let choice = reader.byte()
                let route = FuzzedPool.route(choice >> 4)
                switch choice & 15 % 6 {
                case 1: try pool.advance(milliseconds: reader.word16())
                case 2: try pool.computeLease()
                case 3: try pool.step(.disconnected(route))
                case 4: try pool.step(.storeFailed(FuzzMessages.failure))
                case 5: try pool.step(.storeRecovered)
                default:
                    switch FuzzMessages.read(&reader) {
                    case .success(let message): try pool.step(.received(route, message))
                    case .failure(let fault): try pool.step(.malformed(route, fault))
                    }
                }
            }
            return pool.answers > before
        })
}
