// SPDX-License-Identifier: Apache-2.0
import Foundation
import Quantilizer
import Testing

/// First values of every base: they are part of what a job means and must not change between releases.
@Suite struct BaseStabilityTests {
    @Test func firstValuesNeverChange() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "References/base_values.txt")
        var pinned: [String: String] = [:]
        for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 1)
            pinned[String(parts[0])] = String(parts[1].drop { $0 == " " })
        }
        #expect(pinned.count == BaseLawTests.cases.count)
        for c in BaseLawTests.cases {
            let rows = BaseSamples.rows(
                try BaseLawTests.make(c), seed: 20_261_120, first: 0, lanes: 3)
            let found = rows.map { $0.map { "\($0)" }.joined(separator: " ") }
                .joined(separator: ", ")
            #expect(found == pinned[c.name], "PIN \(c.name): \(found)")
        }
    }
}
