// SPDX-License-Identifier: Apache-2.0
internal import CProcess
internal import Dispatch
public import Logging
public import PoolCore
public import ZeroMQ

/// A coordinator: takes jobs from clients, hands ranges to workers, keeps results.
///
///     let coordinator = try CoordinatorService(.init(endpoint: "tcp://127.0.0.1:7411"))
///     print(coordinator.endpoint)
///     try await coordinator.ended()
///
/// It is a shell around a pure state machine: one thread owns the socket, and everything else
/// reaches it as a letter.
public final class CoordinatorService: Sendable {
    /// How a coordinator is set up.
    public struct Configuration: Sendable {
        /// Where to listen; port `*` takes any that is free.
        public var endpoint: String
        /// Keys and allow-list; nil for plain TCP, where everybody may connect.
        public var keys: CoordinatorKeys?
        /// Whether plain TCP may be bound beyond loopback.
        public var exposed: Bool
        /// How work is handed out.
        public var options: CoordinatorOptions
        /// Where jobs are kept.
        public var store: any JobStore
        /// Reads jobs and writes results.
        public var compiler: any JobCompiling
        /// Where it tells what happens.
        public var logger: Logger
        /// Threads of libzmq.
        public var ioThreads: Int32
        /// Bytes that peers may have sent and nobody has read, of all connections together.
        public var unreadBytes: UInt64 = PoolLimits.unreadBytes
        /// The dashboard, metrics and health; nil for none.
        public var dashboard: DashboardServer.Settings?

        /// The usual set-up, in memory and in plain TCP.
        public init(
            endpoint: String, keys: CoordinatorKeys? = nil, exposed: Bool = false,
            options: CoordinatorOptions = CoordinatorOptions(),
            store: any JobStore = MemoryStore(), compiler: any JobCompiling,
            logger: Logger = Logger(label: "coordinator"),
            ioThreads: Int32 = 1
        ) {
            self.endpoint = endpoint
            self.keys = keys
            self.exposed = exposed
            self.options = options
            self.store = store
            self.compiler = compiler
            self.logger = logger
            self.ioThreads = ioThreads
        }
    }

    /// Where it listens, with the port that was chosen.
    public let endpoint: String
    /// The dashboard, where there is one.
    public let dashboard: DashboardServer?
    private let loop: SocketLoop<CoordinatorLetter>

    /// Binds and starts.
    ///
    /// - Throws: `ZeroMQError` where the endpoint is taken, malformed or not allowed;
    ///   `PoolFailure` where the store cannot be read; `SecurityError` where the dashboard's
    ///   address is taken.
    public init(_ configuration: Configuration) throws {
        var options = configuration.options
        if options.name.isEmpty { options.name = "\(Machine.hostName)/\(Machine.processNumber)" }
        if options.incarnation == 1 {
            options.incarnation = UInt32.random(in: 2...(.max))
        }
        options.fingerprint = configuration.compiler.fingerprint
        options.maximumJobBytes = min(options.maximumJobBytes, Double(Machine.usableBytes) / 2)
        if options.version.isEmpty { options.version = Release.version }
        if options.secret.isEmpty {
            options.secret = (0..<32).map { _ in UInt8.random(in: .min ... .max) }
        }
        qp_return_large_blocks()
        let descriptors = Descriptors.raiseLimit()
        options.workers = min(options.workers, Descriptors.workers(descriptors: descriptors))
        let stored = try configuration.store.load()
        let quarantined = try configuration.store.quarantined()
        let mailbox = try Mailbox<CoordinatorLetter>(capacity: PoolLimits.letters)
        let bound = try Mailbox<String>(capacity: 1)
        options.keepsTrails = configuration.dashboard != nil
        let settings = options
        // Before the pool's socket: where its port is taken, nothing has begun.
        dashboard = try configuration.dashboard.map { settings throws(SecurityError) in
            try DashboardServer(settings)
        }
        let feed = dashboard?.feed
        loop = try SocketLoop(mailbox: mailbox) { () throws(ZeroMQError) -> CoordinatorOwner in
            let context = try Context(ioThreads: configuration.ioThreads, maximumSockets: 64)
            var gate = try CoordinatorGate(
                in: context, keys: configuration.keys, exposed: configuration.exposed)
            let socket = try PoolSockets.router(configuration.endpoint, &gate, in: context)
            let endpoint = try socket.get(.lastEndpoint)
            bound.post(endpoint)
            return CoordinatorOwner(
                context: context, gate: gate, socket: socket,
                unread: UnreadWatch(endpoint, budget: configuration.unreadBytes),
                options: settings, stored: stored, quarantined: quarantined,
                store: configuration.store, compiler: configuration.compiler, mailbox: mailbox,
                feed: feed, logger: configuration.logger)
        }
        endpoint = bound.drain().first ?? configuration.endpoint
        dashboard?.start(
            store: configuration.store, endpoint: configuration.keys == nil ? endpoint : nil
        ) { mailbox.post(.look) }
        configuration.logger.info("listening at \(endpoint)")
    }

    /// Stops serving. Workers keep what they compute and connect again to whoever comes next.
    public func stop() { loop.mailbox.post(.stop) }

    /// Waits until it has stopped.
    ///
    /// - Throws: what ended it, if not ``stop()``.
    public func ended() async throws(ZeroMQError) {
        defer { dashboard?.stop() }
        try await loop.ended()
    }
}

/// What reaches the coordinator's thread from others.
enum CoordinatorLetter: Sendable {
    /// What a task came to, of an accepted job where it was about one.
    case event(CoordinatorEvent, of: String? = nil)
    case committed(Result<Void, PoolFailure>)
    /// Somebody wants to see.
    case look
    case stop
}
