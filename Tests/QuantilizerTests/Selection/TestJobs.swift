// SPDX-License-Identifier: Apache-2.0

@testable import Quantilizer

/// A uniform base on (0, 1), one word a sample.
struct UnitBase: BaseDistribution {
    var dimension: Int { 1 }
    var noise: NoiseLayout { NoiseLayout(words: 1) }

    func transform(
        lanes: Int, noise: borrowing NoiseBlock, values: inout Columns, scratch: inout Columns,
        at place: Placement
    ) {
        for lane in 0..<lanes {
            let word = noise.words[place.word, lane]
            values[place.value, lane] = (Double(word >> 11) + 0.5) * 0x1p-53
        }
    }
}

/// A utility that is a Swift function of the first value.
struct MapUtility: Utility {
    var scratchColumns: Int { 0 }
    let map: @Sendable (Double) -> Double

    func evaluate(
        lanes: Int, values: borrowing Columns, scratch: inout Columns, results: inout Columns,
        column: Int
    ) {
        for lane in 0..<lanes { results[column, lane] = map(values[0, lane]) }
    }
}

/// Jobs over the uniform base.
func unitJob(
    _ settings: JobSettings,
    utilities: [@Sendable (Double) -> Double] = [{ $0 }],
    costs: [@Sendable (Double) -> Double] = []
) -> CompiledJob {
    CompiledJob(
        settings: settings, base: UnitBase(),
        utilities: utilities.enumerated().map {
            NamedUtility(name: "u\($0)", source: "u\($0)", utility: MapUtility(map: $1))
        },
        costs: costs.enumerated().map {
            NamedUtility(name: "c\($0)", source: "c\($0)", utility: MapUtility(map: $1))
        })
}

/// A small generator for test schedules; its bits matter to tests alone.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// Runs a job in one go, a range at a time.
func run(_ job: CompiledJob, level: Int = 14) -> JobMachine {
    run(JobMachine(job: job), level: level)
}

/// Runs a machine to its end.
func run(_ machine: JobMachine, level: Int = 14) -> JobMachine {
    var machine = machine
    let job = machine.job
    let evaluator = RangeEvaluator(job: job)
    while let round = machine.currentRound {
        for range in DyadicRange.cover(round.range, maximumLevel: level) {
            _ = machine.merge(evaluator.evaluate(round: round, range: range, hints: machine.hints))
        }
    }
    return machine
}

/// Runs a job as a bad day would: random cuts, random order, stale hints, duplicates, parents after
/// their children, encoded and decoded, and now and then from a snapshot.
func runShuffled(_ job: CompiledJob, seed: UInt64, level: Int = 12) throws -> JobMachine {
    try runShuffled(JobMachine(job: job), seed: seed, level: level)
}

/// The same from where a machine is.
func runShuffled(_ machine: JobMachine, seed: UInt64, level: Int = 12) throws -> JobMachine {
    var random = SplitMix(state: seed)
    var machine = machine
    let job = machine.job
    var stale = Hints.none
    while let round = machine.currentRound {
        let evaluator = RangeEvaluator(job: job)
        var work = DyadicRange.cover(round.range, maximumLevel: level)
        // Some ranges again as halves, some halves again, before or after their parents.
        for range in work where random.next() % 3 == 0 {
            guard let (left, right) = range.halves else { continue }
            work.append(left)
            if random.next() % 2 == 0 { work.append(right) }
            if let (a, _) = right.halves { work.append(a) }
        }
        work.shuffle(using: &random)
        for range in work {
            guard machine.currentRound == round else { break }
            let hints = random.next() % 2 == 0 ? stale : machine.hints
            if random.next() % 8 == 0 { stale = machine.hints }
            let partial = evaluator.evaluate(round: round, range: range, hints: hints)
            let received = try Partial(decoding: partial.encode(), round: round, job: job)
            _ = machine.merge(received)
            if random.next() % 5 == 0 { _ = machine.merge(received) }
            if random.next() % 16 == 0, !machine.hasEnded {
                machine = try JobMachine(job: job, snapshot: machine.snapshot())
            }
        }
    }
    return machine
}
