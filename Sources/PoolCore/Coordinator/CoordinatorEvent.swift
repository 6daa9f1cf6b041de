// SPDX-License-Identifier: Apache-2.0
public import Quantilizer

/// The address of a connection: the routing id that the ROUTER socket gave it.
package struct Route: Sendable, Hashable {
    package var bytes: [UInt8]
    package init(_ bytes: [UInt8]) { self.bytes = bytes }
}

/// Something that happened, as the coordinator is told.
package enum CoordinatorEvent: Sendable {
    /// A message came, on a connection of this peer; nil where there are no keys.
    case received(Route, PoolMessage, peer: PeerIdentity? = nil)
    /// The same, not decoded yet: it is charged before it is.
    case arrived(Route, Envelope, peer: PeerIdentity? = nil)
    /// A large message was decoded elsewhere.
    case decoded(Route, bytes: Int, Result<PoolMessage, Frames.Fault>, peer: PeerIdentity? = nil)
    /// Frames came that are no message.
    case malformed(Route, Frames.Fault, peer: PeerIdentity? = nil)
    /// A message could not be sent: the connection has gone or does not keep up.
    case disconnected(Route)
    /// A job was compiled, or is wrong.
    case compiled(ticket: UInt64, Result<Compilation, PoolFailure>)
    /// A result was written, or could not be.
    case finished(job: String, Result<ResultDocument, PoolFailure>)
    /// A job that an earlier coordinator accepted.
    case restored(StoredJob)
    /// A party that an earlier coordinator shut out.
    case quarantineRestored(Quarantine)
    /// A range was computed here, because two workers differ about it.
    case judged(ticket: UInt64, partial: [UInt8])
    /// The store refused records: nothing new is accepted until it takes them.
    case storeFailed(PoolFailure)
    /// The store takes records again.
    case storeRecovered
    /// The deadline came.
    case tick
}

/// How far a job's partials were compared.
public struct Assurance: Sendable, Hashable {
    /// Ranges of which two parties gave the same bits, or that the coordinator computed too.
    public var compared: Int
    /// The chance with which a worker that lied in a third of a round's ranges was caught.
    public var chance: Double

    /// An assurance.
    public init(compared: Int, chance: Double) {
        self.compared = compared
        self.chance = chance
    }
}

/// A job that was read, and the digest of its normalised form and tables.
public struct Compilation: Sendable {
    /// The job.
    public var job: CompiledJob
    /// SHA-256 of the normalised job and its tables.
    public var digest: String
    /// The job's name, for lists.
    public var name: String
    /// Text and tables, where they were read or made anew with the job.
    public var package: JobPackage?

    /// A compiled job.
    public init(job: CompiledJob, digest: String, name: String, package: JobPackage? = nil) {
        self.job = job
        self.digest = digest
        self.name = name
        self.package = package
    }
}

/// What must survive a crash of the coordinator.
public enum StoreRecord: Sendable {
    /// A job was accepted.
    case submitted(StoredJob)
    /// Its priority was changed.
    case priority(job: String, Int32)
    /// A partial was merged: its bytes, in the order of merging.
    case merged(job: String, partial: [UInt8])
    /// The machine's snapshot: it replaces every partial of the job before it.
    case checkpoint(job: String, snapshot: JobSnapshot)
    /// It ended.
    case ended(job: String, JobEnding)
    /// What people are told of its work so far.
    case accounted(job: String, JobAccount)
    /// What a job keeps after its end, to go on from: it follows the ending.
    case rested(job: String, snapshot: [UInt8])
    /// It goes on after it had ended without a result.
    case resumed(job: String)
    /// It got on, after coordinators had ended while they were at work on it.
    case progressed(job: String)
    /// It goes on to a larger extent, under a new text and digest. A result that it has stays until
    /// it ends again; a checkpoint follows, where something was done.
    case extended(job: String, JobPackage, digest: String)
    /// It was forgotten to make room.
    case forgotten(job: String)
    /// A party had a part in the job that nobody compared.
    case contributed(job: String, party: String)
    /// The job began anew: its checkpoint, partials and contributors are void.
    case restarted(job: String, attempt: UInt32)
    /// Something for the job's owner.
    case warned(job: String, text: String)
    /// Something happened to the job, for people. The store notes the time.
    case happened(job: String, number: UInt64, text: String)
    /// A party was shut out.
    case quarantined(Quarantine)
}

