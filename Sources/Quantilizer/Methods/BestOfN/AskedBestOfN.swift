// SPDX-License-Identifier: Apache-2.0

/// `method: best-of-n` and its n, which may stand elsewhere.
struct AskedBestOfN: AskedMethod {
    private static let size = JobParameter(
        "n", .whole(1...MethodKeys.mostSamples),
        default: .nothing("`samples`, or 1/`quantile`"), "Samples a group.")

    static let declaration = SettingsDeclaration(
        .method, "best-of-n", "Every draw is the best of its own n samples.", also: ["bon"],
        ParameterGroup([size]), example: "{ n: 16 }", page: "methods/best-of-n.md")

    static let nature = MethodNature(
        kept: .winners, drawsHaveReceipts: true, measuresEverySample: true, takesReplayed: true,
        takesRecorded: .always)

    var n: Int?

    var isIndependent: Bool { true }

    static func read(_ map: inout JobMapping, _ surroundings: MethodSurroundings) -> AskedBestOfN {
        AskedBestOfN(n: map.whole(size))
    }

    func numbers(_ keys: inout MethodKeys) -> MethodNumbers? {
        if keys.precision != nil {
            keys.map.note("precision", "best-of-n has no precision to choose")
        }
        let (quantiles, samples, draws) = (keys.quantiles, keys.samples, keys.draws)
        let given = [n != nil, samples != nil, !quantiles.isEmpty].count { $0 }
        guard given == 1, quantiles.count <= 1 else {
            keys.map.note(
                keys.map.has("method") ? "method" : nil,
                "best-of-n needs n once: as `samples`, as `method: { best-of-n: { n: 16 } }`, or as "
                    + "1/`quantile`")
            return nil
        }
        let size = n ?? samples ?? Int((1 / (quantiles.first ?? 1)).rounded())
        guard size <= MethodKeys.mostSamples / draws else {
            keys.map.note(
                "draws", "\(draws) groups of \(size) are more than \(Limits.samples) samples")
            return nil
        }
        return MethodNumbers(
            samples: UInt64(size), quantiles: [1 / Double(size)], method: .bestOfN, precision: nil,
            asked: ("samples", .integer(UInt64(size))))
    }
}
