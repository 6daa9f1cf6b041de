// SPDX-License-Identifier: Apache-2.0

@testable import Quantilizer

/// A base of a few outcomes with a utility: every ratio dP/dγ can be counted on it.
struct CountedBase: Sendable {
    let name: String
    let base: any BaseDistribution
    /// Utilities by value.
    let utility: @Sendable (Double) -> Double
    /// The outcome that a value is.
    let cell: @Sendable (Double) -> Int
    let masses: [Double]
    /// The mass asked of methods with a gate.
    let gate: Double
    /// A utility, and the mass at or above it.
    let threshold: (utility: Double, mass: Double)
    /// What `importance` samples in place of the base, and prefers an outcome that is not the best.
    var proposal: (any BaseDistribution)?

    /// Two hills. The true one, at the left end, is thin and has no slope; the decoy leads up step by
    /// step to a summit of a tenth of its mass.
    static func hills() throws -> CountedBase {
        let utility: @Sendable (Double) -> Double = { u in
            if u < 0.002 || u > 0.9998 { return 10 }
            if u > 0.998 { return 3 }
            if u > 0.98 { return 2 }
            return u > 0.8 ? 1 : 0
        }
        return CountedBase(
            name: "two hills, one a decoy", base: UnitBase(), utility: utility,
            cell: { u in utility(u) < 10 ? 0 : u < 0.5 ? 1 : 2 },
            masses: [0.9978, 0.002, 0.0002], gate: 0.0019, threshold: (2, 0.022))
    }

    /// The rarest atom is the best by far; the proposal hardly sees it.
    static func atoms() throws -> CountedBase {
        let masses = [0.5, 0.3, 0.15, 0.04, 0.008, 0.002]
        return CountedBase(
            name: "six atoms", base: try CategoricalBase(weights: masses),
            utility: { [0, 1, 2, 3, 4, 9][Int($0)] }, cell: { Int($0) }, masses: masses,
            gate: 0.006, threshold: (3, 0.05),
            proposal: try CategoricalBase(weights: [1, 1, 1, 1, 20, 0]))
    }

    /// Nothing to choose by but labels: every method must return the base.
    static func constant() throws -> CountedBase {
        let masses = [0.5, 0.3, 0.15, 0.04, 0.01]
        return CountedBase(
            name: "a constant on five atoms", base: try CategoricalBase(weights: masses),
            utility: { _ in 1 }, cell: { Int($0) }, masses: masses, gate: 0.05,
            threshold: (1, 1), proposal: try CategoricalBase(weights: [1, 1, 1, 1, 1]))
    }

    /// Heads among ten fair coins. The gate cuts an atom.
    static func binomial() throws -> CountedBase {
        CountedBase(
            name: "Bin(10, ½)", base: try BinomialBase(trials: 10, probability: 0.5),
            utility: { $0 }, cell: { Int($0) },
            masses: [1, 10, 45, 120, 210, 252, 210, 120, 45, 10, 1].map { $0 / 1024 },
            gate: 0.03, threshold: (8, 56 / 1024),
            proposal: try BinomialBase(trials: 10, probability: 0.7))
    }

    static func all() throws -> [CountedBase] {
        [try hills(), try atoms(), try constant(), try binomial()]
    }

    func job(
        _ method: MethodChoice, seed: UInt64, samples: UInt64 = 64, quantile: Double
    ) -> CompiledJob {
        func named(_ name: String, _ map: @escaping @Sendable (Double) -> Double) -> NamedUtility {
            NamedUtility(name: name, source: name, utility: MapUtility(map: map))
        }
        var auxiliary: NamedUtility?
        // A screen that drops what is best.
        let (utility, cell, best) = (utility, cell, masses.count - 1)
        if method.name == "screened" {
            auxiliary = named("screen") { cell($0) == best ? -1 : utility($0) }
        }
        if method.name == "impact" { auxiliary = named("impact") { Double(cell($0)) } }
        var weighs: (any BaseDistribution)?
        if method.name == "importance" { weighs = proposal }
        return CompiledJob(
            settings: JobSettings(
                seed: seed, samples: samples, quantiles: [quantile], method: method),
            base: base, utilities: [named("u", utility)], auxiliary: auxiliary, proposal: weighs)
    }
}
