// SPDX-License-Identifier: Apache-2.0

import TestMarks
import Testing

@testable import Quantilizer

/// Honest partials of a range have one form, whatever was known and however the range was cut.
@Suite struct CanonicalPartialTests {
    private let job = unitJob(
        JobSettings(seed: 2, samples: 4_096, quantiles: [0.05], draws: 4),
        utilities: [{ ($0 * 9).rounded() }, { $0 < 0.2 ? .nan : $0 }],
        costs: [{ $0 - 0.5 }, { $0 > 0.9 ? .nan : $0 }])

    private var tasks: [RoundTask] {
        func key(_ utility: Double, label: UInt64 = 0) -> Key {
            Key(bits: Key.orderedBits(utility), label: label, index: 9)
        }
        return [
            .select([
                Sieve(utility: 0, capacity: 40),
                Sieve(
                    utility: 1, selection: 1, floor: key(0.3), ceiling: key(0.8), capacity: 60,
                    picks: 5),
            ]),
            .select([
                Sieve(utility: 0, capacity: 2_000),
                Sieve(utility: 0, selection: 1, ceiling: key(7, label: 1 << 62), capacity: 300),
            ]),
            .accept([
                Acceptance(utility: 0, floor: key(7), count: 20),
                Acceptance(utility: 1, floor: key(0.5), count: 30),
            ]),
            .groups(size: 100),
            .digits([
                DigitWindow(utility: 0, low: key(2), high: key(8)),
                DigitWindow(utility: 1, low: key(0.1), high: key(0.9)),
            ]),
        ]
    }

    /// As a worker does it: pieces in some order, merged, each knowing what the others found.
    private func pieces(
        _ round: Round, _ range: DyadicRange, _ hints: Hints, _ random: inout SplitMix
    ) -> Partial? {
        let evaluator = RangeEvaluator(job: job)
        var merger = RoundMerger(round: round, job: job)
        let known = hints
        for piece in DyadicRange.cover(range.clipped(to: round.range), maximumLevel: 8).shuffled(
            using: &random)
        {
            let floors = zip(merger.hints.floors, known.floors).map { max($0, $1) }
            let all = Hints(
                round: round.number, floors: floors.isEmpty ? merger.hints.floors : floors)
            _ = merger.merge(evaluator.evaluate(round: round, range: piece, hints: all))
        }
        return merger.partial(of: range)
    }

    @Test func everyWayGivesOneForm() throws {
        var random = SplitMix(state: 5)
        var different = 0
        for task in tasks {
            let round = Round(
                number: 0, domain: .base, range: 0..<4_096, task: task, measures: true)
            let evaluator = RangeEvaluator(job: job)
            var merger = RoundMerger(round: round, job: job)
            // What is known grows while ranges come in.
            for number in 0..<4 as Range<UInt64> {
                let range = try #require(DyadicRange(start: number * 1_024, level: 10))
                let early = merger.hints
                let plain = evaluator.evaluate(round: round, range: range)
                merger.trim()
                let late = merger.hints
                let ways = [
                    plain, evaluator.evaluate(round: round, range: range, hints: early),
                    evaluator.evaluate(round: round, range: range, hints: late),
                    try #require(pieces(round, range, .none, &random)),
                    try #require(pieces(round, range, late, &random)),
                ]
                let forms = Set(
                    ways.map { $0.canonical(round: round, above: late).encode() })
                #expect(forms.count == 1, "\(task), range \(number)")
                if Set(ways.map { $0.encode() }).count > 1 { different += 1 }
                // The one form counts like any other.
                _ = merger.merge(plain.canonical(round: round, above: late))
            }
        }
        // Otherwise this would test nothing.
        #expect(different > 5)
    }

    @Test(.disabled(if: isQuick, "slow without an optimiser")) func aLieHasAnotherForm() throws {
        let round = Round(
            number: 0, domain: .base, range: 0..<4_096, task: tasks[0], measures: true)
        let range = try #require(DyadicRange(start: 0, level: 10))
        let honest = RangeEvaluator(job: job).evaluate(round: round, range: range)
        let form = honest.canonical(round: round, above: .none).encode()
        let bytes = honest.encode()
        var readable = 0
        var unseen = 0
        for bit in 0..<8 * bytes.count {
            var lie = bytes
            lie[bit / 8] ^= 1 << UInt8(bit % 8)
            guard let partial = try? Partial(decoding: lie, round: round, job: job) else {
                continue
            }
            readable += 1
            if partial.canonical(round: round, above: .none).encode() == form { unseen += 1 }
        }
        // Of one channel the level, and how many were dropped there, stand below every candidate:
        // they mean nothing, and the one form, which is what counts, has zeros there.
        #expect(unseen <= 128)
        #expect(readable > 4 * bytes.count)
    }
}
