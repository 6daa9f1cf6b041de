// SPDX-License-Identifier: Apache-2.0

/// `method: screened` with its screen, or with stages of texts.
struct AskedScreened: AskedMethod {
    private static let screen = JobParameter(
        "screen", .function, default: .nothing("required, but with `stages`"),
        "The cheap first utility.")
    private static let survivors = JobParameter(
        "survivors", .either([.number(.openUnit), .whole(1...MethodKeys.mostSamples)]),
        default: .nothing("required, but with `stages`"),
        "Samples on which the utility is evaluated: a share of all, or so many.")
    private static let audit = JobParameter(
        "audit", .whole(0...Limits.audited), default: .whole(1_000),
        "Samples screened out that are evaluated all the same, on average.")
    private static let tokens = JobParameter(
        "tokens", .whole(1...RecordLimits.tokens), unit: "tokens",
        "What a text has at most at the stage's end, more than at the one before.")
    private static let keep = JobParameter(
        "keep", .number(.openUnit), "The share of the stage's texts that go on.")
    private static let utility = JobParameter(
        "utility", .function, default: .nothing("the job's"), "What the texts are ranked by.")
    private static let stage = ParameterGroup([tokens, keep, utility])
    private static let stages = JobParameter(
        "stages", .groups(stage, most: Limits.textStages), default: .nothing("none"),
        "Of texts, in place of the others: where they are ranked on their way.")

    static let declaration = SettingsDeclaration(
        .method, "screened",
        "Ranks all samples by a cheap first utility, and evaluates the utility on the best alone.",
        ParameterGroup(
            [screen, survivors, audit, stages],
            choices: [screen, survivors, audit].map {
                .init(keys: [stages.key, $0.key], isOptional: $0.key == audit.key)
            }), example: "{ screen: \"x[0]\", survivors: 0.1, audit: 1000 }",
        page: "methods/screened.md")

    static let nature = MethodNature(
        kept: .part, drawsHaveReceipts: true, takesRecorded: .ofTexts(with: stages.key))

    var settings: ScreenedSettings
    var screen: JobNode?
    var stageUtilities: [JobNode?]

    var auxiliary: (name: String, key: String, node: JobNode)? {
        screen.map { (Self.screen.key, Self.screen.key, $0) }
    }

    static func read(
        _ map: inout JobMapping, _ surroundings: MethodSurroundings
    ) -> AskedScreened {
        if let node = map.node(Self.stages) {
            let path = map.path(of: Self.stages.key)
            let stages = map.collect { () throws(JobError) in try Self.stages(node, path) } ?? []
            var settings = ScreenedSettings(survivors: .count(1), audit: 0)
            settings.stages = stages.map(\.stage)
            return AskedScreened(
                settings: settings, screen: nil, stageUtilities: stages.map(\.utility))
        }
        let survivors: ScreenedSettings.Survivors =
            switch map.value(of: Self.survivors) {
            case .number(let share): .share(share)
            case .whole(let count): .count(UInt64(count))
            default: .count(1)
            }
        return AskedScreened(
            settings: ScreenedSettings(survivors: survivors, audit: map.whole(audit) ?? 0),
            screen: map.node(screen) ?? map.node, stageUtilities: [])
    }

    private static func stages(
        _ node: JobNode, _ path: String
    ) throws(JobError) -> [(stage: TextStage, utility: JobNode?)] {
        var result: [(stage: TextStage, utility: JobNode?)] = []
        for (i, item) in try node.list(path: path, limit: Limits.textStages).enumerated() {
            var map = stage.open(item, path: "\(path)[\(i)]")
            let before = result.last?.stage.tokens ?? 0
            let tokens = map.whole(tokens)
            if let tokens, tokens <= before {
                map.note(
                    Self.tokens.key, "expected more tokens than at the stage before, \(before)")
            }
            let made = TextStage(tokens: tokens ?? 1, keep: map.number(keep) ?? 1)
            let utility = map.node(utility)
            try map.finish()
            result.append((made, utility))
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
