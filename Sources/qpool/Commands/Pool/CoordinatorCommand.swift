// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import PoolCore
import PoolRuntime
import ZeroMQ

/// `qpool coordinator`: accepts jobs and hands their ranges to workers.
struct CoordinatorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "coordinator",
        abstract: "Accept jobs and hand their ranges to workers.",
        discussion: """
            Examples:
              qpool coordinator
              qpool coordinator --listen tcp://127.0.0.1:0         any free port; it is printed
              qpool coordinator --listen tcp://0.0.0.0:7411 --keys keys
              qpool coordinator --store /var/lib/qpool/qpool.sqlite
              qpool coordinator --max-evaluations 1e12             refuse jobs beyond that
              qpool coordinator --http 0.0.0.0:7412 --http-token token.txt

            Jobs, what is done of them and their results are kept in the store's file. Started on it
            again, after whatever end, the coordinator goes on where it was, to the same answers.
            Exit status 1 when the store cannot be read or written, 6 when another coordinator has
            it or a newer qpool made it. The dashboard is at http://127.0.0.1:7412/, with /metrics,
            /healthz, /readyz and a JSON interface; all of it only reads. SIGTERM or Ctrl-C stops the coordinator.
            """)

    @Option(help: "Where to listen; port 0 takes any that is free.")
    var listen = Endpoint.usual

    @Option(
        help: "Folder of keys (`qpool keygen`): everything is encrypted, only listed peers get in.")
    var keys: String?

    @Flag(help: "Listen beyond loopback without encryption: anybody who reaches the port gets in.")
    var allowPlaintext = false

    @Option(help: "The file that keeps jobs and results; made where it is missing.")
    var store = "qpool.sqlite"

    @Flag(help: "Keep nothing: jobs end with the coordinator.")
    var inMemory = false

    @Flag(
        help: """
            Take jobs that ask for plugins. None runs here; workers run what their operators allow.
            """)
    var allowPlugins = false

    @Option(help: "Silence after which a worker counts as gone: 10s, 500ms.")
    var silence = Span(seconds: 10)

    @Option(
        help: "Samples a lease, LEAST..MOST, rounded to powers of two. Answers do not depend on it."
    )
    var leaseSamples = LeaseSamples(levels: 8...50)

    @Option(help: "Samples that a job may evaluate; larger ones are refused. 1e15 if not said.")
    var maxEvaluations = SampleCount(UInt64(PoolLimits.evaluations))

    @Option(
        help: """
            Bytes of this coordinator's memory that a job may take, predicted when it is submitted; \
            never more than half of what the process may have.
            """)
    var maxJobMemory = PoolLimits.jobMemoryBytes

    @Flag(
        help: """
            Take a store that is short of what was acknowledged, or a backup, as it is: what it lacks \
            is lost.
            """)
    var acceptStore = false

    @Option(
        help: """
            Forget jobs that ended so long ago: 12h, 30d. Not said: they stay until room is wanted.
            """)
    var forgetAfter: Span?

    @Option(
        help: ArgumentHelp(
            """
            Where the dashboard and the metrics are: ADDRESS:PORT, or PORT on loopback; port 0 takes \
            any that is free. If not said \(DashboardServer.Settings.usual), another port where that \
            is taken.
            """))
    var http: String?

    @Option(
        help: """
            File with a token that readers of the dashboard must show; needed beyond loopback and \
            with --keys.
            """)
    var httpToken: String?

    @Flag(help: "No dashboard and no metrics.")
    var noHttp = false

    @Option(help: "Seconds that a lease should take.")
    var leaseSeconds = 1.0

    @OptionGroup var log: LogOptions

    func validate() throws {
        if keys != nil, allowPlaintext {
            throw ValidationError("--keys encrypts: leave out --allow-plaintext")
        }
        if noHttp, http != nil || httpToken != nil {
            throw ValidationError("--no-http leaves out what --http and --http-token ask for")
        }
        guard leaseSeconds > 0.0001, leaseSeconds <= 3600 else {
            throw ValidationError("--lease-seconds takes 0.0001 to 3600")
        }
        guard maxJobMemory >= 1e6 else {
            throw ValidationError("--max-job-memory takes bytes, at least 1e6")
        }
    }

    /// Where the dashboard is wanted; nil for none.
    private func dashboard() throws -> DashboardServer.Settings? {
        if noHttp || keys != nil && httpToken == nil && http == nil { return nil }
        let token = try httpToken.map { path in
            try SecretFile.text(path).trimmingCharacters(in: .whitespacesAndNewlines)
        }
        guard keys == nil || token != nil else {
            throw SecurityError(
                .usage, place: "--http",
                "with --keys only listed peers get in, and nothing is asked of readers",
                remedy: "give a token: --http-token FILE")
        }
        return try .init(
            http ?? DashboardServer.Settings.usual, token: token, yields: http == nil)
    }

    private func sayDashboard(_ service: CoordinatorService) {
        if let dashboard = service.dashboard {
            let why = dashboard.hasYielded ? " (port 7412 is taken)" : ""
            log.say("dashboard at \(dashboard.address)\(why)")
        } else if !noHttp {
            log.say(
                "no dashboard: with --keys it asks for a token (--http-token FILE; or --no-http)")
        }
    }

    func run() async throws {
        try await reporting {
            var options = CoordinatorOptions()
            options.silenceNanoseconds = silence.nanoseconds
            options.allowsPlugins = allowPlugins
            options.heartbeatNanoseconds = max(
                10_000_000, min(1_000_000_000, silence.nanoseconds / 4))
            options.leaseLevels = leaseSamples.levels
            options.maximumEvaluations = Double(maxEvaluations.value)
            options.maximumJobBytes = maxJobMemory
            options.forgetNanoseconds = forgetAfter?.nanoseconds
            options.leaseNanoseconds = Int64(leaseSeconds * 1e9)
            let endpoint = try Endpoint.listening(listen, place: "--listen")
            let loaded = try keys.map { try CoordinatorKeys.load($0) }
            let kept = try inMemory ? nil : SQLiteStore(path: store, accepting: acceptStore)
            var configuration = CoordinatorService.Configuration(
                endpoint: endpoint, keys: loaded,
                exposed: allowPlaintext, options: options, store: kept ?? MemoryStore(),
                compiler: JobCompiler(signer: loaded?.signer),
                logger: log.logger("coordinator"))
            configuration.dashboard = try dashboard()
            let service = try CoordinatorService(configuration)
            // Before anybody is told that it is there, and could end it.
            let signals = Signals { _ in service.stop() }
            log.say("listening on \(service.endpoint)")
            log.say(kept.map { "keeping jobs in \($0.path)" } ?? "keeping jobs in memory only")
            sayDashboard(service)
            if let signer = loaded?.signer {
                log.say("signing results by \(signer.publicKey)")
            }
            if keys == nil, !Security.isLocal(service.endpoint) {
                log.say(
                    "warning: plain TCP: anybody who reaches this port can submit and work")
            }
            try await service.ended()
            try kept?.close()
            withExtendedLifetime(signals) {}
        }
    }
}

