// SPDX-License-Identifier: Apache-2.0

@testable import Quantilizer

/// A base that shows its noise: normals, then words as numbers in [0, 1].
struct NoiseBase: BaseDistribution {
    let noise: NoiseLayout
    var dimension: Int { noise.normals + noise.words }

    func transform(
        lanes: Int, noise block: borrowing NoiseBlock, values: inout Columns,
        scratch: inout Columns, at place: Placement
    ) {
        for lane in 0..<lanes {
            for slot in 0..<noise.normals { values[slot, lane] = block.normals[slot, lane] }
            for slot in 0..<noise.words {
                values[noise.normals + slot, lane] = Double(block.words[slot, lane]) * 0x1p-64
            }
        }
    }
}

/// The sum of all values over the root of their number.
struct LinearUtility: Utility {
    let dimension: Int
    var scratchColumns: Int { 0 }

    func evaluate(
        lanes: Int, values: borrowing Columns, scratch: inout Columns, results: inout Columns,
        column: Int
    ) {
        for lane in 0..<lanes {
            var sum = 0.0
            for j in 0..<dimension { sum += values[j, lane] }
            results[column, lane] = sum / Double(dimension).squareRoot()
        }
    }
}

func splittingJob(
    _ settings: SplittingSettings, seed: UInt64, quantile: Double, draws: Int = 1,
    base: any BaseDistribution, utility: any Utility, costs: [NamedUtility] = []
) -> CompiledJob {
    CompiledJob(
        settings: JobSettings(
            seed: seed, samples: 1, quantiles: [quantile], draws: draws,
            method: .splitting(settings)),
        base: base, utilities: [NamedUtility(name: "u", source: "u", utility: utility)],
        costs: costs)
}

/// An island through frozen levels, all with one step, and one spread of the slots if given.
func frozenIsland(
    _ levels: [Level], step: Double, settings: SplittingSettings, seed: UInt64,
    base: any BaseDistribution, utility: any Utility, draws: Int = 1, spread: [Double] = []
) throws -> IslandRecord {
    let job = splittingJob(
        settings, seed: seed, quantile: 0.5, draws: draws, base: base, utility: utility)
    let plan = SplittingPlan(
        levels: levels,
        steps: [MoveSteps](repeating: MoveSteps(step, spread: spread), count: levels.count))
    guard
        let record = IslandRecord.run(
            SplittingPass(phase: .production, plan: plan), island: 0, job: job,
            isCancelled: { false })
    else { throw DecodingFailure("cancelled") }
    return record
}

func level(_ utility: Double, label: Double = 0) -> Level {
    Level(bits: Key.orderedBits(utility), label: UInt64(label * 0x1p64))
}

/// Mean and its standard error.
func meanAndError(_ values: [Double]) -> (mean: Double, error: Double) {
    let n = Double(values.count)
    let mean = values.reduce(0, +) / n
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (mean, (squares / (n - 1) / n).squareRoot())
}
