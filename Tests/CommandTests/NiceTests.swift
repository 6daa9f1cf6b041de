// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// A process that was started with `nice` stays so, in each of its threads.
@Suite struct NiceTests {
    /// Nice values of the threads of a process, as the kernel has them.
    private func niceValues(_ process: Int32) throws -> [Int] {
        let tasks = "/proc/\(process)/task"
        return try FileManager.default.contentsOfDirectory(atPath: tasks).compactMap {
            // A thread may end meanwhile.
            guard let text = try? String(contentsOfFile: "\(tasks)/\($0)/stat", encoding: .utf8),
                let name = text.lastIndex(of: ")")
            else { return nil }
            return Int(text[name...].split(separator: " ")[17])
        }
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/proc/self/task")))
    func noThreadIsMoreUrgentThanItsProcess() throws {
        let own = try niceValues(getpid()).min() ?? 0
        let folder = try TemporaryFolder()
        let job = try folder.write(
            "base: normal\nutility: x[0]\nquantile: 0.001\nsamples: 1e12\ndraws: 1\n",
            to: "job.yaml")
        let run = try QPoolProcess(["run", job, "--threads", "2"], prefix: ["nice", "-n", "7"])
        let wanted = min(19, own + 7)
        var seen: Set<Int> = []
        var threads = 0
        for _ in 0..<200 {
            let values = try niceValues(run.process.processIdentifier)
            // Until `nice` has become the program, and while it starts.
            if values.count > 3 { seen.formUnion(values) }
            threads = max(threads, values.count)
            usleep(10_000)
        }
        #expect(threads > 3 && seen == [wanted], "\(threads) threads: \(seen)")
        run.signal(SIGKILL)
        _ = run.finish(seconds: 20)
    }
}
