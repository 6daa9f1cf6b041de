// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestMarks
import Testing

/// Plugin jobs in parts, with more samples, and beside a worker whose plugin lies.
@Suite(.disabled(if: isQuick, "starts pools")) struct PluginTrustTests {
    @Test func partsAndMoreSamplesGiveTheWhole() throws {
        let folder = try PluginFolder("plugin.py")
        let path = try folder.job(PluginFolder.misbehaving("well"), samples: 60_000)
        let expected = try PluginResult(try qpool("run", path, "-o", "json", "--quiet"))
        let files = (1...2).map { folder.path + "/part\($0).qstate" }
        for (number, file) in files.enumerated() {
            let part = try qpool(
                "run", path, "--part", "\(number + 1)/2", "--state", file, "--quiet")
            #expect(part.status == 0, "\(part.error)")
        }
        let merged = try qpool("merge", files[0], files[1], "-o", "json", "--quiet")
        #expect(try PluginResult(merged).digest == expected.digest)

        let state = folder.path + "/job.qstate"
        let small = try folder.job(
            PluginFolder.misbehaving("well"), samples: 40_000, name: "small.yaml")
        #expect(try qpool("run", small, "--state", state, "--quiet").status == 0)
        let more = try QPoolProcess(
            ["extend", state, "--samples", "60000", "-o", "json", "--quiet"], folder: folder.path
        ).finish()
        #expect(try PluginResult(more).agrees(with: expected), "\(more.error)")
    }

    /// Of three workers one has a plugin that adds 1 to every result; with `verify: 1` two that agree
    /// decide each range.
    @Test func aPluginThatLiesIsOutvoted() throws {
        let folder = try PluginFolder("plugin.py")
        let path = try folder.job(
            PluginFolder.misbehaving("well"), samples: 40_000, more: "verify: 1")
        let expected = try PluginResult(try qpool("run", path, "-o", "json", "--quiet"))
        let pool = try LocalPool(["--allow-plugins", "--lease-samples", "1024..4096"])
        let more = [
            "--threads", "1", "--allow-process", "python3 plugin.py *", "--plugin-folder",
            folder.path,
        ]
        try pool.addWorker(more, prefix: ["env", "PLUGIN_LIES=1"])
        for _ in 0..<2 { try pool.addWorker(more) }
        #expect(try pool.waitForWorkers(3))
        let done = try pool.client("submit", path, "--wait", "--quiet", "-o", "json")
        let found = try PluginResult(done)
        #expect(found.agrees(with: expected))
        #expect(
            pool.coordinator.errorSoFar.contains("than two others"),
            "\(pool.coordinator.errorSoFar)")
    }

    /// The shared library in Swift that the page shows is compiled, and gives the formula's bits.
    @Test func theSwiftLibraryOfThePage() throws {
        let folder = try PluginFolder()
        let compiler = Process()
        compiler.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        compiler.arguments = [
            "swiftc", "-O", "-emit-library", "-parse-as-library", "-module-name", "FourBranch",
            "-o", folder.path + "/libfourbranch.so", repository + "/clients/swift/FourBranch.swift",
        ]
        try compiler.run()
        compiler.waitUntilExit()
        try #require(compiler.terminationStatus == 0)
        let formula =
            "\"-min(min(3 + 0.1*(x[0]-x[1])^2 - (x[0]+x[1])/sqrt(2), 3 + 0.1*(x[0]-x[1])^2 "
            + "+ (x[0]+x[1])/sqrt(2)), min(x[0]-x[1] + 7/sqrt(2), 7/sqrt(2) - (x[0]-x[1])))\""
        let expected = try PluginResult(
            try qpool("run", try folder.job(formula), "-o", "json", "--quiet"))
        let library = "{ library: { path: libfourbranch.so, function: four_branch } }"
        let found = try PluginResult(
            try qpool("run", try folder.job(library), "-o", "json", "--quiet"))
        #expect(found.agrees(with: expected))
    }
}
