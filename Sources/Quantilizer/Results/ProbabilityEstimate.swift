// SPDX-License-Identifier: Apache-2.0

/// The probability of an event, with what is known of its error.
public struct ProbabilityEstimate: Sendable, Hashable {
    /// The estimate; unbiased, but that a weighed one above 1 is 1.
    public var p: Double
    /// An interval of the probability.
    public var interval: Interval
    /// Its confidence.
    public var confidence: Double
    /// The estimate's coefficient of variation; infinite where the event was not seen.
    public var variation: Double
    /// Samples of equal weight, all in the event, that would say as much.
    public var effective: Double
    /// Evaluations it took.
    public var evaluations: UInt64

    /// ln p, in nats.
    public var logP: Double { Kernels.log(p) }

    /// The interval of ln p, in nats; −∞ where p may be 0.
    public var logInterval: Interval {
        Interval(Kernels.log(interval.lower), Kernels.log(interval.upper))
    }

    /// What as many plain samples without a hit would bound the probability by, with 95 %: 3/N.
    public var naiveFloor: Double { 3 / Double(evaluations) }
}
