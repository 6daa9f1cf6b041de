// SPDX-License-Identifier: Apache-2.0

/// `search`: the parameters of a reward, and the criterion that judges them.
extension JobSpecReader {
    var isSearch: Bool { map.has("search") }

    private static let keys = [
        "parameters", "criterion", "by", "generations", "population", "sigma", "rate", "samples",
        "replicates", "shifted",
    ]

    /// Reads the numbers; the reward is then read with its parameters at the middle.
    mutating func readSearch() {
        guard let node = map["search"] else { return }
        for key in [
            "cost", "costs", "draws", "method", "samples", "precision", "event", "sweep", "audit",
            "attack",
        ] where map.has(key) {
            map.note(key, "a search has no `\(key)`; its numbers stand under `search`")
        }
        let settings = map.collect { () throws(JobError) in try Self.search(node) }
        searching = settings
        constants = Dictionary(
            settings?.parameters.map { ($0.name, $0.middle) } ?? Self.names(node)
        ) { first, _ in first }
    }

    /// The parameters' names where their settings are wrong: the reward that uses them is not.
    private static func names(_ node: JobNode) -> [(String, Double)] {
        guard case .mapping(let entries) = node.content,
            let parameters = entries.first(where: { $0.key == "parameters" }),
            case .mapping(let named) = parameters.value.content
        else { return [] }
        return named.map { ($0.key, 0.5) }
    }

    private static func search(_ node: JobNode) throws(JobError) -> SearchSettings {
        var map = JobMapping(node, path: "search", keys: keys)
        let parameters = map.read("parameters") { (node, path) throws(JobError) in
            try Self.parameters(node, path)
        }
        var settings = SearchSettings(parameters: parameters ?? [])
        settings.way = map.choice("by", of: "way", default: settings.way) ?? settings.way
        func integer(_ key: String, _ range: ClosedRange<Int>, _ fallback: Int) -> Int {
            map.integer(key, in: range, default: fallback) ?? fallback
        }
        settings.generations = integer("generations", 1...150, settings.generations)
        settings.population = integer("population", 2...1_024, settings.population)
        settings.samples = integer("samples", 256...1 << 20, settings.samples)
        settings.replicates = integer("replicates", 2...1_024, settings.replicates)
        if settings.population % 2 == 1 {
            map.note("population", "expected an even number: candidates come in pairs")
        }
        settings.sigma =
            map.double(
                "sigma", in: JobRange(0, 1, includesLower: false), default: settings.sigma)
            ?? settings.sigma
        settings.rate =
            map.double(
                "rate", in: JobRange(0, 10, includesLower: false), default: settings.rate)
            ?? settings.rate
        if !map.has("criterion") {
            map.note(nil, "missing key `criterion`: a formula that judges what was selected")
        }
        try map.finish()
        return settings
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

    /// The criterion, which does not see the parameters, and the shifted base.
    mutating func readCriterion(
        _ base: (any BaseDistribution)?, _ utilities: [NamedUtility], _ resources: JobResources
    ) -> [NamedUtility] {
        constants = [:]
        guard let node = map["search"], case .mapping(let entries) = node.content,
            let settings = searching
        else { return [] }
        func entry(_ key: String) -> JobNode? { entries.first { $0.key == key }?.value }
        let criterion = entry("criterion").flatMap {
            compile("criterion", $0, "search.criterion", base, resources)
        }
        refusePlugins(
            utilities + (criterion.map { [$0] } ?? []),
            "a search takes formulas, no plugins, for its reward and its criterion")
        if utilities.count > 1 {
            map.note("utilities", "a search has one reward: make a job of each")
        }
        for parameter in settings.parameters
        where base?.componentNames.contains(parameter.name) == true {
            map.note("search", "`\(parameter.name)` is a value of the base already")
        }
        var shape = SearchShape(source: utilities.first?.source ?? "")
        shape.definitions = definitions
        if let node = entry("shifted") {
            shape.shiftedNode = JSON(usualNames.base(node))
            shape.shifted = map.collect { () throws(JobError) -> any BaseDistribution in
                let shifted = try BaseRegistry.make(
                    node, resources: resources, path: "search.shifted")
                guard shifted.dimension == base?.dimension,
                    shifted.componentNames == base?.componentNames
                else {
                    throw JobError(
                        at: node.position, path: "search.shifted",
                        "the shifted base must have the same values as the base")
                }
                return shifted
            }
        }
        search = shape
        return criterion.map { [$0] } ?? []
    }

    mutating func searched(_ settings: SearchSettings, _ quantiles: [Double]) -> Numbers? {
        if quantiles.count > 1 {
            map.note("quantiles", "a search has one quantile: make a job of each")
            return nil
        }
        guard let quantile = quantiles.first else {
            map.note(nil, "missing key `quantile`: the share that the inner quantilizer keeps")
            return nil
        }
        return Numbers(
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
