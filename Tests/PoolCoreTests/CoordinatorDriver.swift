// SPDX-License-Identifier: Apache-2.0
import Quantilizer
import Simulation
import Testing

@testable import PoolCore

/// A coordinator driven step by step with a clock of the test's own.
final class CoordinatorDriver {
    var core: Coordinator
    var now = Instant.zero
    var sent: [(Route, PoolMessage)] = []
    var records: [StoreRecord] = []
    /// Answers that wait for the store come only when this is false.
    var keepsHeld = false
    var held: [(Route, PoolMessage)] = []
    /// Reads a job.
    var compile: @Sendable (JobPackage) -> Result<Compilation, PoolFailure> = ModelJob.compile
    /// Jobs are read at once, or wait in `unread` for ``read()``.
    var compiles = true
    private var unread: [CoordinatorEvent] = []

    func read() {
        defer { unread = [] }
        for event in unread { step(event) }
    }

    /// Results are written only where this is true, or by ``finishAll()``.
    var finishes = true
    var unfinished: [CoordinatorTask] = []

    init(_ change: (inout CoordinatorOptions) -> Void = { _ in }) {
        var options = CoordinatorOptions()
        options.leaseLevels = 8...20
        options.firstLevel = 10
        // Workers need not earn what they hold: few tests are about that.
        options.firstLeases = PoolLimits.slots
        change(&options)
        core = Coordinator(options: options)
    }

    static func route(_ number: UInt8) -> Route { Route([0, number]) }

    func step(_ event: CoordinatorEvent) {
        var events = [event]
        while let event = events.first {
            events.removeFirst()
            var effects = CoordinatorEffects()
            core.step(event, at: now, into: &effects)
            sent += effects.outgoing
            records += effects.records
            if keepsHeld { held += effects.held } else { sent += effects.held }
            for task in effects.tasks {
                switch task {
                case .decode(let route, let envelope, let peer):
                    events.append(
                        .decoded(route, bytes: envelope.bytes, envelope.result, peer: peer))
                case .read(let ticket, let submit, let payload):
                    let read = CoordinatorEvent.compiled(
                        ticket: ticket,
                        JobPackage.read(submit, payload, compile: compile))
                    if compiles { events.append(read) } else { unread.append(read) }
                case .compile(let ticket, let package, _):
                    let read = CoordinatorEvent.compiled(ticket: ticket, compile(package))
                    if compiles { events.append(read) } else { unread.append(read) }
                case .extend(let ticket, let package, let samples, let draws):
                    let read = CoordinatorEvent.compiled(
                        ticket: ticket, ModelJob.extend(package, samples: samples, draws: draws))
                    if compiles { events.append(read) } else { unread.append(read) }
                case .finish where !finishes: unfinished.append(task)
                case .finish(let job, let machine, _, _, _):
                    events.append(.finished(job: job, ModelJob.document(of: machine)))
                case .judge(let ticket, let job, let round, let range, let hints):
                    let partial = RangeEvaluator(job: job).evaluate(
                        round: round, range: range, hints: hints)
                    events.append(.judged(ticket: ticket, partial: partial.encode()))
                }
            }
            let broken = core.brokenInvariant()
            #expect(broken == nil)
        }
    }

    /// Writes the results that were held back.
    func finishAll() {
        for case .finish(let job, let machine, _, _, _) in unfinished {
            step(.finished(job: job, ModelJob.document(of: machine)))
        }
        unfinished = []
    }

    /// Everything sent to a route since the last call.
    func take(_ route: Route) -> [PoolMessage] {
        defer { sent.removeAll { $0.0 == route } }
        return sent.filter { $0.0 == route }.map(\.1)
    }

    func advance(seconds: Double) {
        now = now + Int64(seconds * 1e9)
        step(.tick)
    }

    func hello(
        _ number: UInt8, id: String? = nil, slots: UInt32 = 2,
        fingerprint: String = Sentinel.fingerprint,
        leases: [UInt64] = [], capabilities: [String] = []
    ) {
        var hello = WireHello()
        hello.worker = id ?? "worker-\(number)"
        hello.cores = 1
        hello.slots = slots
        hello.fingerprint = fingerprint
        hello.leases = leases
        hello.capabilities = capabilities
        step(.received(Self.route(number), .hello(hello)))
    }

    func submit(_ job: ModelJob, id: String, request: UInt64 = 1, priority: Int32 = 0) {
        var submit = WireSubmit()
        submit.request = request
        submit.job = id
        submit.text = job.text
        submit.priority = priority
        step(.received(Self.client, .submit(submit, [])))
    }

    static let client = Route([9, 9])

    /// The leases sent to a worker since the last call.
    func leases(_ number: UInt8) -> [WireLease] {
        take(Self.route(number)).compactMap {
            if case .lease(let lease, _) = $0 { lease } else { nil }
        }
    }

    /// Computes a lease and sends its partial from a worker.
    func compute(
        _ lease: WireLease, _ job: ModelJob, by number: UInt8, busyNanoseconds: UInt64 = 1_000
    ) {
        let compiled = job.compiled
        var machine = JobMachine(job: compiled)
        while machine.currentRound?.number != Int(lease.round), let round = machine.currentRound {
            let evaluator = RangeEvaluator(job: compiled)
            for range in machine.missing(limit: 1) {
                _ = machine.merge(evaluator.evaluate(round: round, range: range))
            }
        }
        guard let round = machine.currentRound, let range = DyadicRange(lease.range) else { return }
        let partial = RangeEvaluator(job: compiled).evaluate(round: round, range: range)
        var header = WirePartial()
        header.lease = lease.lease
        header.job = lease.job
        header.round = lease.round
        header.range = lease.range
        header.busyNanoseconds = busyNanoseconds
        step(.received(Self.route(number), .partial(header, partial.encode())))
    }

    func status(_ job: String) -> WireJobStatus? {
        var request = WireStatusRequest()
        request.request = 77
        request.job = job
        _ = take(Self.client)
        step(.received(Self.client, .statusRequest(request)))
        for case .statusReply(let reply) in take(Self.client) { return reply.status }
        return nil
    }
}