/// A span of time on the command line: `10s`, `500ms`, `2m`, or seconds.
struct Span: ExpressibleByArgument {
    var nanoseconds: Int64

    init(seconds: Double) { nanoseconds = Int64(seconds * 1e9) }

    init?(argument: String) {
        let units: [(String, Double)] = [
            ("ms", 1e-3), ("s", 1), ("m", 60), ("h", 3600), ("d", 86_400),
        ]
        for (unit, scale) in units where argument.hasSuffix(unit) {
            guard let value = Double(argument.dropLast(unit.count)), value > 0, value * scale < 1e8
            else { return nil }
            self.init(seconds: value * scale)
            return
        }
        guard let value = Double(argument), value > 0, value < 1e8 else { return nil }
        self.init(seconds: value)
    }

    var defaultValueDescription: String { "\(Double(nanoseconds) / 1e9)s" }
}

/// Bounds of a lease's samples on the command line: `256..65536`.
struct LeaseSamples: ExpressibleByArgument {
    var levels: ClosedRange<Int>

    init(levels: ClosedRange<Int>) { self.levels = levels }

    init?(argument: String) {
        let ends = argument.components(separatedBy: "..").map { Double($0) }
        guard ends.count == 2, let low = ends[0], let high = ends[1], low >= 256, high >= low,
            high <= 0x1p50
        else { return nil }
        let bottom = UInt64(low)
        let top = UInt64(high)
        levels = (63 - bottom.leadingZeroBitCount)...(63 - top.leadingZeroBitCount)
    }

    var defaultValueDescription: String { "256..2^50" }
}
