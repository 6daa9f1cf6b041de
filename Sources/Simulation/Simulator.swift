// SPDX-License-Identifier: Apache-2.0
internal import PoolCore
internal import Quantilizer

/// A pool in virtual time: the real coordinator, worker and client machines, over a network, disks,
/// clocks and processes that fail as a seed says.
///
///     let report = try Simulator.run(seed: 7, options: SimulationOptions(), cache: cache)
///
/// After every event the coordinator's invariants and the laws of delivery are checked; at the end
/// every job must have the result of an undisturbed run, byte for byte. The same seed gives the
/// same schedule, in any process.
public struct Simulator: ~Copyable {
    enum Event {
        case toCoordinator(Route, epoch: Int, [[UInt8]], isWhole: Bool)
        case toWorker(Route, [[UInt8]])
        case toClient(Int, epoch: Int, [[UInt8]])
        case gone(Route, epoch: Int)
        case coordinatorTick(epoch: Int)
        case workerTick(Int, life: Int)
        case clientTick(Int)
        case task(CoordinatorTask, epoch: Int)
        case committed(epoch: Int)
        case retry(epoch: Int)
        case compiled(Int, life: Int, job: String, text: String)
        case computed(Int, life: Int, HeldLease, busy: Int64)
        case connected(Int, life: Int)
        case fault(Fault)
        case client(Int, job: Int, ClientStep)
    }

    enum Fault: CaseIterable {
        case crashWorker, freeze, slowDown, partition, drain, jumpWorkerClock
        case crashCoordinator, jumpCoordinatorClock, fillDisk, cutClient
    }

    let options: SimulationOptions
    let faults: FaultRates
    let cache: EvaluationCache
    let meter: SimulationMeter?
    var random: SimulationRandom
    var queue = EventQueue<Event>()
    var now: Int64 = 0
    var report: SimulationReport
    var trace: SimulationTrace
    var ledger = Ledger()
    /// The first law that was found broken while a step was carried out.
    var brokenLaw: String?
    private var eventsUntilCheck = 0

    var coordinator: Coordinator?
    var epoch = 0
    var store = ModelStore()
    /// Records and answers of this coordinator that wait for the disk.
    var commits = CommitQueue()
    /// The batch that the disk is being given.
    var underWay: [StoreRecord] = []
    var wasRefused = false
    var diskFullUntil: Int64 = 0
    /// The difference of the coordinator's clock from the simulation's.
    var coordinatorSkew: Int64 = 0
    var coordinatorTickAt = Int64.max

    var workers: [ModelWorker?]
    /// The identities of the processes that were there last.
    var identities: [String]
    var owners: [Route: Int] = [:]
    var lastRoute: UInt64 = 0
    var lastLife = 0
    /// The ids of workers that have lied.
    var liarIDs: Set<String> = []
    /// Which of the workers lie.
    var liars: Set<Int>

    /// The one that wants the jobs, and another that submits the same ids.
    let clients = [ModelClient(), ModelClient()]
    var lastRequest: UInt64 = 0
    var requests: [UInt64: (client: Int, job: Int, step: ClientStep)] = [:]
    var outcomes: [Result<String, PoolFailure>?]
    var wantsCancelled: [Bool]
    var wantsRetried: [Bool]
    /// How many samples a job is still to be extended to, in this order.
    var extensions: [[UInt64]]
    /// How many samples it has after those that were answered.
    var samples: [UInt64]
    /// The texts that were submitted under a job's id.
    var texts: [[String]]

    /// Whether the ledger is kept: it knows nothing of lies and of jobs that begin anew for them.
    var hasLedger: Bool { options.jobs.allSatisfy { $0.verify == 0 } && options.liars == 0 }

    /// Runs one schedule.
    ///
    /// - Throws: ``SimulationFailure`` where a law is broken, with the last events before it.
    public static func run(
        seed: UInt64, options: SimulationOptions, cache: EvaluationCache,
        meter: SimulationMeter? = nil
    ) throws(SimulationFailure) -> SimulationReport {
        do throws(SimulationFailure) {
            var simulator = Simulator(seed: seed, options: options, cache: cache, meter: meter)
            return try simulator.run()
        } catch {
            guard options.traceLength == 0, options.workers <= 1_000 else { throw error }
            // Once more, in words.
            var talkative = options
            talkative.traceLength = 60
            var simulator = Simulator(seed: seed, options: talkative, cache: cache, meter: nil)
            return try simulator.run()
        }
    }

