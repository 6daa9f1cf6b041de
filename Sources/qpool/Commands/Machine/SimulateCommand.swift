// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import PoolRuntime
import Quantilizer
import Reports
import Simulation

/// `qpool simulate`: pools in virtual time through seeded faults.
struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Drive model pools through seeded faults, and check every law after every event.",
        discussion: """
            Examples:
              qpool simulate                          1,000 schedules of four workers
              qpool simulate --schedules 1e5 --faults heavy
              qpool simulate --seed 17                one schedule again, the last events in words
              qpool simulate --workers 1e4 --faults none --schedules 1 -o json
              qpool simulate --rate coordinator-crashes=1 --rate loss=0.2

            The coordinator, the workers' sessions and the clients are the real ones; the network,
            disks, clocks and processes are models that fail as the seed says. Each schedule is of
            another kind: every rate is scaled at random, some are switched off. A schedule fails
            when a law of delivery or an invariant breaks, a job does not end, or a result differs
            from the undisturbed one by a single bit; then the status is 1, and the last events and
            the command that replays them are printed.

            Rates, a virtual second over the whole pool or a share of messages, commits or jobs:
            \(FaultRates.byName.map(\.name).joined(separator: ", ")).
            """)

    enum Faults: String, ExpressibleByArgument, CaseIterable {
        case none, `default`, heavy

        var rates: FaultRates {
            switch self {
            case .none: FaultRates()
            case .default: .usual
            case .heavy: .heavy
            }
        }
    }

    enum Format: String, ExpressibleByArgument, CaseIterable { case table, json }

    @Option(help: "Schedules to run, each with a seed of its own. Default: 1000, or 1 with --seed.")
    var schedules: Double?

    @Option(help: "The first seed.")
    var seed: UInt64?

    @Option(help: "Model workers, 1 to 1e5.")
    var workers = 4.0

    @Option(help: "How much goes wrong: none, default or heavy.")
    var faults = Faults.default

    @Option(help: "A rate of its own, as NAME=NUMBER; may be given several times.")
    var rate: [String] = []

    @Option(help: "Virtual seconds in which things go wrong.")
    var seconds: Double?

    @Option(help: "Print so many of the last events though nothing fails. Only with one schedule.")
    var trace: Int?

    @OptionGroup var threads: ThreadOptions

    @Option(name: [.customShort("o"), .long], help: "table or json.")
    var output = Format.table

    @Flag(name: [.short, .long], help: "No progress on standard error.")
    var quiet = false

    var count: UInt64 { UInt64(schedules ?? (seed == nil ? 1_000 : 1)) }
    var firstSeed: UInt64 { seed ?? 1 }

    func validate() throws {
        guard (schedules ?? 1) >= 1, (schedules ?? 1) <= 1e12 else {
            throw ValidationError("--schedules takes 1 to 1e12")
        }
        guard (seed ?? 0) < 1 << 62 else { throw ValidationError("--seed takes 0 to 2^62 - 1") }
        guard workers >= 1, workers <= 1e5 else {
            throw ValidationError("--workers takes 1 to 1e5")
        }
        guard (seconds ?? 1) > 0, (seconds ?? 1) <= 1e5 else {
            throw ValidationError("--seconds takes more than 0, to 1e5")
        }
        guard (trace ?? 1) >= 1, (trace ?? 1) <= 1_000_000, trace == nil || count == 1 else {
            throw ValidationError("--trace takes 1 to 1000000, with one schedule")
        }
        _ = try rates()
    }

    private func rates() throws -> FaultRates {
        var rates = faults.rates
        for text in rate {
            let parts = text.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, let value = Double(parts[1]), value >= 0, value <= 1e6,
                let known = FaultRates.byName.first(where: { $0.name == parts[0] })
            else {
                let names = FaultRates.byName.map(\.name).joined(separator: ", ")
                throw ValidationError("--rate \(text): write NAME=NUMBER, with a name of \(names)")
            }
            rates[keyPath: known.rate] = value
        }
        return rates
    }

    private func options() throws -> SimulationOptions {
        var options = SimulationOptions(workers: Int(workers))
        options.faults = try rates()
        if let seconds { options.troubleSeconds = seconds }
        options.traceLength = trace ?? 0
        return options
    }

    /// The command that runs one schedule again.
    func replay(_ seed: UInt64) -> String {
        var words = ["qpool simulate --seed \(seed)"]
        if workers != 4 { words.append("--workers \(Int(workers))") }
        if faults != .default { words.append("--faults \(faults.rawValue)") }
        words += rate.map { "--rate \($0)" }
        if let seconds { words.append("--seconds \(Figures.short(seconds))") }
        return words.joined(separator: " ")
    }

    func run() async throws {
        let run = SimulationRun(
            seeds: firstSeed..<firstSeed + count, options: try options(),
            threads: try threads.count(),
            quiet: quiet)
        let summary = run.result()
        switch output {
        case .json:
            try Terminal.writeOutput(summary.json(workers: Int(workers), replay).text(pretty: true))
            try Terminal.writeOutput("\n")
        case .table: try Terminal.writeOutput(summary.table(workers: Int(workers)))
        }
        for line in summary.trace { Terminal.say(line) }
        if let failure = summary.failure {
            Terminal.say(failure.description, label: "failed: ")
            Terminal.say("again: \(replay(failure.seed))")
            throw ExitStatus.jobFailed
        }
    }
}
