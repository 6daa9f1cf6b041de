// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestMarks
import Testing

/// Answers that nobody fetches.
@Suite(.disabled(if: isQuick, "fills a coordinator's buffers")) struct UnreadAnswersTests {
    private static let job = """
        seed: 1
        base: { normal: {} }
        utility: "x[0]"
        quantile: 0.5
        samples: 200000
        draws: 100000
        """

    /// A request for a result as frames of ZMTP, from its beginning.
    private static func request(_ number: UInt8, _ job: String) -> [UInt8] {
        let header: [UInt8] = [0x08, number, 0x12, UInt8(job.utf8.count)] + Array(job.utf8)
        return [1, 6, 0x51, 0x50, 1, 0, 38, 0, 1, UInt8(header.count)] + header + [0, 0]
    }

    private func megabytes(_ process: Process, _ name: String) throws -> Double {
        let path = "/proc/\(process.processIdentifier)/status"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let line = try #require(text.split(separator: "\n").first { $0.hasPrefix(name) })
        let words = line.split(separator: " ").compactMap { Double($0) }
        return (words.first ?? 0) / 1_024
    }

    /// 360 requests for a result of many megabytes, never read.
    @Test(.timeLimit(.minutes(3))) func unreadResultsAreBoundedInBytes() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(Self.job, to: "job.yaml")
        let pool = try LocalPool()
        try pool.addWorker()
        let done = try pool.client("submit", file, "--id", "large", "--wait", "-o", "json")
        try #require(done.status == 0, "\(done.error)")
        #expect(done.output.utf8.count > 8 << 20)
        let before = try megabytes(pool.coordinator.process, "VmRSS")
        let port = try #require(pool.endpoint.split(separator: ":").last.flatMap { UInt16($0) })
        let connection = try #require(RawConnection(port: port))
        connection.send(RawConnection.greeting(mechanism: "NULL") + RawConnection.ready)
        // What comes before the other side is ready is an error.
        usleep(500_000)
        for number in 0..<360 {
            if !connection.send(Self.request(UInt8(number % 100 + 1), "large")) { break }
            // All at once, few of them are answered: a peer is given few pieces in a turn.
            if number % 8 == 7 { usleep(5_000) }
        }
        #expect(pool.coordinator.waitForError("answers unread", seconds: 30) != nil)
        let grown = try megabytes(pool.coordinator.process, "VmRSS") - before
        print("unread answers: \(before) MB before, \(grown) MB more")
        #expect(grown < 120)
        // Whoever reads has its answer, in pieces.
        let again = try pool.client("result", "large", "-o", "json")
        #expect(again.status == 0)
        #expect(withoutTimings(again.output) == withoutTimings(done.output))
    }
}
