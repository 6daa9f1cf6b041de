// SPDX-License-Identifier: Apache-2.0
internal import Quantilizer

/// A worker with an open session.
final class WorkerRecord {
    let id: String
    /// Counts the workers of this coordinator; one that connects again keeps its number.
    let number: UInt64
    /// Who answers for it.
    let party: String
    /// Whether that is a key.
    let hasKey: Bool
    var route: Route
    let hello: WireHello
    /// What its operator allowed.
    let policy: PluginPolicy
    let connected: Instant
    var heard: Instant
    var pinged: Instant
    var draining: Bool
    /// Leases it holds, settled ones included until it gives them back.
    var leases: Set<UInt64> = []
    /// None of its leases is overdue before.
    var leaseCheck = Instant.distantFuture
    /// What it was told of how often to beat.
    var pace: Pace
    /// Silence after which it counts as gone: for one interval after it was told of another pace, the
    /// longer of the two.
    private(set) var silence: Int64
    /// When it is looked at next.
    var patrolAt = Instant.zero
    /// Samples a nanosecond, of the jobs it worked on last.
    var speeds = RecentSpeeds()
    /// The latest speed, whatever the job.
    var speed = 0.0
    var samples: UInt64 = 0
    /// Whether it stands in the queue of workers that want leases.
    var isQueued = false
    /// Whether it gave back a lease that it was not asked for. It has no room, though it seems so
    /// here: it gets no other before it beats or has computed something.
    var isResting = false
    /// Partials in a row that did not fit, of whatever job.
    var misfits = 0
    /// Leases that it may hold: more with each one that it delivers, so that whoever delivers nothing
    /// holds few.
    var window: Int
    /// Whether a lease was taken from it because it was given up: it gets no other before it delivers.
    var isHung = false
    /// Jobs of which it was given leases in this session, the latest last.
    private(set) var given: [String] = []

    init(
        hello: WireHello, peer: PeerIdentity?, number: UInt64, route: Route, pace: Pace,
        window: Int, now: Instant
    ) {
        self.window = window
        id = hello.worker
        self.pace = pace
        silence = pace.silence
        self.number = number
        party = Self.party(id: hello.worker, peer: peer)
        hasKey = peer != nil
        self.route = route
        self.hello = hello
        policy = PluginPolicy(capabilities: hello.capabilities)
        connected = now
        heard = now
        pinged = now
        draining = hello.draining
    }

    /// It beat, or is told of another pace.
    func follows(_ new: Pace) {
        silence = max(pace.silence, new.silence)
        pace = new
    }

    var slots: Int { min(max(1, Int(hello.slots)), PoolLimits.slots) }
    var wantsLeases: Bool {
        !draining && !isResting && !isHung && leases.count < min(slots, window)
    }

    /// It gets a lease of a job, and may ask for the job's text.
    func gets(_ job: String) {
        if given.last == job { return }
        given.removeAll { $0 == job }
        if given.count >= PoolLimits.workerJobs { given.removeFirst() }
        given.append(job)
    }

    /// It has delivered what a lease asked for.
    func delivered() {
        window = min(window + 1, PoolLimits.slots)
        isHung = false
    }

    /// The same worker in a new session.
    func continues(_ earlier: WorkerRecord) {
        samples = earlier.samples
        speeds = earlier.speeds
        speed = earlier.speed
        window = earlier.window
        isHung = earlier.isHung
        given = earlier.given
    }

    func measured(_ speed: Double, job: UInt64) {
        let new = speeds[job].map { 0.5 * $0 + 0.5 * speed } ?? speed
        speeds[job] = new
        self.speed = new
    }
}

/// A worker's speeds at its latest jobs, by their order of acceptance; small, for there are many
/// workers.
struct RecentSpeeds {
    private static let most = 8
    private var entries: [(job: UInt64, speed: Double)] = []

    subscript(job: UInt64) -> Double? {
        get { entries.first { $0.job == job }?.speed }
        set {
            entries.removeAll { $0.job == job }
            guard let newValue else { return }
            if entries.count >= Self.most { entries.removeFirst() }
            entries.append((job, newValue))
        }
    }
}

/// A range that a worker holds.
struct LeaseRecord {
    let id: UInt64
    let job: JobRecord
    let round: Int
    let range: DyadicRange
    let worker: WorkerRecord
    let issued: Instant
    /// When it should be done; a guess.
    let due: Instant
    /// When it counts as lost, unless a heartbeat names it.
    var deadline: Instant
    /// The lease that this one doubles.
    var parent: UInt64?
    /// The leases that double this one.
    var copies: [UInt64] = []
    /// Nobody needs it any more; the worker has been told.
    var settled = false
}

/// A job from its acceptance until it is forgotten.
final class JobRecord {
    enum State {
        /// Restored, and not compiled again yet.
        case compiling
        /// → running when there is room; → cancelled.
        case queued
        /// → finishing when the machine has no round left; → failed, cancelled.
        case running
        /// → done, failed, cancelled.
        case finishing
        case done, failed, cancelled

        var isOver: Bool { self == .done || self == .failed || self == .cancelled }
    }

