// SPDX-License-Identifier: Apache-2.0

/// The bound of every queue, loop and message of the pool, by name.
///
/// A limit that is reached is an error with a remedy, never silent.
public enum PoolLimits {
    /// Frames a message has, after the routing id.
    public static let frames = 3
    /// Bytes of a frame that a peer may send; larger ones cut the peer off.
    public static let frameBytes: Int64 = 256 << 20
    /// Bytes of a header, but for a job's text; `WireTable` has the limit of each kind.
    public static let headerBytes = 64 << 10
    /// Fields of a header, and of each table's head in it.
    public static let headerFields = 2_048
    /// Bytes of headers and payloads that cost as much as a status request, a millisecond's work.
    public static let headerBytesPerRequest = 16_384
    /// See ``headerBytesPerRequest``; of tables.
    public static let payloadBytesPerRequest = 65_536
    /// See ``headerBytesPerRequest``; of partials, which are answers to leases.
    public static let partialBytesPerRequest = 1 << 20
    /// Bytes of messages that are being decoded off the socket thread, all together.
    public static let decodingBytes = 512 << 20
    /// Bytes of a job's text.
    public static let jobTextBytes = 16 << 20
    /// Bytes of an id of a job or a worker.
    public static let idBytes = 64
    /// Bytes of a host's name, a version, a reason.
    public static let labelBytes = 256
    /// Tables a job may bring, and columns a table.
    public static let tables = 64
    /// Columns of a table.
    public static let columns = 1_024
    /// Values in all the tables of a job.
    public static let tableValues: UInt64 = 1 << 24

    /// Jobs the coordinator remembers, finished ones included; the oldest finished make room.
    public static let jobs = 10_000
    /// Bytes of the texts, tables and results that the coordinator keeps.
    public static let jobBytes = 2 << 30
    /// Bytes of a job's partials that a store keeps before a checkpoint replaces them, or as many
    /// as the last checkpoint has where that is more.
    public static let journalBytes = 1 << 20
    /// Bytes kept of a job after its end, so that it can go on; of one that needs more nothing is.
    public static let restBytes = 64 << 20
    /// Jobs whose ranges are handed out at once; others wait.
    public static let runningJobs = 16
    /// Jobs that are not over though all their ranges are handed out, those above included.
    public static let startedJobs = 64
    /// Submissions that are being read and compiled.
    public static let submissions = 128
    /// Workers at once.
    public static let workers = 100_000
    /// Leases a worker may hold.
    public static let slots = 256
    /// Leases a worker may hold that has delivered nothing yet; one more for each that it delivers.
    public static let firstLeases = 4
    /// Times the longest time a lease of a job took, after which one is taken from a worker that beats
    /// and does not deliver; of jobs whose samples are drawn once.
    public static let hungLeases: Int64 = 8
    /// Ranges that a worker may fail to compute before it gets none of that job, and such workers
    /// before the job fails.
    public static let strikes = 3
    /// Partials in a row that do not fit before their worker is turned out, and such partials of a
    /// job that are compared with one another.
    public static let misfits = 16
    /// Ranges of a job that wait for a second worker's word, before no others are checked.
    public static let checks = 256
    /// Bytes of a job's answers that wait so.
    public static let checkBytes = 256 << 20
    /// log2 of the samples of a verified job's lease at most, so that a lie is a small part.
    public static let verifiedLevel = 26
    /// Workers that may give as many results for one range before a job with plugins fails.
    public static let opinions = 5
    /// What a job's owner is warned of.
    public static let warnings = 16
    /// Leases that a worker keeps for each of its slots, those included whose partials wait for an
    /// acknowledgement.
    public static let heldPerSlot = 4
    /// Capabilities a worker may name.
    public static let capabilities = 64
    /// Watches at once.
    public static let watches = 10_000
    /// Watches of a key, or of a connection where there are no keys.
    public static let watchesPerClient = 256
    /// Events that are kept of a job: the first one, and the latest.
    public static let jobEvents = 100
    /// Events of a job that workers cause, in one life of the coordinator.
    public static let workerEvents = 64
    /// Characters of an event.
    public static let eventCharacters = 400
    /// Jobs or workers in one list.
    public static let listed = 1_000
    /// Outstanding leases looked at for one speculative copy.
    public static let speculationScan = 256
    /// Outstanding leases looked at for all speculative copies between two sweeps.
    public static let doublingScans = 1 << 14
    /// Leases handed to one worker in one step.
    public static let grantsPerStep = 256
    /// Leases handed out in one step; the next one follows at once, after what has come meanwhile.
    public static let leasesPerStep = 1_024
    /// Workers looked at in one step, likewise.
    public static let looksPerStep = 1_024
    /// Ranges of a round that are free, as blocks of the buddy list.
    public static let freeRanges = 1 << 20
    /// Jobs a worker keeps compiled.
    public static let workerJobs = 32
    /// What a connection may ask at once, and a second for good, in status requests; larger answers
    /// cost more.
    public static let clientBurst = 20_000.0
    /// See ``clientBurst``.
    public static let clientRate = 1_000.0
    /// Peers whose budgets are kept: those that asked within forty seconds, and that is all workers.
    public static let budgets = 2 * workers
    /// Jobs or workers to look through that cost as much as a status request.
    public static let listedPerRequest = 50.0
    /// Pieces of results that a peer is given in one turn.
    public static let resultPieces = 16
    /// Bytes of a piece of a result.
    public static let resultPieceBytes = 1 << 20
    /// Submissions of a connection that are being read, so that a flood of one leaves room for others.
    public static let submissionsPerClient = 32
    /// Jobs of an owner that have not ended.
    public static let jobsPerClient = 2_000
    /// Samples that a job may evaluate where the coordinator is not told otherwise.
    public static let evaluations = 1e15
    /// Samples that a job may evaluate, times what was predicted, before it is given up.
    public static let evaluationsBeyondPlan = 64.0
    /// Bytes of a coordinator's memory that a job may take where it is not told otherwise.
    public static let jobMemoryBytes = 4e9
    /// Ends of a coordinator that was at work on a job, one after another without progress, after which
    /// the job is put away.
    public static let crashes = 3
    /// A turn's time for receiving, before what was received is answered.
    public static let turnNanoseconds: Int64 = 5_000_000
    /// Requests a client has in flight.
    public static let clientRequests = 10_000