/// How a job ended.
public enum JobEnding: Sendable {
    /// With a result.
    case done(ResultDocument)
    /// With an error.
    case failed(PoolFailure)
    /// Because somebody wanted it.
    case cancelled
}

/// A job as a store keeps it.
public struct StoredJob: Sendable {
    /// The client's id.
    public var id: String
    /// Text and tables.
    public var package: JobPackage
    /// Its digest.
    public var digest: String
    /// Its name, for lists.
    public var name: String
    /// Its priority.
    public var priority: Int32
    /// The order of acceptance.
    public var order: UInt64
    /// The latest snapshot of its machine, nil where none was taken.
    public var checkpoint: [UInt8]?
    /// Partials merged since the snapshot, in that order.
    public var partials: [[UInt8]]
    /// How it ended, nil while it has not.
    public var ending: JobEnding?
    /// The result of the smaller extent, while there is none of this one.
    public var previous: ResultDocument?
    /// The digest it was submitted with, where it was extended since.
    public var origin: String?
    /// The key that submitted it; nil where there were no keys.
    public var owner: JobOwner?
    /// How often it began anew.
    public var attempt: UInt32 = 0
    /// Coordinators that ended while they were at work on it, since it last got on.
    public var crashes = 0
    /// Who had a part in it that nobody compared.
    public var contributors: [String] = []
    /// What its owner should know.
    public var warnings: [String] = []
    /// What people are told of its work so far.
    public var account: JobAccount?
    /// What happened to it, in order; ages are those at the reading.
    public var events: [JobEvent] = []

    /// A stored job.
    public init(
        id: String, package: JobPackage, digest: String, name: String, priority: Int32,
        order: UInt64, checkpoint: [UInt8]? = nil, partials: [[UInt8]] = [],
        ending: JobEnding? = nil
    ) {
        self.id = id
        self.package = package
        self.digest = digest
        self.name = name
        self.priority = priority
        self.order = order
        self.checkpoint = checkpoint
        self.partials = partials
        self.ending = ending
    }
}

/// Work that the coordinator wants done elsewhere, to be answered by an event.
package enum CoordinatorTask: Sendable {
    /// Decode a message; answer with `decoded`.
    case decode(Route, Envelope, peer: PeerIdentity?)
    /// Read what a client submitted, see ``JobPackage/read(_:_:compile:)``; answer with `compiled`.
    case read(ticket: UInt64, WireSubmit, [UInt8])
    /// Read and compile a job that is known, by its id; answer with `compiled`.
    case compile(ticket: UInt64, JobPackage, job: String)
    /// Make the text of a larger job and compile it; answer with `compiled`.
    case extend(ticket: UInt64, JobPackage, samples: UInt64?, draws: Int?)
    /// Write the result; answer with `finished`.
    case finish(job: String, JobMachine, JobPackage, digest: String, Assurance?)
    /// Compute a range, knowing the hints; answer with `judged`.
    case judge(ticket: UInt64, CompiledJob, Round, DyadicRange, Hints)
}

extension CoordinatorTask {
    /// The accepted job that it is about, where a coordinator that died of it would do so again.
    package var job: String? {
        switch self {
        case .compile(_, _, let job), .finish(let job, _, _, _, _): job
        case .decode, .read, .extend, .judge: nil
        }
    }
}

/// What the coordinator wants done after a step.
package struct CoordinatorEffects: Sendable {
    /// Messages to send now.
    package var outgoing: [(Route, PoolMessage)] = []
    /// What must become durable.
    package var records: [StoreRecord] = []
    /// Messages to send once every record so far is durable.
    package var held: [(Route, PoolMessage)] = []
    /// Work to be done elsewhere.
    package var tasks: [CoordinatorTask] = []
    /// Lines for the log.
    package var log: [CoordinatorNote] = []

    package init() {}
}

/// Something for the log.
package struct CoordinatorNote: Sendable {
    package enum Level: Sendable { case info, warning }
    package var level: Level
    package var text: String
    /// Whom it is about.
    package var subject = LogSubject()
}

/// The job and the worker that a line of the log is about, where it is about some.
package struct LogSubject: Sendable, Hashable {
    package var job: String?
    package var worker: String?

    package init(job: String? = nil, worker: String? = nil) {
        self.job = job
        self.worker = worker
    }
}