    private init(
        seed: UInt64, options: SimulationOptions, cache: EvaluationCache, meter: SimulationMeter?
    ) {
        self.options = options
        self.cache = cache
        self.meter = meter
        random = SimulationRandom(seed: seed)
        faults = options.faults.varied(&random)
        report = SimulationReport(seed: seed)
        trace = SimulationTrace(length: options.traceLength)
        workers = Array(repeating: nil, count: options.workers)
        liars = Set(0..<options.liars)
        identities = Array(repeating: "", count: options.workers)
        outcomes = Array(repeating: nil, count: options.jobs.count)
        wantsCancelled = Array(repeating: false, count: options.jobs.count)
        wantsRetried = wantsCancelled
        extensions = Array(repeating: [], count: options.jobs.count)
        samples = options.jobs.map(\.samples)
        texts = options.jobs.map { [$0.text] }
    }

    var isTroubled: Bool { now < Int64(options.troubleSeconds * 1e9) }

    func failure(_ reason: String) -> SimulationFailure {
        SimulationFailure(
            seed: report.seed, event: report.events, nanoseconds: now, reason: reason,
            trace: trace.inOrder)
    }

    private mutating func run() throws(SimulationFailure) -> SimulationReport {
        startCoordinator()
        for client in clients { client.route = newRoute() }
        for number in workers.indices { startWorker(number) }
        for job in options.jobs.indices { plan(job) }
        for fault in Fault.allCases { scheduleFault(fault) }
        let end = Int64((options.troubleSeconds + options.peaceSeconds) * 1e9)
        while outcomes.contains(where: { $0 == nil }) {
            guard let (time, event) = queue.pop() else { throw failure("nothing more will happen") }
            guard time < end else { throw failure("jobs have not ended: \(openJobs)") }
            guard report.events < options.eventLimit else { throw failure("endless") }
            now = max(now, time)
            report.events += 1
            if trace.isWanted { trace.add("\(Self.seconds(now))  \(words(event))") }
            try process(event)
            if let brokenLaw { throw failure(brokenLaw) }
        }
        report.nanoseconds = now
        report.trace = trace.inOrder
        try checkOutcomes()
        return report
    }

    static func seconds(_ nanoseconds: Int64) -> String {
        let microseconds = "\(1_000_000 + nanoseconds / 1_000 % 1_000_000)".dropFirst()
        return "\(nanoseconds / 1_000_000_000).\(microseconds)"
    }

    private var openJobs: String {
        outcomes.indices.filter { outcomes[$0] == nil }.map { jobID($0) }.joined(separator: ", ")
    }

    private mutating func checkOutcomes() throws(SimulationFailure) {
        // Only liars are caught.
        for entry in store.quarantined where !liarIDs.contains(entry.worker) {
            throw failure("worker \(entry.worker) is quarantined and never lied")
        }
        report.quarantined = store.quarantined.map(\.worker)
        report.liarsAtLarge = liarIDs.subtracting(report.quarantined).count
        for (job, outcome) in outcomes.enumerated() {
            switch outcome {
            case .success(let text)?:
                // Of two texts under one id the first counts, and only it. What was extended has the
                // answer of a job that was as large from the start.
                let stored = store[jobID(job)]
                let accepted = finalTexts(job).first { digest(of: $0) == stored?.digest }
                guard let accepted, case .success(let document) = cache.undisturbed(accepted),
                    document.text == text || !options.expectsTruth
                else { throw failure("\(jobID(job)) has another result than the undisturbed run") }
                if document.text != text { report.jobsWrong += 1 }
                guard case .done(let kept)? = stored?.ending, kept.text == text else {
                    throw failure("\(jobID(job)) is done and its result is not on the disk")
                }
            case .failure(let failure)?
            where failure.code == .jobCancelled && wantsCancelled[job] && !wantsRetried[job]:
                guard case .cancelled? = store[jobID(job)]?.ending else {
                    throw self.failure("\(jobID(job)) is cancelled and the disk does not know")
                }
            default: throw failure("\(jobID(job)) ended with \(String(describing: outcome))")
            }
        }
        if hasLedger, let missing = ledger.missing(from: store) { throw failure(missing) }
    }

