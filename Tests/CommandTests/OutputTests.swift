// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestMarks
import Testing

/// Where answers and progress go: what cannot be written is an error, terminals are asked, files may be
/// named.
@Suite struct OutputTests {
    private let folder: TemporaryFolder
    private let job: String

    init() throws {
        folder = try TemporaryFolder()
        job = try folder.write(
            """
            seed: 1
            base: { normal: {} }
            utility: "x[0]"
            quantile: 0.5
            samples: 1000
            draws: 3
            """, to: "job.yaml")
    }

    /// A shell's command with the program as `$Q` and the job as `$J`: its own status.
    private func shell(_ command: String, seconds: Double = 60) throws -> Finished {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["bash", "-c", command]
        var environment = ProcessInfo.processInfo.environment
        environment["Q"] = qpoolPath
        environment["J"] = job
        environment["QPOOL_CONNECT"] = nil
        process.environment = environment
        process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
        for name in ["out", "err"] { _ = try folder.write("", to: name) }
        process.standardOutput = FileHandle(forWritingAtPath: folder.path + "/out")
        process.standardError = FileHandle(forWritingAtPath: folder.path + "/err")
        process.standardInput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        func text(_ name: String) throws -> String {
            String(
                decoding: try Data(contentsOf: URL(fileURLWithPath: folder.path + "/" + name)),
                as: UTF8.self)
        }
        return Finished(
            status: process.terminationStatus, output: try text("out"), error: try text("err"))
    }

    @Test(
        .disabled(if: isQuick, "fills disks"),
        arguments: ["table", "json", "jsonl", "csv", "npy"].map { "run $J -o \($0)" } + [
            "plan $J", "plan $J -o json", "schema", "init -", "--help", "--version", "help run",
            "schema --page bases", "schema --page methods", "help bases", "help base gamma",
            "help methods", "help method splitting", "help setting quantile",
            "verify result.json", "estimate event.yaml", "estimate event.yaml -o json",
            "sweep sweep.yaml", "sweep sweep.yaml -o csv", "check $J", "keygen fresh",
            "simulate --schedules 1 -o json",
        ])
    func aFullDiskIsAnError(command: String) throws {
        _ = try folder.write(
            "base: { normal: {} }\nevent: \"x[0] > 1\"\nsamples: 1000\n", to: "event.yaml")
        _ = try folder.write(
            """
            base: { normal: {} }
            utility: "x[0]"
            samples: 1000
            sweep: { quantiles: [1, 0.1] }
            """, to: "sweep.yaml")
        #expect(try shell("$Q run $J -o json -q > result.json").status == 0)
        let written = try shell("$Q \(command) > /dev/null")
        try #require(written.status == 0, "\(written.error)")
        // Keys are made once.
        let full = try shell("rm -rf fresh; $Q \(command) > /dev/full")
        #expect(full.status != 0, "\(command)")
        #expect(full.error.contains("cannot be written"), "\(command): \(full.error)")
    }

    /// Closed before it began: the answer has nowhere to go, and no file that the program opens takes
    /// its place.
    @Test func aClosedOutputIsAnError() throws {
        let closed = try shell("$Q run $J -o json -q >&-")
        #expect(closed.status != 0 && closed.error.contains("cannot be written"))
        let state = try shell(
            "$Q run $J -o json -q --state kept.qstate >&- ; $Q run $J --state kept.qstate -q")
        #expect(state.status == 0 && state.output.contains("threshold"), "\(state.error)")
        let silent = try shell("$Q run $J -o json 2>&-")
        #expect(silent.status == 0 && silent.output.contains("\"threshold\""))
    }