    let id: String
    let order: UInt64
    var digest: String
    /// The digest it was submitted with.
    let origin: String
    var package: JobPackage
    var name: String
    var priority: Int32
    var state = State.queued
    let submitted: Instant
    var started: Instant?
    var ended: Instant?
    var compiled: CompiledJob? {
        didSet {
            guard let compiled else { return }
            sources = compiled.externalSources
            isRecorded = compiled.drawsOnce
        }
    }
    /// Whether its samples are drawn once and kept.
    private(set) var isRecorded = false
    /// The functions from outside that it needs.
    private(set) var sources: [ExternalSource] = []
    var machine: JobMachine?
    var round: Round?
    var encodedRound: [UInt8] = []
    var free = FreeRanges()
    /// Leases of the present round that are still wanted, in order of issue.
    private(set) var leases = LeaseList()
    /// How many of them each worker holds, by its number.
    private(set) var holders: [UInt64: Int] = [:]
    /// Worker time handed out, for fairness.
    var served = 0.0
    /// Samples a nanosecond and core, the mean over workers.
    var coreSpeed = 0.0
    /// What is shown of its course.
    var trail = JobTrail()
    /// When its threshold was looked at for that.
    var trailedAt = Instant.zero
    /// Samples merged over a sliding time, for people.
    var rate = RateMeter()
    /// What a store holds of the machine.
    var journal = JournalSize()
    /// Who could not compute ranges.
    var strikes = Strikes()
    /// Partials that did not fit.
    var misfits = Misfits()
    /// Its result; of a smaller extent where it was extended since and has not ended again.
    var document: ResultDocument?
    /// What it keeps after its end, to go on from.
    var rest: [UInt8]?
    /// Extensions that wait until its result is written.
    var parked: [ParkedExtension] = []
    var failure: PoolFailure?
    var watchers: Set<WatchKey> = []
    var finalProgress: JobProgress?
    /// The account of the work before ``started``.
    var before: JobAccount?
    /// The key that submitted it.
    let owner: JobOwner?
    /// How often it began anew.
    var attempt: UInt32
    /// Who had a part in it that nobody compared.
    var contributors: ShelvedSet<String>
    /// What its owner should know.
    var warnings: [String]
    /// What happened to it.
    var history: JobHistory
    /// Ranges of the present round of which two parties must agree.
    var checks = Checks()
    /// How the ranges of the present round are sampled for that.
    var sampling = Sampling()
    /// The least chance, over its rounds, with which a liar was caught; nil where nothing is compared.
    var assurance: Double?
    /// The longest time that a lease of it took until it was delivered.
    var slowest: Int64 = 0
    /// Ranges of which two parties agreed, or that were computed here.
    var verified = 0
    /// Whether the log says that it waits for a second party.
    var saidAlone = false
    /// Whether what is being read or written of it is void.
    var isTainted = false
    /// How often it was extended.
    var extensions = 0
    /// Coordinators that ended while they were at work on it, since it last got on.
    var crashes = 0

    init(stored: StoredJob, compiled: CompiledJob?, now: Instant) {
        id = stored.id
        order = stored.order
        digest = stored.digest
        origin = stored.origin ?? stored.digest
        package = stored.package
        name = stored.name
        priority = stored.priority
        owner = stored.owner
        attempt = stored.attempt
        crashes = stored.crashes
        contributors = ShelvedSet(stored.contributors)
        warnings = stored.warnings
        before = stored.account
        history = JobHistory(stored.events, at: now)
        submitted = now
        self.compiled = compiled
        sources = compiled?.externalSources ?? []
        isRecorded = compiled?.drawsOnce ?? false
    }

    /// Whether a worker's operator allows all that this job's functions from outside need.
    func isAllowed(by worker: WorkerRecord) -> Bool {
        sources.isEmpty || sources.allSatisfy { worker.policy.allows($0) }
    }

    /// Whether a worker cannot compute this job, as its operator said or as it has shown.
    func shuns(_ worker: WorkerRecord) -> Bool {
        !isAllowed(by: worker)
            || strikes.shuns(worker) || misfits.shuns(worker)
    }

    func hold(_ lease: UInt64, _ worker: WorkerRecord) {
        leases.append(lease)
        holders[worker.number, default: 0] += 1
    }

    func release(_ lease: UInt64, _ worker: WorkerRecord) {
        guard leases.remove(lease) else { return }
        let left = holders[worker.number, default: 1] - 1
        holders[worker.number] = left > 0 ? left : nil
    }

    var weight: Int {
        package.weight + (document?.text.utf8.count ?? 0) + (rest?.count ?? 0)
    }
}

/// Who watches, and under which number.
struct WatchKey: Hashable {
    let route: Route
    let request: UInt64
}

/// One watch of a job.
struct WatchRecord {
    /// In this order updates go out.
    let number: UInt64
    let job: JobRecord
    /// Whose it is.
    let payer: Payer
    var interval: Int64
    var until: Instant
    var sent: Instant
}

/// Samples a second over the last seconds.
struct RateMeter {
    private var start = Instant.zero
    private var count: UInt64 = 0
    private var last = 0.0

    mutating func add(_ samples: UInt64, at now: Instant) {
        if count == 0 && last == 0 { start = min(start == .zero ? now : start, now) }
        count &+= samples
        let passed = Double(now.since(start)) * 1e-9
        guard passed >= 2 else { return }
        last = Double(count) / passed
        start = now
        count = 0
    }

    /// The latest full window, or the running one where there is none.
    func perSecond(at now: Instant) -> Double {
        if last > 0 { return last }
        let passed = Double(now.since(start)) * 1e-9
        return passed > 0 ? Double(count) / passed : 0
    }
}
