// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import PoolCore
import PoolRuntime
import Quantilizer

/// `qpool demo`: a pool on this machine, a worker killed halfway, and the same answer.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Start a pool here, kill one of its workers halfway, compare the answers.",
        discussion: """
            Example:
              qpool demo

            Three processes are started on loopback and end with the command, however it ends: a
            coordinator and two workers. One worker is killed (SIGKILL) when half of the job is done.
            """)

    @Option(help: "Samples to draw.")
    var samples = SampleCount(200_000_000)

    @Flag(name: [.short, .long], help: "No progress on standard error.")
    var quiet = false

    func validate() throws {
        guard (100_000...1_000_000_000_000).contains(samples.value) else {
            throw ValidationError("--samples takes 1e5 to 1e12")
        }
    }

    private var jobText: String {
        """
        name: demo, four-branch system
        seed: 20261120
        base: { normal: { dimension: 2 } }
        utility: >-
          -min(3 + 0.1*(x[0]-x[1])^2 - (x[0]+x[1])/sqrt(2),
               3 + 0.1*(x[0]-x[1])^2 + (x[0]+x[1])/sqrt(2),
               (x[0]-x[1]) + 7/sqrt(2),
               (x[1]-x[0]) + 7/sqrt(2))
        quantile: 0.00222279506619444
        samples: \(samples.value)
        draws: 5
        cost: { far: "norm(x) > 4" }
        """
    }

    func run() async throws {
        try await reporting {
            Terminal.say(
                "A structure fails where any of four limit states is exceeded: once in 450.")
            Terminal.say(
                "The job: five random failures, and how surely nothing else was amplified.\n")
            let package = JobPackage(text: jobText, resources: JobResources())
            let spec = try JobCompiler.compile(
                try JobText.parse(jobText), resources: package.resources)

            let pool = try DemoPool()
            Terminal.say("1. a coordinator on \(pool.endpoint) and two workers; one dies halfway")
            let clustered = try await throughPool(pool, package)
            Terminal.say("\n2. the same job in this process, without a pool")
            let local = try await LocalJob(spec, package.resources).run(
                threads: Machine.coreCount, quiet: quiet)
            Terminal.say("")
            try ResultPrinter(to: OutputTarget(.table)).write(local.text)
            try Terminal.writeOutput("pool         \(clustered.digest)\n")
            guard clustered.digest == local.digest else {
                Terminal.say("the two digests differ: this is a bug, please report it")
                throw ExitStatus.jobFailed
            }
            try Terminal.writeOutput("The pool lost a worker and gave the same bits.\n")
        }
    }

    private func throughPool(_ pool: DemoPool, _ package: JobPackage) async throws -> ResultDocument
    {
        let client = try PoolClient(endpoint: pool.endpoint)
        let job = try await client.submit(package, id: "demo-" + Machine.newID()).status.id
        var line = ProgressLine()
        var killed = false
        for try await status in client.watch(job, interval: .milliseconds(50)) {
            if !quiet { line.show(ProgressReport(status)) }
            if !killed, status.samplesDone * 2 >= status.samplesTotal, status.samplesTotal > 0 {
                killed = true
                line.finish()
                pool.killOneWorker()
                Terminal.say("   killed worker, process \(pool.killedProcess)")
            }
        }
        line.finish()
        return try await client.result(job)
    }
}

/// A coordinator and two workers as processes that end with this one, however it ends.
private final class DemoPool {
    let endpoint: String
    private(set) var killedProcess: Int32 = 0
    private var workers: [GuardedChild] = []
    private let coordinator: GuardedChild

    init() throws {
        coordinator = try GuardedChild([
            Machine.executablePath, "coordinator", "--in-memory", "--listen",
            "tcp://127.0.0.1:0", "--silence", "1s",
        ])
        var said = ""
        while !said.contains("\n"), let more = coordinator.said() { said += more }
        guard let range = said.range(of: "tcp://[0-9.:]+", options: .regularExpression) else {
            throw PoolFailure(
                .unreachable, "the coordinator did not start: \(said)",
                remedy: "try `qpool coordinator` by itself")
        }
        endpoint = String(said[range])
        coordinator.forgetTheRest()
        for _ in 0..<2 {
            let worker = try GuardedChild([
                Machine.executablePath, "worker", "--connect", endpoint, "--quiet", "--threads",
                "\(max(1, Machine.coreCount / 2))",
            ])
            worker.forgetTheRest()
            workers.append(worker)
        }
    }

    func killOneWorker() {
        killedProcess = workers[0].processNumber
        workers[0].signal(SIGKILL)
    }
}
