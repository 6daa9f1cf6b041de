// SPDX-License-Identifier: Apache-2.0

/// The numbers of `method: screened`.
public struct ScreenedSettings: Sendable, Hashable {
    /// How many samples the screen lets through.
    public enum Survivors: Sendable, Hashable {
        /// A share of the samples issued.
        case share(Double)
        /// So many.
        case count(UInt64)
    }

    /// How many get the utility evaluated.
    public var survivors: Survivors
    /// Samples screened out that are evaluated all the same, on average.
    public var audit: Int
    /// Of texts, the stages in which they are written; then the two above are of no use.
    public var stages: [TextStage] = []

    /// Settings.
    public init(survivors: Survivors, audit: Int = 1_000) {
        self.survivors = survivors
        self.audit = audit
    }

    /// The numbers of texts that go on after each stage.
    func goingOn(of samples: UInt64) -> [UInt64] {
        var left = samples
        return stages.map { stage in
            left = KeptCount.of(quantile: stage.keep, samples: left)
            return left
        }
    }

    /// The share of the samples whose ⌈share · samples⌉ is the number of survivors.
    func share(of samples: UInt64) -> Double {
        switch survivors {
        case .share(let share): share
        case .count(let count):
            count >= samples ? 1 : max(0.5, Double(count) - 0.5) / Double(samples)
        }
    }

    /// Survivors among so many.
    func count(of samples: UInt64) -> UInt64 {
        KeptCount.of(quantile: share(of: samples), samples: samples)
    }

    /// A screened-out sample is audited where its word is below this; all are at the largest word.
    func auditLimit(of samples: UInt64) -> UInt64 {
        let rejected = samples - count(of: samples)
        guard audit > 0, rejected > 0 else { return 0 }
        let share = Double(audit) / Double(rejected)
        return share >= 1 ? .max : UInt64(share * 0x1p64)
    }

    /// Room for audited samples' keys; their number varies as Poisson's.
    var auditCapacity: Int {
        audit + 64 + 12 * Int(Double(audit).squareRoot())
    }
}
