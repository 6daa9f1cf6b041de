// SPDX-License-Identifier: Apache-2.0
internal import PoolCore
internal import Quantilizer

/// A pool in virtual time: the real coordinator, worker and client machines, over a network, disks
/// and processes that fail as a seed says.
///
///     let report = try Simulator.run(seed: 7, options: SimulationOptions(), cache: cache)
///
/// After every event the coordinator's invariants are checked; at the end every job must have the
/// result of an undisturbed run, byte for byte. The same seed gives the same schedule.
public struct Simulator: ~Copyable {
    enum Event {
        case toCoordinator(Route, epoch: Int, [[UInt8]])
        case toWorker(Route, [[UInt8]])
        case toClient(epoch: Int, [[UInt8]])
        case gone(Route, epoch: Int)
        case coordinatorTick(epoch: Int)
        case workerTick(Int, life: Int)
        case clientTick
        case task(CoordinatorTask, epoch: Int)
        case committed(epoch: Int)
        case compiled(Int, life: Int, job: String, text: String)
        case computed(Int, life: Int, HeldLease, busy: Int64)
        case connected(Int, life: Int)
        case fault(Fault)
        case client(job: Int, ClientStep)
    }

    enum Fault: CaseIterable {
        case crashWorker, freeze, partition, drain, crashCoordinator
    }

    enum ClientStep { case submit, watch, fetch, cancel }

    let options: SimulationOptions
    let faults: FaultRates
    let cache: EvaluationCache
    var random: SimulationRandom
    var queue = EventQueue<Event>()
    var now: Int64 = 0
    var report: SimulationReport

    var coordinator: Coordinator?
    var epoch = 0
    var store = ModelStore()
    /// Records and answers of this coordinator that wait for the disk.
    var batch: [StoreRecord] = []
    var batchHeld: [(Route, PoolMessage)] = []
    var gathering: [StoreRecord] = []
    var gatheringHeld: [(Route, PoolMessage)] = []
    var isCommitting = false
    var coordinatorTickAt = Int64.max

    var workers: [ModelWorker?]
    var owners: [Route: Int] = [:]
    var lastRoute: UInt64 = 0
    var lastLife = 0
    /// The ids of workers that have lied.
    var liarIDs: Set<String> = []
    /// Which of the workers lie.
    var liars: Set<Int>

    var client = ClientSession(endpoint: "model")
    var clientRoute = Route([])
    var clientTickAt = Int64.max
    var lastRequest: UInt64 = 0
    var requests: [UInt64: (job: Int, step: ClientStep)] = [:]
    var outcomes: [Result<String, PoolFailure>?]
    var wantsCancelled: [Bool]

    /// Runs one schedule.
    ///
    /// - Throws: ``SimulationFailure`` where a law is broken.
    public static func run(
        seed: UInt64, options: SimulationOptions, cache: EvaluationCache
    ) throws(SimulationFailure) -> SimulationReport {
        var simulator = Simulator(seed: seed, options: options, cache: cache)
        return try simulator.run()
    }

    private init(seed: UInt64, options: SimulationOptions, cache: EvaluationCache) {
        self.options = options
        self.cache = cache
        random = SimulationRandom(seed: seed)
        faults = options.faults.varied(&random)
        report = SimulationReport(seed: seed)
        workers = Array(repeating: nil, count: options.workers)
        liars = Set(0..<options.liars)
        outcomes = Array(repeating: nil, count: options.jobs.count)
        wantsCancelled = Array(repeating: false, count: options.jobs.count)
    }

    var isTroubled: Bool { now < Int64(options.troubleSeconds * 1e9) }

    func failure(_ reason: String) -> SimulationFailure {
        SimulationFailure(
            seed: report.seed, event: report.events, nanoseconds: now, reason: reason)
    }

    private mutating func run() throws(SimulationFailure) -> SimulationReport {
        startCoordinator()
        clientRoute = newRoute()
        for number in workers.indices { startWorker(number) }
        for job in options.jobs.indices {
            let start = Int64(random.unit() * options.troubleSeconds * 0.3e9)
            queue.push(.client(job: job, .submit), at: start)
            if random.chance(faults.cancellations) {
                wantsCancelled[job] = true
                let later = start + Int64(random.unit() * options.troubleSeconds * 0.5e9)
                queue.push(.client(job: job, .cancel), at: later)
            }
        }
        for fault in Fault.allCases { scheduleFault(fault) }
        let end = Int64((options.troubleSeconds + options.peaceSeconds) * 1e9)
        while outcomes.contains(where: { $0 == nil }) {
            guard let (time, event) = queue.pop() else { throw failure("nothing more will happen") }
            guard time < end else { throw failure("jobs have not ended: \(openJobs)") }
            guard report.events < options.eventLimit else { throw failure("endless") }
            now = max(now, time)
            report.events += 1
            try process(event)
        }
        report.nanoseconds = now
        try checkOutcomes()
        return report
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
            let wanted = cache.undisturbed(options.jobs[job].text)
            switch (outcome, wanted) {
            case (.success(let text)?, .success(let document)):
                guard text == document.text else {
                    if !options.expectsTruth {
                        report.jobsWrong += 1
                        continue
                    }
                    throw failure("\(jobID(job)) has another result than the undisturbed run")
                }
            case (.failure(let failure)?, _)
            where failure.code == .jobCancelled && wantsCancelled[job]:
                break
            default: throw failure("\(jobID(job)) ended with \(String(describing: outcome))")
            }
        }
    }

    func jobID(_ job: Int) -> String { "job-\(job)" }

    private mutating func process(_ event: Event) throws(SimulationFailure) {
        switch event {
        case .toCoordinator(let route, let epoch, let frames):
            guard epoch == self.epoch, coordinator != nil else { return }
            try stepCoordinator(decode(frames, from: route))
        case .toWorker(let route, let frames): toWorker(route, frames)
        case .toClient(let epoch, let frames):
            guard epoch == self.epoch else { return }
            stepClient(decoded(frames))
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
        case .clientTick:
            clientTickAt = .max
            stepClient(.tick)
        case .task(let task, let epoch):
            guard epoch == self.epoch else { return }
            try stepCoordinator(answer(task))
        case .committed(let epoch):
            guard epoch == self.epoch else { return }
            try committed()
        case .compiled(let number, let life, let job, let text):
            guard workers[number]?.life == life else { return }
            stepWorker(number, .compiled(job: job, cache.job(text)))
        case .computed(let number, let life, let lease, let busy):
            guard workers[number]?.life == life else { return }
            computed(number, lease, busy)
        case .connected(let number, let life):
            guard workers[number]?.life == life else { return }
            stepWorker(number, .connected)
        case .fault(let fault): inject(fault)
        case .client(let job, let step): begin(step, job)
        }
    }

    private func answer(_ task: CoordinatorTask) -> CoordinatorEvent {
        switch task {
        case .compile(let ticket, let package):
            .compiled(ticket: ticket, ModelJob.compile(package))
        case .extend(let ticket, let package, let samples, let draws):
            .compiled(
                ticket: ticket, ModelJob.extend(package, samples: samples, draws: draws))
        case .finish(let job, let machine, _, _):
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