    /// Leases of a job that a dashboard shows.
    public static let trailLeases = 300
    /// Points of a threshold's course that a dashboard shows.
    public static let trailPoints = 240
    /// Jobs that have ended and whose course is still shown.
    public static let trails = 64
    /// Jobs that a dashboard shows, running ones beyond it too.
    public static let shownJobs = 200
    /// Connections of the coordinator's HTTP server, streams of updates included.
    public static let httpConnections = 384
    /// Streams of updates among them.
    public static let httpStreams = 256
    /// Bytes of a request; its line and headers.
    public static let httpRequestBytes = 8_192
    /// Time from a request's first byte, or the connection's begin, to its last.
    public static let httpRequestNanoseconds: Int64 = 5_000_000_000
    /// Time for which a connection may wait for its next request, or take nothing of an answer.
    public static let httpIdleNanoseconds: Int64 = 20_000_000_000
    /// Time that a request waits for the coordinator before it is told that it does not answer.
    public static let httpPatienceNanoseconds: Int64 = 3_000_000_000
    /// Time between two updates of a stream.
    public static let httpUpdateNanoseconds: Int64 = 1_000_000_000

    /// Letters waiting for a socket thread.
    public static let letters = 1 << 16
    /// Messages a socket thread takes in one turn, so that letters and deadlines get theirs.
    public static let messagesPerTurn = 1_024
    /// Messages queued for one peer; more and it is dropped.
    public static let peerQueue: Int32 = 4_096
    /// Messages of one connection that have come and are not read; what follows waits at the peer.
    /// They stay when it hangs up, so few of them bound what a flood of connections can leave.
    public static let unread: Int32 = 128
    /// Bytes of all connections together that have come and are not read, a message that has not ended
    /// included; beyond it those with the most are cut.
    public static let unreadBytes: UInt64 = 1 << 30
    /// Bytes of answers that a peer may leave unread before its connection is cut.
    public static let unsentBytes: UInt64 = 32 << 20
    /// Messages after which freed memory is given back to the system.
    public static let messagesPerTrim = 50_000
}
