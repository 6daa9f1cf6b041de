// SPDX-License-Identifier: Apache-2.0

/// The keys that say how many samples, what is kept and how precisely: they depend on each other, and on
/// the method, which reads them here.
struct MethodKeys {
    /// The job file, where what is wrong is noted.
    var map: JobMapping
    let quantiles: [Double]
    let samples: Int?
    let precision: Precision?
    let draws: Int
    let confidence: Double
    /// Whether the job is about an event.
    let isEstimate: Bool

    /// The most samples that a job file can ask for.
    static let mostSamples = Int(Limits.samples)

    /// The key that the quantiles stand under.
    var quantileKey: String { map.has("quantiles") ? "quantiles" : "quantile" }
}

extension MethodKeys {
    /// The numbers of `exact` for a method that selects as it does.
    mutating func exactSamples(_ method: MethodChoice) -> MethodNumbers? {
        if case .threshold = precision {
            map.note(
                "precision", "\(method.name) finds no number of samples by itself: give `samples`")
            return nil
        }
        return exact(method)
    }

    /// The numbers of `exact`: as many samples as the precision takes, or enough for the quantile.
    mutating func exact(_ method: MethodChoice) -> MethodNumbers? {
        guard let least = quantiles.min() else {
            map.note(nil, "missing key `quantile`: the share of the base's mass to draw from")
            return nil
        }
        let kept: Double
        switch precision {
        case .tailMass(let relative):
            var most: UInt64 = 0
            for quantile in quantiles {
                guard
                    let found = TailMass.rank(
                        relativePrecision: relative, quantile: quantile, confidence: confidence,
                        limit: Limits.samples)
                else {
                    map.note(
                        "precision",
                        "this precision at quantile \(Number.text(quantile)) needs more than "
                            + "\(Limits.samples) samples; ask for a coarser one")
                    return nil
                }
                most = max(most, found.samples)
            }
            kept = max(Double(most) * least, Double(draws))
        case .threshold, nil: kept = max(1_000, Double(draws))
        }
        let automatic = max(precision == nil ? 100_000 : 1, (kept / least).rounded(.up))
        guard samples != nil || automatic <= Double(Limits.samples) else {
            map.note(
                "quantile", "so small a quantile needs more than \(Limits.samples) samples")
            return nil
        }
        let number = samples.map { UInt64($0) } ?? UInt64(automatic)
        if case .threshold = precision {
        } else if UInt64(draws) > KeptCount.of(quantile: least, samples: number) {
            let needed = (Double(draws) / least).rounded(.up)
            map.note(
                map.has("draws") ? "draws" : nil,
                "\(draws) draws, but \(number) samples keep only "
                    + "\(KeptCount.of(quantile: least, samples: number)) at quantile "
                    + "\(Number.text(least)): give `samples` of at least \(Number.text(needed)), or "
                    + "fewer draws")
            return nil
        }
        let asked: (String, JSON)
        if case .threshold(let width) = precision {
            asked = ("precision", .object([("threshold", .number(width))]))
        } else {
            asked = ("samples", .integer(number))
        }
        return MethodNumbers(
            samples: number, quantiles: quantiles, method: method, precision: precision,
            asked: asked)
    }

    /// What they need of the rest of the job. `instead` says what takes the place of `samples`.
    mutating func single(
        _ method: MethodChoice, instead: String
    ) -> MethodNumbers? {
        let before = map.diagnostics.count
        let name = method.name
        for key in ["samples", "precision"] where map.has(key) {
            map.note(
                key,
                "\(name) does not use `\(key)`: leave it out, and give \(instead) under "
                    + "`method: \(name)`")
        }
        if isEstimate {
            return map.diagnostics.count == before ? .estimate(method) : nil
        }
        oneUtility(name)
        if quantiles.count > 1 {
            map.note("quantiles", "\(name) goes to one quantile: make a job of each")
        }
        guard let quantile = quantiles.first else {
            map.note(nil, "missing key `quantile`: the share of the base's mass to draw from")
            return nil
        }
        if quantile < 1e-300 { map.note("quantile", "\(name) goes to quantiles of 1e-300") }
        guard map.diagnostics.count == before else { return nil }
        return MethodNumbers(
            samples: 1, quantiles: [quantile], method: method, precision: nil, asked: nil)
    }

    /// Notes it where there are several utilities.
    mutating func oneUtility(_ name: String) {
        if let node = map["utilities"], case .mapping(let entries) = node.content,
            entries.count > 1
        {
            map.note("utilities", "\(name) goes to one utility: make a job of each")
        }
    }
}
