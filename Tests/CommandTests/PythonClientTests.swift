// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// `clients/python`: the verbs with arrays back, and a base in Python, against the command line.
@Suite struct PythonClientTests {
    private func python(_ script: String, in folder: TemporaryFolder) throws -> Finished {
        let file = try folder.write(script, to: "script.py")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", file]
        process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
        var environment = ProcessInfo.processInfo.environment
        environment["PYTHONPATH"] = repository + "/clients/python/src"
        environment["QPOOL"] = qpoolPath
        environment["QPOOL_CONNECT"] = nil
        process.environment = environment
        let (output, error) = (folder.path + "/out", folder.path + "/err")
        for path in [output, error] { try Data().write(to: URL(fileURLWithPath: path)) }
        process.standardOutput = FileHandle(forWritingAtPath: output)
        process.standardError = FileHandle(forWritingAtPath: error)
        try process.run()
        process.waitUntilExit()
        return Finished(
            status: process.terminationStatus,
            output: try String(contentsOfFile: output, encoding: .utf8),
            error: try String(contentsOfFile: error, encoding: .utf8))
    }

    @Test func verbsGiveArrays() throws {
        let folder = try TemporaryFolder()
        let pool = try LocalPool()
        try pool.addWorker()
        let done = try python(
            """
            import numpy as np, qpool
            job = {"seed": 4, "base": {"normal": {"dimension": 2}}, "utility": "x[0] - x[1]",
                   "quantile": 0.01, "samples": 20000, "draws": 7}
            here = qpool.run(job)
            assert here.values.shape == (7, 2) and here.values.dtype == float
            assert np.array_equal(here.values[:, 0] - here.values[:, 1], here.utilities)
            name = qpool.submit(job, id="mine", connect="\(pool.endpoint)")
            assert name == "mine", name
            there = qpool.wait(name, connect="\(pool.endpoint)")
            assert np.array_equal(here.values, there.values)
            assert there["digest"] == here["digest"]
            assert there["certificate"]["amplification"] == 100
            try:
                qpool.run({"base": "normall"})
            except qpool.Failed as failed:
                assert failed.status == 2 and "did you mean" in str(failed)
            else:
                raise AssertionError("a wrong job passed")
            print("well")
            """, in: folder)
        #expect(done.status == 0 && done.output == "well\n", "\(done.error)")
    }

    /// The base that `docs/plugins.md` shows.
    @Test func aBaseInPython() throws {
        let page = try String(
            contentsOfFile: repository + "/docs/plugins.md", encoding: .utf8)
        let start = try #require(page.range(of: "    # maker.py\n"))
        let lines = page[start.lowerBound...].split(
            separator: "\n", omittingEmptySubsequences: false
        ).prefix { $0.hasPrefix("    ") || $0.isEmpty }.map { $0.dropFirst(4) }
        let folder = try TemporaryFolder()
        _ = try folder.write(lines.joined(separator: "\n"), to: "maker.py")
        let job = try folder.write(
            """
            seed: 2
            base:
              process: { command: [python3, maker.py], dimension: 2, normals: 2, uniforms: 1 }
            utility: "x[0]"
            quantile: 0.1
            samples: 20000
            draws: 3
            cost: "norm(x)"
            """, to: "job.yaml")
        let run = try QPoolProcess(
            ["run", job, "-o", "json", "--quiet"],
            environment: ["PYTHONPATH": repository + "/clients/python/src"]
        ).finish()
        let result = try Answer(run)
        #expect(result.issued == 20_000 && result.invalid == 0)
        // A ring of radius 1, about.
        #expect(abs((result.costs["cost"]?.base ?? 0) - 1) < 0.01)
        #expect(result.draws.allSatisfy { $0.value[0] > 0.8 })
    }

    /// As much of a result as this looks at.
    private struct Answer: Decodable {
        struct Draw: Decodable { var value: [Double] }
        struct Cost: Decodable { var base: Double }
        var issued: Int
        var invalid: Int
        var draws: [Draw]
        var costs: [String: Cost]

        init(_ run: Finished) throws {
            try #require(run.status == 0, "\(run.error)")
            self = try JSONDecoder().decode(Self.self, from: Data(run.output.utf8))
        }
    }
}
