// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestMarks
import Testing

/// What shells complete: verbs, flags, files, pools, and ids of jobs as they are now.
@Suite(.disabled(if: isQuick, "starts shells")) struct CompletionTests {
    /// What a shell offers for a command line; nil where the shell is not on this machine.
    private static func offered(
        _ shell: String, _ line: String, folder: TemporaryFolder, endpoint: String = ""
    ) throws -> [String]? {
        let script = repository + "/Tests/CommandTests/Fixtures/complete.sh"
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["bash", script, shell, line]
        process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
        var environment = ProcessInfo.processInfo.environment
        environment["PATH"] =
            URL(fileURLWithPath: qpoolPath).deletingLastPathComponent().path + ":"
            + (environment["PATH"] ?? "")
        environment["QPOOL_CONNECT"] = endpoint.isEmpty ? "127.0.0.1:1" : endpoint
        environment["XDG_CONFIG_HOME"] = folder.path
        environment["HOME"] = folder.path
        process.environment = environment
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        if process.terminationStatus == 127 { return nil }
        return String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline)
            .map { $0.trimmingCharacters(in: .whitespaces) }
    }

    @Test(arguments: ["bash", "zsh", "fish"])
    func verbsFlagsFilesAndJobsAreCompleted(shell: String) throws {
        let folder = try TemporaryFolder()
        _ = try folder.write("", to: "nightly.yaml")
        let pool = try LocalPool()
        let job = try folder.write(
            "base: normal\nutility: \"x[0]\"\nquantile: 0.5\nsamples: 10\n", to: "j.yaml")
        #expect(try pool.client("submit", job, "--id", "weather-7").status == 0)
        func offers(_ line: String) throws -> [String]? {
            try Self.offered(shell, line, folder: folder, endpoint: pool.endpoint)
        }
        guard let verbs = try offers("qpool des") else { return }
        #expect(verbs.contains { $0.hasPrefix("describe") }, "\(shell): \(verbs)")
        let flags = try #require(try offers("qpool run --prog"))
        #expect(flags.contains { $0.hasPrefix("--progress") }, "\(shell): \(flags)")
        let files = try #require(try offers("qpool run nigh"))
        #expect(files.contains { $0.hasPrefix("nightly.yaml") }, "\(shell): \(files)")
        for verb in ["describe", "result", "logs", "watch", "cancel"] {
            let jobs = try #require(try offers("qpool \(verb) wea"))
            #expect(jobs.contains { $0.hasPrefix("weather-7") }, "\(shell) \(verb): \(jobs)")
        }
    }

    @Test func whereNobodyAnswersNothingIsOffered() throws {
        let folder = try TemporaryFolder()
        let offered = try #require(
            try Self.offered("bash", "qpool describe wea", folder: folder))
        #expect(offered.isEmpty, "\(offered)")
        for shell in ["bash", "zsh", "fish"] {
            let script = try qpool("completions", shell)
            #expect(script.status == 0 && script.output.contains("qpool"), "\(script.error)")
        }
        #expect(try qpool("completions", "tcsh").status == 2)
    }
}
