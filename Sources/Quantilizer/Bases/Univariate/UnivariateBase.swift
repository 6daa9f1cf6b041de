// SPDX-License-Identifier: Apache-2.0

/// A base of independent equal components, each a function of one word.
///
/// A new law supplies its parameters and `fill`; slots, repetition and the normalised description
/// come from here.
///
/// **Source**: the method of inversion: Devroye, *Non-Uniform Random Variate Generation* (1986),
/// doi:10.1007/978-1-4613-8643-8, section II.2.
public protocol UnivariateBase: BaseDistribution {
    /// Its name in a job file.
    static var name: String { get }
    /// Its parameters, normalised, in the order of the description.
    var parameters: [(key: String, value: Double)] { get }
    /// Fills a value column from a word slot; `free` is the first scratch column to use.
    func fill(
        lanes: Int, words: borrowing WordColumns, slot: Int, values: inout Columns, column: Int,
        scratch: inout Columns, free: Int)
    /// Whether a component is continuous or discrete.
    var componentMeasure: DensityMeasure { get }
    /// The logarithm of a component's density.
    func logDensity(component x: Double) -> Double
}

extension UnivariateBase {
    /// A word a component.
    public var noise: NoiseLayout { NoiseLayout(words: dimension) }

    /// Continuous.
    public var componentMeasure: DensityMeasure { .length }
    /// That of each component.
    public var densityMeasures: [DensityMeasure]? {
        [DensityMeasure](repeating: componentMeasure, count: dimension)
    }
    /// The components' together.
    public func logDensity(lane: Int, values: borrowing Columns, at column: Int) -> Double {
        var sum = 0.0
        for i in 0..<dimension { sum += logDensity(component: values[column + i, lane]) }
        return sum
    }

    /// Component by component.
    public func transform(
        lanes: Int, noise: borrowing NoiseBlock, values: inout Columns, scratch: inout Columns,
        at place: Placement
    ) {
        for i in 0..<dimension {
            fill(
                lanes: lanes, words: noise.words, slot: place.word + i, values: &values,
                column: place.value + i, scratch: &scratch, free: place.scratch)
        }
    }

    /// A word each; of outcomes in a list, whose order means nothing, none.
    public var componentSlots: [NoiseSlot] {
        listed == nil ? (0..<dimension).map { .word($0) } : []
    }

    /// The component's word alone.
    public func transform(
        component: Int, lanes: Int, noise: borrowing NoiseBlock, values: inout Columns,
        scratch: inout Columns, at place: Placement
    ) {
        fill(
            lanes: lanes, words: noise.words, slot: place.word + component, values: &values,
            column: place.value + component, scratch: &scratch, free: place.scratch)
    }

    /// Name, parameters, dimension.
    public var specification: JobNode {
        var entries = parameters.map { ($0.key, JobNode.number($0.value)) }
        entries.append(("dimension", .number(dimension)))
        return .base(Self.name, entries)
    }

    /// Throws unless the dimension is allowed and the values at the ends and the middle are finite.
    func validate() throws(BaseError) {
        try Self.check(dimension: dimension)
        let extremes: [UInt64] = [0, 1, .max, .max - 1, 1 << 63, (1 << 63) - 1]
        var words = WordColumns(count: 1, capacity: 8)
        var values = Columns(count: 1, capacity: 8)
        var scratch = Columns(count: scratchColumns, capacity: 8)
        for (i, word) in extremes.enumerated() { words[0, i] = word }
        fill(
            lanes: extremes.count, words: words, slot: 0, values: &values, column: 0,
            scratch: &scratch, free: 0)
        for i in extremes.indices where !values[0, i].isFinite {
            throw BaseError("", "some values would be too large for a double")
        }
    }

    static func check(dimension: Int) throws(BaseError) {
        guard (1...BaseLimits.dimension).contains(dimension) else {
            throw BaseError(
                "dimension",
                "expected a whole number from 1 to \(BaseLimits.dimension), found \(dimension)")
        }
    }
}

extension JobNode {
    private static var nowhere: SourcePosition { SourcePosition(line: 1, column: 1) }

    /// A number, as its shortest decimal that reads back the same.
    static func number(_ x: Double) -> JobNode {
        JobNode(.scalar("\(x)", quoted: false), at: nowhere)
    }

    /// A whole number.
    static func number(_ x: Int) -> JobNode {
        JobNode(.scalar("\(x)", quoted: false), at: nowhere)
    }

    /// Text, quoted.
    static func text(_ text: String) -> JobNode {
        JobNode(.scalar(text, quoted: true), at: nowhere)
    }

    /// A list.
    static func list(_ nodes: [JobNode]) -> JobNode { JobNode(.sequence(nodes), at: nowhere) }

    /// A list of numbers.
    static func list(_ numbers: [Double]) -> JobNode { list(numbers.map { number($0) }) }

    /// A mapping.
    static func mapping(_ entries: [(String, JobNode)]) -> JobNode {
        JobNode(.mapping(entries.map { ($0.0, nowhere, $0.1) }), at: nowhere)
    }

    /// A base as a job file writes it: its name, then its parameters.
    static func base(_ name: String, _ entries: [(String, JobNode)]) -> JobNode {
        mapping([(name, mapping(entries))])
    }
}
