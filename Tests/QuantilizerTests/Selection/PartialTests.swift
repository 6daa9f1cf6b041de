// SPDX-License-Identifier: Apache-2.0

import TestMarks
import Testing

@testable import Quantilizer

@Suite struct PartialTests {
    private let job = unitJob(
        JobSettings(seed: 2, samples: 3_000, quantiles: [0.05], draws: 4),
        utilities: [{ ($0 * 9).rounded() }, { $0 }], costs: [{ $0 - 0.5 }])

    private func round() throws -> Round { try #require(JobMachine(job: job).currentRound) }

    /// Every way to cut three blocks' worth of leases into ranges, in every order of arrival.
    @Test func everyOrderOfEveryCut() throws {
        let round = Round(
            number: 0, domain: .base, range: 0..<1_000,
            task: .select([
                Sieve(utility: 0, capacity: 40),
                Sieve(
                    utility: 1, selection: 1,
                    floor: Key(bits: Key.orderedBits(0.3), label: 0, index: .max),
                    ceiling: Key(bits: Key.orderedBits(0.8), label: 0, index: 0), capacity: 60,
                    picks: 5),
            ]), measures: true)
        let evaluator = RangeEvaluator(job: job)
        // 1,000 samples are 4 blocks; a parent may come with, before or after its children.
        let ranges = try [(0, 8), (256, 8), (512, 8), (768, 8), (0, 9), (0, 9)].map {
            try #require(DyadicRange(start: $0.0, level: $0.1))
        }
        let partials = ranges.map { evaluator.evaluate(round: round, range: $0) }
        func bytes(_ order: [Int]) -> [UInt8] {
            var merger = RoundMerger(round: round, job: job)
            for position in order { _ = merger.merge(partials[position]) }
            #expect(merger.isComplete)
            merger.trim()
            var writer = ByteWriter()
            for total in merger.channelTotals { total.write(to: &writer) }
            for channel in merger.channels {
                channel.candidates.sorted().write(to: &writer)
                for pick in channel.picks.sorted { pick.write(to: &writer) }
            }
            for node in merger.forest.nodes {
                writer.write(node.range)
                for moments in node.payload.moments { moments.write(to: &writer) }
            }
            return writer.bytes
        }
        let expected = bytes([0, 1, 2, 3])
        var orders = 0
        func permute(_ prefix: [Int], _ rest: [Int]) {
            if rest.isEmpty {
                orders += 1
                #expect(bytes(prefix) == expected)
            }
            for position in rest.indices {
                var left = rest
                let next = left.remove(at: position)
                permute(prefix + [next], left)
            }
        }
        permute([], Array(0..<6))
        permute([], [4, 2, 3])
        permute([], [4, 0, 2, 3])
        #expect(orders == 720 + 6 + 24)
    }

    /// A worker that joins pieces of a lease sends the same as one that evaluates it whole.
    @Test func piecesOfALeaseAreTheLease() throws {
        let round = try round()
        let evaluator = RangeEvaluator(job: job)
        let lease = try #require(DyadicRange(start: 1024, level: 10))
        var merger = RoundMerger(round: round, job: job)
        for piece in DyadicRange.cover(1024..<2048, maximumLevel: 8).reversed() {
            #expect(merger.merge(evaluator.evaluate(round: round, range: piece)) == .merged)
        }
        let made = merger.partial(of: lease)
        let joined = try #require(made)
        let whole = evaluator.evaluate(round: round, range: lease)
        #expect(joined.tally == whole.tally)
        for (a, b) in zip(joined.channels, whole.channels) {
            #expect(a.candidates.sorted() == b.candidates.sorted())
        }
    }

    @Test func foreignPartialsAreRefused() throws {
        var machine = JobMachine(job: job)
        let round = try round()
        var other = round
        other.number = 4
        let evaluator = RangeEvaluator(job: job)
        let range = try #require(DyadicRange(start: 0, level: 8))
        #expect(machine.merge(evaluator.evaluate(round: other, range: range)) == .stale)
        let partial = evaluator.evaluate(round: round, range: range)
        #expect(machine.merge(partial) == .merged)
        #expect(machine.merge(partial) == .duplicate)
        #expect(machine.isDone(range))
        #expect(machine.missing(limit: 2).map(\.start) == [256, 512])
    }

    /// Bytes cut short or changed are refused or read as something else, and never trap.
    @Test(.disabled(if: isQuick, "slow without an optimiser")) func hostileBytesDoNotTrap() throws {
        let round = try round()
        let range = try #require(DyadicRange(start: 0, level: 11))
        let bytes = RangeEvaluator(job: job).evaluate(round: round, range: range).encode()
        let again = try Partial(decoding: bytes, round: round, job: job)
        #expect(again.encode() == bytes)
        for length in stride(from: 0, to: bytes.count, by: 7) {
            #expect(throws: DecodingFailure.self) {
                try Partial(decoding: bytes[..<length], round: round, job: job)
            }
        }
        var random = SplitMix(state: 8)
        for _ in 0..<3_000 {
            var changed = bytes
            for _ in 0..<(1 + random.next() % 4) {
                changed[Int(random.next() % 700)] = UInt8(truncatingIfNeeded: random.next())
            }
            if let partial = try? Partial(decoding: changed, round: round, job: job) {
                var machine = JobMachine(job: job)
                _ = machine.merge(partial)
            }
            let snapshot = JobMachine(job: job).snapshot()
            var broken = snapshot
            broken[Int(random.next() % UInt64(snapshot.count))] ^= 1 << UInt8(random.next() % 8)
            _ = try? JobMachine(job: job, snapshot: broken)
        }
        let roundBytes = round.encode()
        #expect(try Round(decoding: roundBytes, job: job) == round)
        for position in roundBytes.indices {
            var broken = roundBytes
            broken[position] ^= 0x81
            _ = try? Round(decoding: broken, job: job)
        }
    }
}
