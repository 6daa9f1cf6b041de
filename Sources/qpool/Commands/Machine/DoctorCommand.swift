// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import PoolRuntime

/// `qpool doctor`: what stands in the way on this machine, and the remedy.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Find what stands in the way on this machine, and say what to do.",
        discussion: """
            It looks at the program on the path, cores, memory, descriptors, clock, terminal, a place
            for the coordinator's store, Python for plug-ins, libcurl and the journal for texts, the
            configuration, keys and their rights, the port, the coordinator and its workers.

            Examples:
              qpool doctor
              qpool doctor --pool lab                     can I reach it, and does it work?
              qpool doctor --store /var/lib/qpool/qpool.sqlite --keys keys     before a coordinator
              qpool doctor -o json

            Exit status 1 where there is a fault. Nothing is changed; a store is made beside --store
            for a moment and removed.
            """)

    @Option(help: "The coordinator's file, to see whether it can be kept there.")
    var store = "qpool.sqlite"

    @Option(
        help: "A coordinator's folder of keys, to see whether it can be read.",
        completion: .directory)
    var keys: String?

    @Option(help: "Where a coordinator would listen.")
    var listen = Endpoint.usual

    @Option(help: "The command that runs functions in Python.")
    var python = "python3"

    @OptionGroup var connection: ConnectOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await reporting {
            var findings = Findings()
            MachineChecks(store: store, python: python).run(into: &findings)
            await PoolChecks(options: connection, listen: listen, keys: keys).run(into: &findings)
            if output.output.format == .table {
                try output.output.write(
                    findings.table(output.output.paint, columns: output.output.tableColumns ?? 100))
            } else {
                try output.output.write(
                    RecordList(findings.all.map(\.record)).text(output.output.format))
            }
            if findings.count(.fault) > 0 {
                Ending.note(ToldFailure(code: "faults", text: findings.summary))
                throw ExitStatus.jobFailed
            }
        }
    }
}
