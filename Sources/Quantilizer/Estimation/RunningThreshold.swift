// SPDX-License-Identifier: Apache-2.0

/// The best keys of the samples seen so far, from which the threshold can be shown as a job runs.
struct RunningRanks: Sendable {
    var samples: UInt64
    var quantile: Double
    /// Samples above all of `keys`.
    var above: UInt64
    /// Keys held, in one list or in several; all of them from `floor` up are there.
    var keys: [[Key]]
    var floor: Key
}

/// A job's threshold as known so far, with an interval that stays valid though it is watched.
public struct RunningThreshold: Sendable, Hashable {
    /// Samples that it rests on.
    public var samples: UInt64
    /// The quantile's estimate.
    public var value: Double
    /// The interval; ends are infinite where nothing bounds them.
    public var interval: Interval
    /// The probability that *all* intervals shown hold.
    public var confidence: Double
}

/// The fixed schedule of looks: one each time the number of samples has grown fourfold from `first`.
///
/// Look j spends δ·6/(π² (j+1)²) of the error probability, which sums to δ, so a watcher may stop at
/// whichever look pleases and every interval shown holds together with probability 1 − δ.
public enum LookSchedule {
    /// Samples at look 0.
    public static let first: UInt64 = 1 << 12

    /// The last look at or before so many samples; nil before the first.
    public static func look(samples: UInt64) -> Int? {
        samples < first
            ? nil : (first.leadingZeroBitCount - samples.leadingZeroBitCount) / 2
    }

    /// The confidence that look j is made with.
    public static func confidence(look: Int, total: Double) -> Double {
        let position = Double(look + 1)
        return 1 - (1 - total) * 0.6079271018540267 / (position * position)
    }
}

extension RunningRanks {
    /// The threshold at a look; nil where the ranks are not held.
    func threshold(look: Int, confidence: Double) -> RunningThreshold? {
        guard samples > 0 else { return nil }
        let ranks = OrderStatistics.ranks(
            samples: samples, quantile: quantile,
            confidence: LookSchedule.confidence(look: look, total: confidence))
        let kept = KeptCount.of(quantile: quantile, samples: samples)
        // Utilities alone, as bits: a third of what the keys take, which may be much.
        var held: [UInt64] = []
        held.reserveCapacity(keys.reduce(0) { $0 + $1.count { $0 >= floor } })
        for list in keys {
            for key in list where key >= floor { held.append(key.bits) }
        }
        func utility(_ rank: UInt64) -> Double? {
            guard rank > above, rank - above <= UInt64(held.count) else { return nil }
            return Key.utility(ofBits: Quickselect.largest(Int(rank - above), of: &held))
        }
        guard let value = utility(kept) else { return nil }
        return RunningThreshold(
            samples: samples, value: value,
            interval: Interval(
                ranks.worst > samples ? -.infinity : utility(ranks.worst) ?? -.infinity,
                ranks.best == 0 ? .infinity : utility(ranks.best) ?? .infinity),
            confidence: confidence)
    }
}
