// SPDX-License-Identifier: Apache-2.0

/// A base distribution γ: a map from a sample's noise to its value, over columns of lanes.
///
/// It is not a random number generator: the noise comes from (seed, domain, index), so a sample
/// *is* its index, and a move on the noise is a γ-invariant move on the sample.
///
/// **Determinism**: `transform` uses only + − × ÷ √, fma, integer operations, comparisons and the
/// project's own kernels; a lane's value depends on that lane's noise only.
public protocol BaseDistribution: Sendable {
    /// The number of values (columns) a sample has.
    var dimension: Int { get }
    /// The components' names, empty where they have none, else `dimension` of them.
    var componentNames: [String] { get }
    /// The slots of randomness a sample takes.
    var noise: NoiseLayout { get }
    /// Scratch columns that `transform` needs.
    var scratchColumns: Int { get }
    /// True where the values are the normal slots, unchanged and in order, so that a caller may skip
    /// `transform` and sample straight into the values.
    var passesNormalsThrough: Bool { get }
    /// The one slot that each component comes from, where every component has one of its own, in their order, and
    /// never falls or never rises as it grows; empty of other bases.
    var componentSlots: [NoiseSlot] { get }
    /// Against what each value's density is taken, `dimension` of them; nil where the law has no
    /// density of which all can be said so: see ``logDensity(lane:values:at:)``.
    var densityMeasures: [DensityMeasure]? { get }
    /// Its outcomes, where they are few enough to be listed and their order says nothing; else nil.
    var listed: (any ListedBase)? { get }
    /// The base as one whose samples only workers can make; nil of one whose samples anybody can.
    var recorded: (any RecordedBase)? { get }
    /// What a job file would say to get this base, normalised: all parameters, defaults filled in.
    var specification: JobNode { get }

    /// Fills lanes `0..<lanes` of value columns `place.value ..< place.value + dimension`.
    ///
    /// **Complexity**: O(lanes · dimension), no allocation.
    func transform(
        lanes: Int, noise: borrowing NoiseBlock, values: inout Columns, scratch: inout Columns,
        at place: Placement)

    /// The same for one component alone, the same bits, where ``componentSlots`` has it; only its slot is read.
    func transform(
        component: Int, lanes: Int, noise: borrowing NoiseBlock, values: inout Columns,
        scratch: inout Columns, at place: Placement)

    /// The logarithm of the density at a lane's values, columns `column ..< column + dimension`; −∞
    /// outside the support, NaN where the base has no density.
    ///
    /// Of a discrete law it is that of the probability with which `transform` gives the value.
    func logDensity(lane: Int, values: borrowing Columns, at column: Int) -> Double
}

/// A base whose outcomes stand in a list, in an order that means nothing: rows, categories.
public protocol ListedBase: Sendable {
    /// Values of an outcome.
    var dimension: Int { get }
    /// How many there are.
    var outcomes: Int { get }
    /// Its probability, up to a factor that all have in common.
    func weight(of outcome: Int) -> Double
    /// Fills lanes `0..<lanes` of the first `dimension` columns with the outcomes from `first` on.
    func fill(_ values: inout Columns, from first: Int, lanes: Int)
}

/// One slot of a sample's noise.
public enum NoiseSlot: Sendable, Hashable {
    /// A standard normal.
    case normal(Int)
    /// A uniform word.
    case word(Int)
}

/// What a density is relative to.
public enum DensityMeasure: Sendable, Hashable {
    /// Length: the value is continuous.
    case length
    /// The number of points: the value is discrete, and its density a probability.
    case count
}

extension BaseDistribution {
    /// No names.
    public var componentNames: [String] { [] }
    /// None.
    public var scratchColumns: Int { 0 }
    /// False.
    public var passesNormalsThrough: Bool { false }
    /// None.
    public var listed: (any ListedBase)? { nil }
    /// None.
    public var recorded: (any RecordedBase)? { nil }
    /// None.
    public var densityMeasures: [DensityMeasure]? { nil }
    /// None.
    public var componentSlots: [NoiseSlot] { [] }
    /// Traps: components are made together.
    public func transform(
        component: Int, lanes: Int, noise: borrowing NoiseBlock, values: inout Columns,
        scratch: inout Columns, at place: Placement
    ) {
        preconditionFailure("components are made together")
    }
    /// NaN.
    public func logDensity(lane: Int, values: borrowing Columns, at column: Int) -> Double { .nan }
    /// The logarithm of the density at a value.
    public func logDensity(of value: [Double]) -> Double {
        guard value.count == dimension else { return .nan }
        var columns = Columns(count: dimension, capacity: 1)
        for (column, x) in value.enumerated() { columns[column, 0] = x }
        return logDensity(lane: 0, values: columns, at: 0)
    }
    /// Nothing.
    public var specification: JobNode {
        JobNode(.null, at: SourcePosition(line: 1, column: 1))
    }
}

/// Where a distribution's slots and columns begin inside its surroundings (a product, a mixture).
public struct Placement: Sendable, Hashable {
    /// The first normal slot.
    public var normal: Int
    /// The first word slot.
    public var word: Int
    /// The first value column.
    public var value: Int
    /// The first scratch column that is free.
    public var scratch: Int

    /// By default everything begins at column 0.
    public init(normal: Int = 0, word: Int = 0, value: Int = 0, scratch: Int = 0) {
        self.normal = normal
        self.word = word
        self.value = value
        self.scratch = scratch
    }
}
