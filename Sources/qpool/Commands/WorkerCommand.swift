// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import PoolRuntime

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

            SIGTERM or Ctrl-C drains: the lease at hand is finished, the others go back, then it
            leaves; a second one leaves at once. No answer changes either way. It waits for a
            coordinator that is not there yet, and finds it again after a restart.
            """)

    @OptionGroup var connection: ConnectOptions
    @OptionGroup var threads: ThreadOptions

    @Option(help: "Drain after this long: 55m, 2h.")
    var lifetime: Span?

    @Flag(name: [.short, .long], help: "Log warnings only.")
    var quiet = false

    func run() async throws {
        try await reporting {
            let coordinator = try connection.connection()
            let service = try WorkerService(
                .init(
                    endpoint: coordinator.endpoint, security: coordinator.security,
                    threads: threads.count,
                    compiler: JobCompiler(), logger: Log.logger("worker", quiet: quiet)))
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
