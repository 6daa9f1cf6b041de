// SPDX-License-Identifier: Apache-2.0

/// `method: band` and its cut.
struct AskedBand: AskedMethod {
    private static let cut = JobParameter(
        "cut", .number(.openUnit), "The upper quantile, below the job's `quantile`.")

    static let declaration = SettingsDeclaration(
        .method, "band", "Draws between two quantiles: the top `quantile` without the top `cut`.",
        ParameterGroup([cut]), example: "{ cut: 0.01 }", page: "methods/band.md")

    static let nature = MethodNature(
        kept: .part, drawsHaveReceipts: true, measuresEverySample: true)

    var cut: Double

    static func read(_ map: inout JobMapping, _ surroundings: MethodSurroundings) -> AskedBand {
        AskedBand(cut: map.number(cut) ?? 0)
    }

    /// Those of `exact`, with the cut above every quantile.
    func numbers(_ keys: inout MethodKeys) -> MethodNumbers? {
        guard let numbers = keys.exactSamples(.band(cut: cut)) else { return nil }
        let draws = keys.draws
        for quantile in numbers.quantiles {
            let (best, worst) = BandMethod.ranks(cut, quantile, samples: numbers.samples)
            guard cut < quantile, worst > best else {
                keys.map.note(
                    "method",
                    "the band lies between `cut` and `quantile`: \(Number.text(cut)) is not below "
                        + "\(Number.text(quantile))")
                return nil
            }
            guard worst - best >= UInt64(draws) else {
                keys.map.note(
                    keys.map.has("draws") ? "draws" : nil,
                    "\(draws) draws, but \(numbers.samples) samples have only \(worst - best) in the "
                        + "band: give more `samples`, or fewer draws")
                return nil
            }
        }
        return numbers
    }
}
