// SPDX-License-Identifier: Apache-2.0

/// `method: screened`, `band` and `impact` with their settings.
extension JobSpecReader {
    static func screened(
        _ node: JobNode
    ) throws(JobError) -> (settings: ScreenedSettings, screen: JobNode) {
        var map = JobMapping(
            node, path: "method.screened", keys: ["screen", "survivors", "audit"])
        if !map.has("screen") {
            map.note(nil, "missing key `screen`: the cheap utility, a formula or a plugin")
        }
        let survivors = map.read("survivors") {
            (node, path) throws(JobError) -> ScreenedSettings.Survivors in
            if let share = try? node.double(path: path, in: .openUnit) { return .share(share) }
            if let count = try? node.integer(path: path, in: 1...Int(Limits.samples)) {
                return .count(UInt64(count))
            }
            throw node.expected(
                "a share of the samples below 1, as `1%`, or a whole number of them", path: path)
        }
        let audit = map.integer("audit", in: 0...Limits.audited, default: 1_000)
        try map.finish()
        return (
            ScreenedSettings(survivors: survivors ?? .count(1), audit: audit ?? 0),
            map["screen"] ?? node
        )
    }

    static func impact(_ node: JobNode) throws(JobError) -> (width: Double?, variable: JobNode) {
        var map = JobMapping(node, path: "method.impact", keys: ["of", "width"])
        if !map.has("of") {
            map.note(nil, "missing key `of`: the variable whose law is capped, a formula")
        }
        let width = map.has("width") ? map.double("width", in: .positive) : nil
        try map.finish()
        return (width, map["of"] ?? node)
    }

    static func band(_ node: JobNode) throws(JobError) -> Double {
        var map = JobMapping(node, path: "method.band", keys: ["cut"])
        let cut = map.double("cut", in: .openUnit)
        try map.finish()
        return cut ?? 0
    }

    /// The function beside the utilities and costs that a method has.
    mutating func readAuxiliary(
        _ base: (any BaseDistribution)?, _ resources: JobResources
    ) -> NamedUtility? {
        guard let (key, node) = auxiliaryNode else { return nil }
        return compile(
            key, node, key == "screen" ? "method.screened.screen" : "method.impact.of", base,
            resources)
    }

    /// The numbers of a screened job: those of `exact`, and enough survivors.
    mutating func screened(_ settings: ScreenedSettings, _ numbers: Numbers) -> Numbers? {
        oneUtility("screened")
        let survivors = settings.count(of: numbers.samples)
        let most = numbers.quantiles.map {
            KeptCount.of(quantile: $0, samples: numbers.samples)
        }.max()
        if let most, most > survivors {
            map.note(
                "method",
                "\(survivors) samples survive the screen, and \(most) are to be kept: give more "
                    + "`survivors`")
            return nil
        }
        var result = numbers
        result.method = .screened(settings)
        return result
    }

    /// The numbers of a band: those of `exact`, with the cut above every quantile.
    mutating func band(_ cut: Double, _ numbers: Numbers, draws: Int) -> Numbers? {
        for quantile in numbers.quantiles {
            let (best, worst) = BandMethod.ranks(cut, quantile, samples: numbers.samples)
            guard cut < quantile, worst > best else {
                map.note(
                    "method",
                    "the band lies between `cut` and `quantile`: \(Number.text(cut)) is not below "
                        + "\(Number.text(quantile))")
                return nil
            }
            guard worst - best >= UInt64(draws) else {
                map.note(
                    map.has("draws") ? "draws" : nil,
                    "\(draws) draws, but \(numbers.samples) samples have only \(worst - best) in the "
                        + "band: give more `samples`, or fewer draws")
                return nil
            }
        }
        var result = numbers
        result.method = .band(cut: cut)
        return result
    }
}

extension ScreenedSettings {
    /// The settings as a job file has them, without the screen.
    var normalised: [(String, JSON)] {
        let number: JSON =
            switch survivors {
            case .share(let share): .number(share)
            case .count(let count): .integer(count)
            }
        return [("survivors", number), ("audit", .integer(UInt64(audit)))]
    }
}