    /// Progress has a reader that goes: the program neither dies of it nor says anything.
    @Test func aReaderOfProgressMayGo() throws {
        _ = try folder.write(
            """
            base: { normal: { dimension: 4 } }
            utility: "sum(sin(x))"
            quantile: 0.01
            samples: 2e7
            """, to: "big.yaml")
        let gone = try shell(
            "$Q plan missing.yaml 2>&1 | head -c 1 > /dev/null; echo ${PIPESTATUS[0]}; "
                + "( $Q run big.yaml ; echo $? > status ) 2>&1 | head -0; "
                + "sleep 0.1; until [ -s status ]; do sleep 0.1; done; cat status")
        #expect(gone.output == "2\n0\n", "\(gone.output) \(gone.error)")
    }

    @Test func aReaderOfTheAnswerMayGo() throws {
        let gone = try shell("$Q run $J -q -o json | true; echo ${PIPESTATUS[0]}")
        #expect(gone.output == "0\n" && gone.error == "")
    }

    @Test(.disabled(if: isQuick, "starts the program often"))
    func anAnswerGoesToTheFileThatIsNamed() throws {
        let printed = try shell("$Q run $J -q -o npy > printed.npy")
        #expect(printed.status == 0)
        let named = try shell("$Q run $J -q -o named.npy")
        #expect(named.status == 0 && named.output == "")
        func bytes(_ name: String) throws -> Data {
            try Data(contentsOf: URL(fileURLWithPath: folder.path + "/" + name))
        }
        #expect(try bytes("named.npy") == bytes("printed.npy"))
        let json = try shell("$Q run $J -q -o result.json && $Q verify result.json")
        #expect(json.status == 0, "\(json.error)")
        let plan = try shell("$Q plan $J -o plan.json && cat plan.json")
        #expect(plan.status == 0 && plan.output.contains("\"samples\""))
        for (name, words) in [
            ("no/such/folder.csv", "there is no folder"), ("table.xlsx", "-o"), (".", "-o"),
        ] {
            let refused = try shell("$Q run $J -o \(name)")
            #expect(refused.status == 2 && refused.error.contains(words), "\(refused.error)")
        }
    }

    /// Runs the program with a terminal of so many columns, which may change.
    private func terminal(
        _ columns: String, _ streams: String, _ command: String
    ) throws -> Finished {
        let script = repository + "/Tests/CommandTests/Fixtures/terminal.py"
        return try shell("python3 \(script) \(columns) \(streams) $Q \(command)")
    }

    /// The program's time is no matter here: it is stopped by the width that it should keep.
    @Test func progressKeepsToTheTerminalsWidth() throws {
        _ = try folder.write(
            """
            base: { normal: { dimension: 8 } }
            utility: "sum(sin(x)) + sum(exp(-x^2)) + sum(cos(3*x))"
            quantile: 0.001
            samples: 3e7
            """, to: "long.yaml")
        let shown = try terminal("60,44", "error", "run long.yaml -o json")
        #expect(shown.status == 0, "\(shown.output)")
        let halves = shown.output.components(separatedBy: "<resized>")
        try #require(halves.count == 2, "the job was over at once")
        for (half, columns) in zip(halves, [60, 44]) {
            let lines = half.components(separatedBy: "\r\u{1B}[K").dropFirst()
            #expect(!lines.isEmpty)
            // The first drawing behind the change may have been on its way.
            for line in lines.dropFirst() {
                #expect(line.count < columns, "\(columns): \(line)")
                #expect(!line.contains("\n"), "\(line)")
            }
        }
    }

    @Test func bytesAreNotSentToATerminal() throws {
        let refused = try terminal("80", "both", "run $J -o npy")
        #expect(refused.status == 2 && refused.output.contains("draws.npy"), "\(refused.output)")
    }

    /// Colour is a matter of the stream: a table in a file has none, whatever standard error is.
    @Test func colourIsOfTheStream() throws {
        let both = try terminal("80", "both", "run $J -q")
        #expect(both.output.contains("\u{1B}[1m"), "\(both.output)")
        let script = repository + "/Tests/CommandTests/Fixtures/terminal.py"
        let file = try shell(
            "python3 \(script) 80 error bash -c \"$Q run $J -q > table.txt\"; cat table.txt")
        #expect(file.output.contains("threshold") && !file.output.contains("\u{1B}"))
    }
}
