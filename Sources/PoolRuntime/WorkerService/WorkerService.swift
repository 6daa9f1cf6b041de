// SPDX-License-Identifier: Apache-2.0
public import Logging
internal import PoolCore
public import ZeroMQ

/// A worker: connects to a coordinator, computes what it is given, and comes back after breaks.
///
///     let worker = try WorkerService(.init(endpoint: "tcp://127.0.0.1:7411"))
///     let ending = try await worker.ended()
public final class WorkerService: Sendable {
    /// How a worker is set up.
    public struct Configuration: Sendable {
        /// The coordinator's endpoint.
        public var endpoint: String
        /// How the coordinator is known.
        public var security: Security
        /// Cores to compute on.
        public var threads: Int
        /// Leases held at once: one is computed, the others wait.
        public var slots: Int
        /// The worker's id; new where nil.
        public var id: String?
        /// Reads jobs.
        public var compiler: any JobCompiling
        /// Where it tells what happens.
        public var logger: Logger

        /// The usual set-up: all cores, one lease waiting.
        public init(
            endpoint: String, security: Security = .plain(), threads: Int = Machine.coreCount,
            slots: Int = 2, id: String? = nil, compiler: any JobCompiling,
            logger: Logger = Logger(label: "worker")
        ) {
            self.endpoint = endpoint
            self.security = security
            self.threads = threads
            self.slots = slots
            self.id = id
            self.compiler = compiler
            self.logger = logger
        }
    }

    /// Its id.
    public let id: String
    private let loop: SocketLoop<WorkerLetter>
    private let outcome: WorkerOutcome

    /// Starts, and connects in the background: nobody need be there yet.
    ///
    /// - Throws: where the endpoint is malformed or descriptors are missing.
    public init(_ configuration: Configuration) throws(ZeroMQError) {
        let id = configuration.id ?? Machine.newID()
        self.id = id
        var configuration = configuration
        configuration.logger[metadataKey: "worker"] = "\(id)"
        let settings = configuration
        var identity = WorkerIdentity(
            id: id, host: Machine.hostName, process: Machine.processNumber,
            cores: max(1, configuration.threads), memoryBytes: Machine.memoryBytes,
            slots: min(max(1, configuration.slots), PoolLimits.slots), version: Release.version,
            fingerprint: configuration.compiler.fingerprint)
        identity.capabilities = configuration.compiler.capabilities
        let announced = identity
        let mailbox = try Mailbox<WorkerLetter>(capacity: PoolLimits.letters)
        let outcome = WorkerOutcome()
        self.outcome = outcome
        loop = try SocketLoop(mailbox: mailbox) { () throws(ZeroMQError) -> WorkerOwner in
            let context = try Context()
            let socket = try PoolSockets.dealer(
                settings.endpoint, settings.security, in: context)
            let monitor = try HandshakeMonitor(of: socket, in: context)
            try socket.connect(settings.endpoint)
            return WorkerOwner(
                context: context, socket: socket, monitor: monitor, configuration: settings,
                identity: announced, mailbox: mailbox, outcome: outcome)
        }
    }

    /// Finishes the lease that is being computed, gives back the rest, leaves.
    public func drain(reason: String) { loop.mailbox.post(.event(.drain(reason: reason))) }

    /// Leaves at once, as if killed: the coordinator hears nothing.
    public func kill() { loop.mailbox.post(.kill) }

    /// Waits until it has left.
    ///
    /// - Throws: `PoolFailure` where the coordinator refused it, `ZeroMQError` where the socket broke.
    public func ended() async throws {
        try await loop.ended()
        if let failure = outcome.failure { throw failure }
    }
}

/// What reaches the worker's thread from others.
enum WorkerLetter: Sendable {
    case event(WorkerEvent)
    case kill
}
