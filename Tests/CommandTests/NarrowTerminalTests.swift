// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestMarks
import Testing

/// Answers in a terminal of 60 columns: nothing scrolls, and what was left out is named.
@Suite struct NarrowTerminalTests {
    private static let columns = 60

    /// What a terminal of so many columns is sent, a line each, without colours.
    private func shown(
        _ command: String, _ folder: TemporaryFolder, columns: Int = columns
    ) throws -> [String] {
        let script = repository + "/Tests/CommandTests/Fixtures/terminal.py"
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "bash", "-c", "python3 \(script) \(columns) both \(qpoolPath) \(command)",
        ]
        process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let text = String(decoding: data, as: UTF8.self)
            .replacing(/\u{1B}\[[0-9;]*[mK]/, with: "").replacing("\r\n", with: "\n")
        return text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    private func expectNarrow(
        _ lines: [String], _ command: String, columns: Int = columns
    ) {
        #expect(lines.count > 2, "\(command): \(lines)")
        for line in lines where line.count > columns {
            // A word alone may be as long as it is.
            let words = line.trimmingCharacters(in: .whitespaces).split(separator: " ")
            let isLabelled = words.count == 2 && line.first != " "
            #expect(words.count == 1 || isLabelled, "\(command): \(line)")
        }
    }

    @Test(.disabled(if: isQuick, "starts pools")) func tablesAndResultsFit() throws {
        let folder = try TemporaryFolder()
        let job = try folder.write(
            """
            name: a-name-of-some-length
            base: { normal: { dimension: 4 } }
            utility: "x[0]"
            quantile: 0.1
            samples: 1000
            cost: { far: "norm(x) > 2" }
            """, to: "job.yaml")
        let pool = try LocalPool()
        for id in ["weather-1", "weather-2"] {
            #expect(try pool.client("submit", job, "--id", id).status == 0)
        }
        try pool.addWorker()
        #expect(try pool.client("wait", "weather-2").status == 0)
        let at = "--connect \(pool.endpoint)"
        for command in [
            "jobs \(at)", "workers \(at)", "describe weather-1 \(at)", "run job.yaml -q",
            "sweep job.yaml -q",
        ] {
            expectNarrow(try shown(command, folder), command)
        }
        let jobs = try shown("jobs \(at)", folder).joined(separator: "\n")
        #expect(jobs.contains("left out: ") && jobs.contains("--wide"), "\(jobs)")
        let wide = try shown("jobs --wide \(at)", folder).joined(separator: "\n")
        #expect(wide.contains("samples_per_second") && !wide.contains("left out"), "\(wide)")
        let sweep = try shown("sweep job.yaml -q", folder).joined(separator: "\n")
        #expect(sweep.contains("quantile") && sweep.contains("-o csv has them"), "\(sweep)")
        // Programs get all.
        #expect(try pool.client("jobs").output.contains("samples_per_second"))
    }

    /// What is said of a file or of this machine, at three widths; each answer begins with a sentence.
    @Test(.disabled(if: isQuick, "starts the program for every word"), arguments: [60, 80, 200])
    func wordsFit(columns: Int) throws {
        let folder = try TemporaryFolder()
        let base = """
            name: a-name-of-some-length
            base: { normal: { dimension: 4 } }
            samples: 100000

            """
        _ = try folder.write(
            base + "utility: \"x[0]\"\nquantile: 0.1\ncosts: { far: \"norm(x) > 2\" }",
            to: "job.yaml")
        _ = try folder.write(
            "base: normal\nutility: \"x[0]\"\nevent: \"x[0] > 4\"", to: "event.yaml")
        let run = try qpool("run", folder.path + "/job.yaml", "-q", "-o", "json")
        _ = try folder.write(run.output, to: "result.json")
        let sentences = [
            "run job.yaml -q": "q = 0.1 A draw is one of the best 10,000 of",
            "plan job.yaml": "It will take 100,000 samples, in about",
            "plan event.yaml": "It will take",
            "sweep job.yaml -q": "The most of the utility on average,",
            "estimate event.yaml -q": "The event happens with a probability of",
            "attack \(repository)/examples/attack.yaml -q": "Within 2 nats of the base",
            "search \(repository)/examples/search.yaml -q": "The search ended at w =",
            "verify result.json": "", "config": "",
        ]
        for (command, sentence) in sentences {
            let lines = try shown(command, folder, columns: columns)
            expectNarrow(lines, command, columns: columns)
            #expect(
                lines.joined(separator: " ").trimmingCharacters(in: .whitespaces)
                    .hasPrefix(sentence), "\(command): \(lines)")
        }
        // Nothing is lost of what is broken into lines.
        let config = try shown("config", folder, columns: columns).joined(separator: " ")
        for name in ["configuration", "allow-plaintext", "endpoint-keys"] {
            #expect(config.contains(name))
        }
        let verified = try shown("verify result.json", folder, columns: columns)
        #expect(verified.contains { $0.hasPrefix("not checked: ") }, "\(verified)")
        #expect(verified.joined(separator: " ").contains("id and digest are right"))
    }

    @Test(arguments: [
        "--help", "run --help", "coordinator --help", "config --help", "run --nonsense",
    ])
    func helpIsSetToTheTerminal(command: String) throws {
        let folder = try TemporaryFolder()
        let lines = try shown(command, folder)
        expectNarrow(
            // A command to be copied is not broken.
            lines.filter { !$0.contains("qpool ") }, command)
    }
}