    func jobID(_ job: Int) -> String { "job-\(job)" }

    /// The texts that a job may have when its extensions are answered.
    func finalTexts(_ job: Int) -> [String] {
        texts[job].compactMap { text in
            guard var model = try? ModelJob(text: text) else { return nil }
            model.samples = samples[job]
            return model.text
        }
    }

    func digest(of text: String) -> String? {
        let package = JobPackage(text: text, resources: JobResources())
        return try? cache.compilation(package).get().digest
    }

    /// Whether the invariants are to be checked after this event: after every one in a small pool,
    /// now and then in a large one, where a check looks at every worker.
    mutating func isCheckDue() -> Bool {
        guard options.checksInvariants else { return false }
        eventsUntilCheck -= 1
        guard eventsUntilCheck <= 0 else { return false }
        eventsUntilCheck = options.workers <= 64 ? 1 : options.workers
        return true
    }

    private mutating func process(_ event: Event) throws(SimulationFailure) {
        switch event {
        case .toCoordinator(let route, let epoch, let frames, let isWhole):
            guard epoch == self.epoch, coordinator != nil else { return }
            try stepCoordinator(decode(frames, from: route), isWhole: isWhole)
        case .toWorker(let route, let frames): toWorker(route, frames)
        case .toClient(let number, let epoch, let frames):
            guard epoch == self.epoch, !clients[number].isCut else { return }
            stepClient(number, decoded(frames))
        case .gone(let route, let epoch):
            guard epoch == self.epoch else { return }
            try stepCoordinator(.disconnected(route))
        case .coordinatorTick(let epoch):
            guard epoch == self.epoch else { return }
            coordinatorTickAt = .max
            try stepCoordinator(.tick)
        case .workerTick(let number, let life):
            guard let worker = workers[number], worker.life == life else { return }
            worker.tickAt = .max
            stepWorker(number, .tick)
        case .clientTick(let number):
            clients[number].tickAt = .max
            stepClient(number, .tick)
        case .task(let task, let epoch):
            guard epoch == self.epoch else { return }
            try stepCoordinator(answer(task))
            try checkRestored()
        case .committed(let epoch):
            guard epoch == self.epoch else { return }
            try committed()
        case .retry(let epoch):
            guard epoch == self.epoch else { return }
            carryOut(commits.failed())
        case .compiled(let number, let life, let job, let text):
            guard workers[number]?.life == life else { return }
            stepWorker(number, .compiled(job: job, cache.job(text)))
        case .computed(let number, let life, let lease, let busy):
            guard workers[number]?.life == life else { return }
            computed(number, lease, busy)
        case .connected(let number, let life):
            guard workers[number]?.life == life else { return }
            stepWorker(number, .connected)
        case .fault(let fault): try inject(fault)
        case .client(let number, let job, let step): begin(step, job, by: number)
        }
    }

    private func answer(_ task: CoordinatorTask) -> CoordinatorEvent {
        switch task {
        case .decode(let route, let envelope, let peer):
            .decoded(route, bytes: envelope.bytes, envelope.result, peer: peer)
        case .read(let ticket, let submit, let payload):
            .compiled(
                ticket: ticket,
                JobPackage.read(submit, payload) { [cache] in cache.compilation($0) })
        case .compile(let ticket, let package, _):
            .compiled(ticket: ticket, cache.compilation(package))
        case .extend(let ticket, let package, let samples, let draws):
            .compiled(
                ticket: ticket, ModelJob.extend(package, samples: samples, draws: draws))
        case .finish(let job, let machine, _, _, _):
            .finished(job: job, ModelJob.document(of: machine))
        case .judge(let ticket, let job, let round, let range, let hints):
            .judged(
                ticket: ticket,
                partial: RangeEvaluator(job: job).evaluate(
                    round: round, range: range, hints: hints
                ).encode())
        }
    }
}
