// SPDX-License-Identifier: Apache-2.0

/// `method: band` and its cut.
struct AskedBand: AskedMethod {
    static let name = "band"

    var cut: Double

    static func read(
        _ node: JobNode, _ surroundings: MethodSurroundings
    ) throws(JobError) -> AskedBand {
        var map = JobMapping(node, path: "method.band", keys: ["cut"])
        let cut = map.double("cut", in: .openUnit)
        try map.finish()
        return AskedBand(cut: cut ?? 0)
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
