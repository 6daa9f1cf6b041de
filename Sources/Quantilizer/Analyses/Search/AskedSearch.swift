// SPDX-License-Identifier: Apache-2.0

/// The key `search`: parameters of a reward, and how they are looked for.
struct AskedSearch: AskedMethod {
    private static let usual = SearchSettings(parameters: [])

    private static let parameters = JobParameter(
        "parameters",
        .other(
            "1 to 64 names with the least and the greatest value of each",
            schema: .object([
                ("type", .string("object")), ("minProperties", .integer(1)),
                ("maxProperties", .integer(64)),
                (
                    "additionalProperties",
                    .object([
                        ("type", .string("array")), ("minItems", .integer(2)),
                        ("maxItems", .integer(2)),
                        (
                            "items",
                            .object([("type", .array([.string("number"), .string("string")]))])
                        ),
                    ])
                ),
            ])),
        "Free names of the utility, the reward, with their ranges.")
    /// What judges.
    static let criterion = JobParameter(
        "criterion", .function,
        "A formula that judges what was selected; it sees neither the parameters nor the reward.")
    private static let way = JobParameter(
        "by", .choice(SearchSettings.Way.allCases.map(\.rawValue)),
        default: .text(usual.way.rawValue), "How the next candidates are chosen.")
    private static let generations = JobParameter(
        "generations", .whole(1...150), default: .whole(usual.generations), "Rounds of candidates.")
    private static let population = JobParameter(
        "population", .whole(2...Limits.searchCandidates), default: .whole(usual.population),
        "Candidates a round, an even number.")
    private static let sigma = JobParameter(
        "sigma", .number(.fraction), default: .number(usual.sigma),
        "Of evolution, the spread of candidates, as a share of a range; a tenth of that in the end."
    )
    private static let rate = JobParameter(
        "rate", .number(JobRange(0, 10, includesLower: false)), default: .number(usual.rate),
        "Of evolution, the length of a step, in spreads.")
    private static let samples = JobParameter(
        "samples", .whole(256...1 << 20), default: .whole(usual.samples),
        "Samples of an inner quantilizer.")
    private static let replicates = JobParameter(
        "replicates", .whole(2...Limits.searchCandidates), default: .whole(usual.replicates),
        "Fresh sets of samples for what is reported.")
    /// Where else the last parameters are tried.
    static let shifted = JobParameter(
        "shifted", .base, default: .nothing("none"),
        "A base where something changed, on which the last parameters are tried too.")

    static let declaration = SettingsDeclaration(
        .analysis, "search",
        "Which parameters of a reward do well by a criterion that its quantilizer never sees?",
        of: .too,
        ParameterGroup([
            parameters, criterion, way, generations, population, sigma, rate, samples, replicates,
            shifted,
        ]), example: "{ parameters: { w: [0, 1] }, criterion: \"value\" }",
        page: "analyses.md#search")

    static let nature = MethodNature()

    var settings: SearchSettings

    static func read(_ map: inout JobMapping, _ surroundings: MethodSurroundings) -> AskedSearch {
        let place = map.path(of: parameters.key)
        let named = map.node(parameters).flatMap { node in
            map.collect { () throws(JobError) in try Self.parameters(node, place) }
        }
        var settings = SearchSettings(parameters: named ?? [])
        settings.way = map.choice(way, as: SearchSettings.Way.self) ?? settings.way
        settings.generations = map.whole(generations) ?? settings.generations
        settings.population = map.whole(population) ?? settings.population
        settings.samples = map.whole(samples) ?? settings.samples
        settings.replicates = map.whole(replicates) ?? settings.replicates
        if settings.population % 2 == 1 {
            map.note(population.key, "expected an even number: candidates come in pairs")
        }
        settings.sigma = map.number(sigma) ?? settings.sigma
        settings.rate = map.number(rate) ?? settings.rate
        _ = map.node(criterion)
        return AskedSearch(settings: settings)
    }

    private static func parameters(
        _ node: JobNode, _ path: String
    ) throws(JobError) -> [SearchSettings.Parameter] {
        guard case .mapping(let entries) = node.content, !entries.isEmpty, entries.count <= 64
        else {
            throw node.expected(
                "1 to 64 names with the range of each, as `{ w: [0, 1] }`", path: path)
        }
        let taken: Set<String> = ["x", "pi", "e", "inf", "nan"]
        var result: [SearchSettings.Parameter] = []
        for entry in entries {
            let place = "\(path).\(entry.key)"
            guard FormulaNames.isName(entry.key), !taken.contains(entry.key) else {
                throw JobError(
                    at: entry.keyPosition, path: place,
                    "expected a name that the formula can use and that means nothing else")
            }
            let ends = try entry.value.doubles(path: place, limit: 2)
            guard ends.count == 2, ends[0] < ends[1] else {
                throw entry.value.expected("a least and a greatest value", path: place)
            }
            result.append(
                SearchSettings.Parameter(name: entry.key, lower: ends[0], upper: ends[1]))
        }
        guard Set(result.map(\.name)).count == result.count else {
            throw JobError(at: node.position, path: path, "a parameter is given twice")
        }
        return result
    }

    func numbers(_ keys: inout MethodKeys) -> MethodNumbers? {
        if keys.quantiles.count > 1 {
            keys.map.note("quantiles", "a search has one quantile: make a job of each")
            return nil
        }
        guard let quantile = keys.quantiles.first else {
            keys.map.note(nil, "missing key `quantile`: the share that the inner quantilizer keeps")
            return nil
        }
        return MethodNumbers(
            samples: UInt64(settings.samples), quantiles: [quantile], method: .search(settings),
            precision: nil, asked: nil)
    }
}

extension SearchSettings {
    /// The search as a job file has it.
    func normalised(_ shape: SearchShape, criterion: String) -> JSON {
        var members: [(String, JSON)] = [
            (
                "parameters",
                .object(
                    parameters.map { ($0.name, .array([.number($0.lower), .number($0.upper)])) })
            ),
            ("criterion", .string(criterion)), ("by", .string(way.rawValue)),
            ("generations", .integer(UInt64(generations))),
            ("population", .integer(UInt64(population))), ("sigma", .number(sigma)),
            ("rate", .number(rate)), ("samples", .integer(UInt64(samples))),
            ("replicates", .integer(UInt64(replicates))),
        ]
        if shape.shifted != nil { members.append(("shifted", shape.shiftedNode)) }
        return .object(members)
    }
}
