// SPDX-License-Identifier: Apache-2.0
@testable import Quantilizer

/// SplitMix64: a fixed stream of test cases.
struct FormulaRandom {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func word() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int(word() % UInt64(bound)) }

    mutating func pick<T>(_ list: [T]) -> T { list[below(list.count)] }

    static let specials: [Double] = [
        0, -0.0, 1, -1, 2, -2, 0.5, -0.5, 3, 0x1p-1070, -0x1p-1074, 1e308, -1.7e308, .infinity,
        -.infinity, .nan, 1e-3, 4503599627370497.5, -2.5, 1e17,
    ]

    /// Mostly of moderate size, sometimes special, sometimes any bits.
    mutating func value() -> Double {
        switch below(8) {
        case 0: pick(Self.specials)
        case 1: Double(bitPattern: word())
        case 2: Double(below(13) - 6)
        default: (Double(word() >> 11) * 0x1p-53 - 0.5) * 8
        }
    }
}

/// The bits of a number, all NaNs being one.
func formulaBits(_ value: Double) -> UInt64 { value.isNaN ? .max : value.bitPattern }

/// The formula's values for these samples, by a named build of the kernels.
func formulaValues(_ formula: Formula, _ samples: [[Double]], level: Int32? = nil) -> [Double] {
    var values = Columns(count: formula.dimension, capacity: samples.count)
    for (lane, sample) in samples.enumerated() {
        for (column, value) in sample.enumerated() { values[column, lane] = value }
    }
    var scratch = Columns(count: formula.scratchColumns, capacity: samples.count)
    var results = Columns(count: 2, capacity: samples.count)
    formula.machine.run(
        lanes: samples.count, values: values, scratch: &scratch, results: &results, column: 1,
        level: level)
    return samples.indices.map { results[1, $0] }
}

/// The formula's value for one sample.
func formulaValue(_ source: String, _ sample: [Double] = [], names: [String] = []) throws -> Double
{
    let schema = FormulaSchema(dimension: sample.count, names: names)
    return formulaValues(try Formula.compile(source, schema: schema), [sample])[0]
}
