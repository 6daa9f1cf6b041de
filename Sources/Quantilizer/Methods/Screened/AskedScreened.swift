// SPDX-License-Identifier: Apache-2.0

/// `method: screened` with its screen, or with stages of texts.
struct AskedScreened: AskedMethod {
    static let name = "screened"

    var settings: ScreenedSettings
    var screen: JobNode?
    var stageUtilities: [JobNode?]

    var auxiliary: (key: String, path: String, node: JobNode)? {
        screen.map { ("screen", "method.screened.screen", $0) }
    }

    static func read(
        _ node: JobNode, _ surroundings: MethodSurroundings
    ) throws(JobError) -> AskedScreened {
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
            return AskedScreened(
                settings: settings, screen: nil, stageUtilities: stages?.map(\.utility) ?? [])
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
        return AskedScreened(
            settings: ScreenedSettings(survivors: survivors ?? .count(1), audit: audit ?? 0),
            screen: map["screen"] ?? node, stageUtilities: [])
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

    /// Those of `exact`, and enough survivors.
    func numbers(_ keys: inout MethodKeys) -> MethodNumbers? {
        guard let numbers = keys.exactSamples(.screened(settings)) else { return nil }
        keys.oneUtility("screened")
        let survivors =
            settings.goingOn(of: numbers.samples).last ?? settings.count(of: numbers.samples)
        let most = numbers.quantiles.map {
            KeptCount.of(quantile: $0, samples: numbers.samples)
        }.max()
        if let most, most > survivors {
            keys.map.note(
                "method",
                "\(survivors) samples survive the screen, and \(most) are to be kept: give more "
                    + (settings.stages.isEmpty ? "`survivors`" : "`keep`"))
            return nil
        }
        return numbers
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
