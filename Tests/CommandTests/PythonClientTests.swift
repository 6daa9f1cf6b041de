// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestMarks
import Testing

/// A base in Python, as the documents show it. `ops/test-python` tests the client itself.
@Suite(.disabled(if: isQuick, "starts pools")) struct PythonClientTests {
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
