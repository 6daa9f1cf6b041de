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
    private let recorded: (any RecordedBase)?
    private let failureColumns: [Int]
    /// Of a recorded base, what was drawn since ``takeDrawn()``.
    private var drawn = DrawnRecords()
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
        recorded = base as? any RecordedBase
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
