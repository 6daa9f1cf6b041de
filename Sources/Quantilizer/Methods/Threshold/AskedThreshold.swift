// SPDX-License-Identifier: Apache-2.0

/// `method: threshold`, with a value or a pilot.
struct AskedThreshold: AskedMethod {
    static let name = "threshold"

    var value: Double?
    var pilot: Int?
    var maximum: Int?

    var isIndependent: Bool { true }

    static func read(
        _ node: JobNode, _ surroundings: MethodSurroundings
    ) throws(JobError) -> AskedThreshold {
        var map = JobMapping(
            node, path: "method.threshold", keys: ["value", "pilot", "maximum"])
        map.exactlyOne(of: ["value", "pilot"], optional: true)
        let most = MethodKeys.mostSamples
        let value = map.has("value") ? map.double("value") : nil
        let pilot = map.has("pilot") ? map.integer("pilot", in: 1...most) : nil
        let maximum = map.has("maximum") ? map.integer("maximum", in: 1...most) : nil
        try map.finish()
        return AskedThreshold(value: value, pilot: pilot, maximum: maximum)
    }

    func numbers(_ keys: inout MethodKeys) -> MethodNumbers? {
        if keys.precision != nil {
            keys.map.note("precision", "`threshold` has no precision to choose")
        }
        if maximum != nil, keys.samples != nil {
            keys.map.note("samples", "give only one of `samples` and `method.threshold.maximum`")
        }
        let maximum = maximum ?? keys.samples
        let (quantiles, draws) = (keys.quantiles, keys.draws)
        if let value {
            if !quantiles.isEmpty {
                keys.map.note(
                    keys.quantileKey,
                    "give only one of `quantile` and `method.threshold.value`")
                return nil
            }
            let most = UInt64(maximum ?? 1_000_000_000)
            return MethodNumbers(
                samples: most, quantiles: [1],
                method: .threshold(.value(value), maximumSamples: most), precision: nil,
                asked: ("samples", .integer(most)))
        }
        guard let least = quantiles.min() else {
            keys.map.note(nil, "missing key `quantile`, or `method.threshold.value`")
            return nil
        }
        let size = pilot.map { Double($0) } ?? max(100_000, (1_000 / least).rounded(.up))
        let wanted = Double(draws)
        let most =
            maximum.map { Double($0) }
            ?? min(
                Double(Limits.samples),
                (20 * (wanted + 10 * wanted.squareRoot() + 50) / least).rounded(.up))
        guard size <= Double(Limits.samples) else {
            keys.map.note("quantile", "so small a quantile needs too large a pilot")
            return nil
        }
        return MethodNumbers(
            samples: UInt64(most), quantiles: quantiles,
            method: .threshold(.pilot(UInt64(size)), maximumSamples: UInt64(most)), precision: nil,
            asked: ("samples", .integer(UInt64(most))))
    }
}
