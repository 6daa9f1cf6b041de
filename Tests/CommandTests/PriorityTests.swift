// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestMarks
import Testing

@Suite(.disabled(if: isQuick, "starts a pool")) struct PriorityTests {
    static let job = """
        name: ordered
        seed: 7
        base: { normal: { dimension: 10 } }
        utility: "sum(x)"
        quantile: 1e-3
        samples: 2e8
        """

    @Test func aJobRaisedAboveAnotherIsServedFirst() throws {
        let pool = try LocalPool()
        let file = FileManager.default.temporaryDirectory
            .appendingPathComponent("qpool-priority-\(UUID().uuidString).yaml")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(Self.job.utf8).write(to: file)
        // Nobody works yet, so both wait in the queue.
        for id in ["first", "second"] {
            #expect(try pool.client("submit", "--id", id, file.path).status == 0)
        }
        let raised = try pool.client("priority", "second", "5")
        #expect(raised.status == 0 && raised.error.contains("second has priority 5"))
        let lowered = try QPoolProcess(
            ["priority", "--connect", pool.endpoint, "first", "--", "-5"]
        ).finish(seconds: 60)
        #expect(lowered.status == 0 && lowered.error.contains("first has priority -5"))

        let outside = try pool.client("priority", "second", "11")
        #expect(outside.status == 2, "\(outside.error)")
        #expect(outside.error.contains("a priority is -10 to 10"), "\(outside.error)")
        let unknown = try pool.client("priority", "third", "1")
        #expect(unknown.status == 2 && unknown.error.contains("third"), "\(unknown.error)")

        try pool.addWorker()
        #expect(try pool.waitUntilBusy("second"))
        let waiting = try pool.client("status", "first", "-o", "json")
        #expect(number("issued", in: waiting.output) == 0, "\(waiting.output)")
    }
}
