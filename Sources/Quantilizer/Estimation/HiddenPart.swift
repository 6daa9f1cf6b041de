// SPDX-License-Identifier: Apache-2.0

/// A part of a level that samples may all have missed, and what it could add to the mass found.
///
/// No interval from what was seen covers it: of a part with less than `share` of a level none of the
/// samples there may have been, and all of it may lie in what is asked for. The chance that a larger part
/// was missed is at most ``risk``, where the samples are independent.
///
/// **Units**: `mass` and `adds` are γ-masses, `share` is of the level.
public struct HiddenPart: Sendable, Hashable {
    /// The mass of the level, 1 for the base.
    public var mass: Double
    /// The largest share of it that may have been missed.
    public var share: Double
    /// The mass that it could add.
    public var adds: Double { mass * share }

    /// The chance that a larger part was missed.
    public static let risk = 0.05

    /// Of a level of some mass that so many samples looked at. Each of them falls into a part of it with at
    /// least `chance` times the part's share: 1 − risk^(1/n) over the chance.
    init(mass: Double, samples: UInt64, chance: Double = 1) {
        self.mass = mass
        let met = TailMass.clopperPearson(
            hits: 0, trials: samples, confidence: 1 - 2 * Self.risk
        ).upper
        share = min(1, met / chance)
    }
}
