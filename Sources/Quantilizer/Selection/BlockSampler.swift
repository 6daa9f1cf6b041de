// SPDX-License-Identifier: Apache-2.0

/// Samples and their functions, a block of up to 256 lanes at a time, in scratch allocated once.
///
/// It is for one thread.
struct BlockSampler: ~Copyable {
    static let lanes = 256

    private let seed: UInt64
    private let base: any BaseDistribution
    private let layout: NoiseLayout
    private let passesNormalsThrough: Bool
    private let functions: [any Utility]
    private var noise: NoiseBlock
    private(set) var values: Columns
    private var scratch: Columns
    /// A column for each function.
    var results: Columns

    init(
        seed: UInt64, base: any BaseDistribution, columns functions: [any Utility],
        capacity: Int = Self.lanes
    ) {
        self.seed = seed
        self.base = base
        self.functions = functions
        layout = base.noise
        passesNormalsThrough = base.passesNormalsThrough
        noise = NoiseBlock(layout, capacity: capacity)
        values = Columns(count: base.dimension, capacity: capacity)
        let scratchCount = functions.reduce(base.scratchColumns) { max($0, $1.scratchColumns) }
        scratch = Columns(count: scratchCount, capacity: capacity)
        results = Columns(count: functions.count, capacity: capacity)
    }

    /// Fills `values` with the samples `start ..< start + lanes`.
    mutating func sample(domain: Domain, start: UInt64, lanes: Int) {
        let stream = RandomStream(seed: seed, domain: domain)
        if passesNormalsThrough {
            stream.fillNormals(&values, count: layout.normals, from: start, lanes: lanes)
        } else {
            stream.fill(&noise, layout: layout, from: start, lanes: lanes)
            base.transform(
                lanes: lanes, noise: noise, values: &values, scratch: &scratch, at: Placement())
        }
    }

    /// Fills `values` and `results`.
    mutating func evaluate(domain: Domain, start: UInt64, lanes: Int) {
        sample(domain: domain, start: start, lanes: lanes)
        for (column, function) in functions.enumerated() {
            function.evaluate(
                lanes: lanes, values: values, scratch: &scratch, results: &results, column: column)
        }
    }

    /// The mean of a column's finite results by the fixed tree, 0 where there is none.
    func centre(column: Int) -> Double {
        let moments = BlockMoments.of(results, column: column, lanes: Self.lanes, centre: 0)
        let mean = moments.mean(centre: 0)
        return mean.isFinite ? mean : 0
    }
}
