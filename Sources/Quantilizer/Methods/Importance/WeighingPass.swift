// SPDX-License-Identifier: Apache-2.0

/// One pass over samples of a proposal: what of them is wanted.
///
/// That all of it is fixed before the pass is what makes its weights proper (docs/methods.md, section 6).
public struct WeighingPass: Hashable, Sendable {
    /// Names the pass's random numbers: no two passes of a job have the same.
    var number: UInt32
    /// The proposal over the noise; nil for the one that the job gives.
    var proposal: LatentMixture?
    /// Samples below it are not brought back.
    var floor: Level
    /// Whether costs are brought with the samples.
    var measures: Bool

    /// The first sample's index in the stream.
    var first: UInt64 { UInt64(number) << 40 }
}

/// A sample of a proposal with its weight, density of γ over density of the proposal.
struct WeighedSample: Sendable, Equatable {
    /// Its index in the pass.
    var index: UInt64
    var level: Level
    var weight: Double
    /// The costs, where the pass measures them.
    var costs: [Double]
}

/// What a pass found in one block of indices.
struct WeighedBlock: Sendable, Equatable {
    /// Those at or above the floor, in order.
    var samples: [WeighedSample] = []

    /// Bytes that a sample takes on the way.
    static func bytesEach(costs: Int) -> Int { 25 + 8 * costs }
}
