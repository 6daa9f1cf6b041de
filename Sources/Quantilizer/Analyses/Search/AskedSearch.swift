// SPDX-License-Identifier: Apache-2.0

/// The key `search`: parameters of a reward, and how they are looked for.
struct AskedSearch: AskedMethod {
    static let name = "search"

    var settings: SearchSettings

    var estimating: Estimating { .too }

    private static let keys = [
        "parameters", "criterion", "by", "generations", "population", "sigma", "rate", "samples",
        "replicates", "shifted",
    ]

    static func read(
        _ node: JobNode, _ surroundings: MethodSurroundings
    ) throws(JobError) -> AskedSearch {
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
