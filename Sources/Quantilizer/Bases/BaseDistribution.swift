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
    /// What a job file would say to get this base, normalised: all parameters, defaults filled in.
    var specification: JobNode { get }

    /// Fills lanes `0..<lanes` of value columns `place.value ..< place.value + dimension`.
    ///
    /// **Complexity**: O(lanes · dimension), no allocation.
    func transform(
        lanes: Int, noise: borrowing NoiseBlock, values: inout Columns, scratch: inout Columns,
        at place: Placement)
}

extension BaseDistribution {
    /// No names.
    public var componentNames: [String] { [] }
    /// None.
    public var scratchColumns: Int { 0 }
    /// False.
    public var passesNormalsThrough: Bool { false }
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
