// SPDX-License-Identifier: Apache-2.0

/// What was drawn of a recorded base.
struct DrawnRecords: Sendable {
    var records: [UInt64: SampleRecord] = [:]
    var usage = RecordUsage()

    mutating func add(_ drawn: (records: [SampleRecord], usage: RecordUsage), from start: UInt64) {
        for (lane, record) in drawn.records.enumerated() { records[start + UInt64(lane)] = record }
        usage.add(drawn.usage)
    }
}

/// Samples and their functions, up to `capacity` lanes at a time, in scratch allocated once.
///
/// It is for one thread.
struct BlockSampler: ~Copyable {
    /// Lanes of a block, over which sums are folded.
    static let lanes = Kernels.blockLanes

    private let seed: UInt64
    private let base: any BaseDistribution
    private let layout: NoiseLayout
    private let passesNormalsThrough: Bool
    private let functions: [any Utility]
    private let recorded: (any RecordedBase)?
    private let failureColumns: [Int]
    /// Of a recorded base, what was drawn since ``takeDrawn()``.
    private var drawn = DrawnRecords()
    private var noise: NoiseBlock
    private(set) var values: Columns
    private var scratch: Columns
    /// A column for each function.
    var results: Columns

    /// Lanes to make at a time: up to four blocks, so that what is done once a block weighs less, as
    /// long as their columns fit the first-level cache together (32 KiB).
    static func span(_ base: any BaseDistribution, _ functions: [any Utility]) -> Int {
        let noise = base.passesNormalsThrough ? 0 : base.noise.normals + base.noise.words
        let scratch = functions.reduce(base.scratchColumns) { max($0, $1.scratchColumns) }
        let columns = base.dimension + noise + scratch + functions.count
        let blocks = 32_768 / (8 * lanes * columns)
        return lanes * min(max(blocks, 1), 4)
    }

    init(
        seed: UInt64, base: any BaseDistribution, columns functions: [any Utility],
        capacity: Int = Self.lanes
    ) {
        self.seed = seed
        self.base = base
        self.functions = functions
        recorded = base.recorded
        failureColumns = functions.map(\.failureColumn)
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
            if let recorded {
                drawn.add(
                    recorded.draw(
                        domain: domain, start: start, lanes: lanes, noise: noise, values: &values),
                    from: start)
                return
            }
            base.transform(
                lanes: lanes, noise: noise, values: &values, scratch: &scratch, at: Placement())
        }
    }

    /// Fills `values` and `results`.
    mutating func evaluate(domain: Domain, start: UInt64, lanes: Int) {
        sample(domain: domain, start: start, lanes: lanes)
        apply(lanes: lanes)
    }

    /// Fills `results` from `values`.
    mutating func apply(lanes: Int) {
        for (column, function) in functions.enumerated() {
            function.evaluate(
                lanes: lanes, values: values, scratch: &scratch, results: &results, column: column)
        }
        guard recorded != nil else { return }
        for (column, place) in failureColumns.enumerated() {
            FailedSample.spread(values, place: place, to: &results, column: column, lanes: lanes)
        }
    }

    /// What was drawn of a recorded base, and forgets it.
    mutating func takeDrawn() -> DrawnRecords {
        defer { drawn = DrawnRecords() }
        return drawn
    }

    /// The mean of a column's finite results by the fixed tree, 0 where there is none.
    func centre(column: Int) -> Double {
        let moments = BlockMoments.of(results, column: column, lanes: Self.lanes, centre: 0)
        let mean = moments.mean(centre: 0)
        return mean.isFinite ? mean : 0
    }
}
