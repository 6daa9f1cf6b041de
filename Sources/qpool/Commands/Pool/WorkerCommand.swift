// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Logging
import PoolCore
import PoolRuntime
import Quantilizer

/// `qpool worker`: computes what a coordinator hands out.
struct WorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker",
        abstract: "Compute what a coordinator hands out, on all cores.",
        discussion: """
            Examples:
              qpool worker
              qpool worker --connect worker-rack1.yaml --threads 8
              qpool worker --lifetime 55m          leave before a batch system's time limit
              qpool worker --allow-process "python3 utility.py"
              qpool worker --allow-library plugins/ --plugin-folder /opt/qpool
              qpool worker --allow-endpoint http://127.0.0.1:8000/v1 --endpoint-keys keys.txt

            Plugins of jobs run only where they are allowed: a command word by word, or with any
            further words after a last word *; a library by its path as the job writes it, or all
            below a folder that ends in /. Paths are relative to --plugin-folder. docs/security.md.

            Texts are drawn only from endpoints that are allowed: a URL, or all below one that ends in
            /. Keys of endpoints stay here; what was drawn is kept in --journal. docs/text.md.

            SIGTERM or Ctrl-C drains: the lease at hand is finished, the others go back, then it
            leaves; a second one leaves at once. No answer changes either way. It waits for a
            coordinator that is not there yet, and finds it again after a restart.
            """)

    @OptionGroup var connection: ConnectOptions
    @OptionGroup var threads: ThreadOptions

    @Option(help: "Drain after this long: 55m, 2h.")
    var lifetime: Span?

    @Option(
        parsing: .singleValue,
        help: "A command that jobs may run as a plugin; may be given several times.")
    var allowProcess: [String] = []

    @Option(
        parsing: .singleValue,
        help: "A shared library that jobs may call; may be given several times.")
    var allowLibrary: [String] = []

    @Option(
        parsing: .singleValue,
        help: "An endpoint that jobs may ask for texts or scores; may be given several times.")
    var allowEndpoint: [String] = []

    @OptionGroup var endpoints: EndpointOptions

    @Option(help: "Where plugins are and run.")
    var pluginFolder = "."

    @OptionGroup var log: LogOptions

    func validate() throws {
        let rules = allowProcess.count + allowLibrary.count + allowEndpoint.count
        guard rules <= PoolLimits.capabilities else {
            throw ValidationError(
                "at most \(PoolLimits.capabilities) plugins and endpoints can be allowed")
        }
        for url in allowEndpoint where PluginPolicy.plainURL(url) == nil {
            throw ValidationError(
                "--allow-endpoint takes a URL such as http://127.0.0.1:8000/v1, without a user, a "
                    + "password or a query; keys stand in --endpoint-keys")
        }
    }

    func run() async throws {
        try await reporting {
            let logger = log.logger("worker")
            var extensions = JobExtensions()
            extensions.provider = LocalFunctions(
                folder: pluginFolder,
                policy: PluginPolicy(processes: allowProcess, libraries: allowLibrary),
                log: { logger.warning("\($0)") })
            if !allowEndpoint.isEmpty {
                extensions.texts = try endpoints.texts(allowing: allowEndpoint) {
                    logger.warning("\($0)")
                }
            }
            let coordinator = try connection.connection()
            let service = try WorkerService(
                .init(
                    endpoint: coordinator.endpoint, security: coordinator.security,
                    threads: try threads.count(),
                    compiler: JobCompiler(extensions: extensions), logger: logger))
            let asked = Asked()
            let signals = Signals { name in
                if asked.again() { service.kill() } else { service.drain(reason: name) }
            }
            let clock = lifetime.map { lifetime in
                Task {
                    try await Task.sleep(for: .nanoseconds(lifetime.nanoseconds))
                    service.drain(reason: "lifetime")
                }
            }
            defer { clock?.cancel() }
            try await service.ended()
            withExtendedLifetime(signals) {}
        }
    }
}
