// SPDX-License-Identifier: Apache-2.0

/// `method: screened`, `band` and `impact` with their settings.
extension JobSpecReader {
    static func screened(
        _ node: JobNode
    ) throws(JobError) -> (settings: ScreenedSettings, screen: JobNode?, screens: [JobNode?]) {
        var map = JobMapping(
            node, path: "method.screened", keys: ["screen", "survivors", "audit", "stages"])
        if map.has("stages") {
            for key in ["screen", "survivors", "audit"] where map.has(key) {
                map.note(key, "`stages` of texts take the place of `\(key)`")
            }
            let stages = map.read("stages") { (node, path) throws(JobError) in
                try Self.stages(node, path)
            }
            try map.finish()
            var settings = ScreenedSettings(survivors: .count(1), audit: 0)
            settings.stages = stages?.map(\.stage) ?? []
            return (settings, nil, stages?.map(\.utility) ?? [])
        }
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
            map["screen"] ?? node, []
        )
    }

    private static func stages(
        _ node: JobNode, _ path: String
    ) throws(JobError) -> [(stage: TextStage, utility: JobNode?)] {
        var result: [(stage: TextStage, utility: JobNode?)] = []
        for (i, item) in try node.list(path: path, limit: Limits.textStages).enumerated() {
            var map = JobMapping(
                item, path: "\(path)[\(i)]", keys: ["tokens", "keep", "utility"])
            let least = (result.last?.stage.tokens ?? 0) + 1
            let tokens = map.integer("tokens", in: least...max(least, RecordLimits.tokens))
            let keep = map.double("keep", in: .openUnit)
            try map.finish()
            result.append(
                (TextStage(tokens: tokens ?? least, keep: keep ?? 1), map["utility"]))
        }
        guard !result.isEmpty else {
            throw node.expected("stages such as `[{ tokens: 8, keep: 25% }]`", path: path)
        }
        return result
    }

    /// What texts are ranked by after each stage: the utility, where a stage names none.
    mutating func readScreens(
        _ base: (any BaseDistribution)?, _ utilities: [NamedUtility], _ method: MethodChoice?,
        _ resources: JobResources
    ) -> [NamedUtility] {
        guard case .screened(let settings)? = method, !settings.stages.isEmpty else { return [] }
        guard let base = base as? TextBase else {
            if base != nil {
                map.note("method", "`stages` are of texts: of other bases give `screen`")
            }
            return []
        }
        let source = base.source
        if let problem = source.whyNotInStages { map.note("base", problem) }
        if let last = settings.stages.last, last.tokens >= source.maximumTokens {
            map.note(
                "method",
                "a stage ends before the text does: `max_tokens` is \(source.maximumTokens)")
        }
        var result: [NamedUtility] = []
        for (number, node) in stageNodes.enumerated() {
            let path = "method.screened.stages[\(number)].utility"
            let made =
                if let node { compile("stage", node, path, base, resources) } else {
                    utilities.first
                }
            guard let made else { continue }
            let elsewhere = made.formulas.flatMap(\.usedColumns).compactMap { column in
                let place = column - TextBase.usual.count
                return place >= 0 && !source.features[place].isLocal
                    ? source.features[place].name : nil
            }
            if let name = elsewhere.first {
                map.note(
                    "method",
                    "after stage \(number + 1) `\(name)` is not known, which is measured on whole texts "
                        + "alone: give the stage a `utility` of patterns, lengths or logprob")
            }
            result.append(made)
        }
        return result
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
        let survivors =
            settings.goingOn(of: numbers.samples).last ?? settings.count(of: numbers.samples)
        let most = numbers.quantiles.map {
            KeptCount.of(quantile: $0, samples: numbers.samples)
        }.max()
        if let most, most > survivors {
            map.note(
                "method",
                "\(survivors) samples survive the screen, and \(most) are to be kept: give more "
                    + (settings.stages.isEmpty ? "`survivors`" : "`keep`"))
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

extension NamedUtility {
    /// The formulas that it is made of.
    fileprivate var formulas: [Formula] {
        members.isEmpty ? [utility as? Formula].compactMap { $0 } : members.flatMap(\.formulas)
    }
}

extension ScreenedSettings {
    /// The settings as a job file has them, with what texts are ranked by after each stage.
    func normalised(_ screens: [NamedUtility]) -> [(String, JSON)] {
        guard !stages.isEmpty else { return normalised }
        let list = zip(stages, screens).map { stage, screen in
            JSON.object([
                ("tokens", .integer(UInt64(stage.tokens))), ("keep", .number(stage.keep)),
                ("utility", screen.normalised),
            ])
        }
        return [("stages", .array(list))]
    }

    /// The settings as a job file has them, without the screen.
    private var normalised: [(String, JSON)] {
        let number: JSON =
            switch survivors {
            case .share(let share): .number(share)
            case .count(let count): .integer(count)
            }
        return [("survivors", number), ("audit", .integer(UInt64(audit)))]
    }
}
