// SPDX-License-Identifier: Apache-2.0
import PoolCore
import Quantilizer
import Simulation
import Testing

@testable import PoolRuntime

/// Lanes that compute one range together.
@Suite struct LaneTests {
    /// Every piece once, in runs that join to one range, which get short towards the end.
    @Test(
        arguments: [(1, 1), (8, 1), (256, 2), (4_096, 1), (8_192, 64), (262_144, 64)]
            as [(UInt64, Int)])
    func everyPieceComesOnce(count: UInt64, lanes: Int) {
        let cursor = PieceCursor(count: count, lanes: lanes)
        var next: UInt64 = 0
        var runs: [Range<UInt64>] = []
        while let run = cursor.next() {
            let length = UInt64(run.count)
            #expect(run.lowerBound == next && length & (length - 1) == 0)
            #expect(run.lowerBound % length == 0 && length <= PieceCursor.longestRun)
            #expect(length == 1 || length * UInt64(4 * lanes) <= count - next)
            next = run.upperBound
            runs.append(run)
        }
        #expect(next == count && runs.last?.count == 1)
        // Where there are many pieces most of them come in long runs.
        let long = runs.filter { $0.count == Int(PieceCursor.longestRun) }.count
        #expect(UInt64(long) * PieceCursor.longestRun >= count - min(count, 128 * UInt64(lanes)))
    }

    /// Two million samples are enough for runs of several pieces, and for lanes that do not wait for a
    /// run's end because they hold many candidates.
    @Test func theAnswerDoesNotDependOnTheLanes() throws {
        let job = ModelJob(seed: 12, samples: 2_097_152 + 700, quantile: 0.01)
        let one = try Loopback.local(job, threads: 1)
        for threads in [2, 7] { #expect(try Loopback.local(job, threads: threads) == one) }
    }

    @Test func hintsTellWhenTheyHaveBecomeBetter() {
        func hints(_ bits: UInt64) -> Hints {
            Hints(round: 3, floors: [Key(bits: bits, label: 0, index: 0)])
        }
        let shared = SharedHints(hints(5))
        #expect(shared.improvements == 0)
        shared.improve(hints(4))
        shared.improve(Hints(round: 2, floors: [Key(bits: 9, label: 0, index: 0)]))
        #expect(shared.improvements == 0 && shared.current == hints(5))
        shared.improve(hints(8))
        #expect(shared.improvements == 1 && shared.current == hints(8))
    }
}
