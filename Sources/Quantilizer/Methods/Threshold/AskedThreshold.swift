// SPDX-License-Identifier: Apache-2.0

/// `method: threshold`, with a value or a pilot.
struct AskedThreshold: AskedMethod {
    private static let value = JobParameter(
        "value", .number(.finite), default: .nothing("a pilot finds it"), unit: "utility",
        "The level to reach; then there is no `quantile`.")
    private static let pilot = JobParameter(
        "pilot", .whole(1...MethodKeys.mostSamples),
        default: .nothing("1,000/`quantile`, at least 100,000"), unit: "samples",
        "Samples that find the level.")
    private static let maximum = JobParameter(
        "maximum", .whole(1...MethodKeys.mostSamples),
        default: .nothing("`samples`; else enough for the draws, or 1e9 with `value`"),
        unit: "samples", "The most samples it may take; also the job's `samples`.")

    static let declaration = SettingsDeclaration(
        .method, "threshold",
        "Takes fresh samples until the draws asked for reach a level: they are independent.",
        ParameterGroup(
            [value, pilot, maximum], choices: [.init(keys: ["value", "pilot"], isOptional: true)]),
        example: "{ value: 2.5 }", page: "methods/threshold.md")

    static let nature = MethodNature(
        kept: .best, drawsHaveReceipts: true, measuresEverySample: true, takesReplayed: true)

    var value: Double?
    var pilot: Int?
    var maximum: Int?

    var isIndependent: Bool { true }

    static func read(
        _ map: inout JobMapping, _ surroundings: MethodSurroundings
    ) -> AskedThreshold {
        AskedThreshold(
            value: map.number(value), pilot: map.whole(pilot), maximum: map.whole(maximum))
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
