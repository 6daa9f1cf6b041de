// SPDX-License-Identifier: Apache-2.0

/// `method: best-of-n` and its n, which may stand elsewhere.
struct AskedBestOfN: AskedMethod {
    static let name = "best-of-n"

    var n: Int?

    var isIndependent: Bool { true }

    static func read(
        _ node: JobNode, _ surroundings: MethodSurroundings
    ) throws(JobError) -> AskedBestOfN {
        var map = JobMapping(node, path: "method.best-of-n", keys: ["n"])
        let n = map.has("n") ? map.integer("n", in: 1...MethodKeys.mostSamples) : nil
        try map.finish()
        return AskedBestOfN(n: n)
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
