// SPDX-License-Identifier: Apache-2.0

/// `search`: the parameters of a reward, and the criterion that judges them.
extension JobSpecReader {
    var isSearch: Bool { map.has("search") }

    /// Reads the numbers; the reward is then read with its parameters at the middle.
    mutating func readSearch() {
        guard let node = map["search"] else { return }
        for key in [
            "cost", "costs", "draws", "method", "samples", "precision", "event", "sweep", "audit",
            "attack",
        ] where map.has(key) {
            map.note(key, "a search has no `\(key)`; its numbers stand under `search`")
        }
        let surroundings = surroundings
        let settings = map.collect { () throws(JobError) in
            try AskedSearch.read(node, path: AskedSearch.name, surroundings).settings
        }
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

    /// The criterion, which does not see the parameters, and the shifted base.
    mutating func readCriterion(
        _ base: (any BaseDistribution)?, _ utilities: [NamedUtility], _ resources: JobResources
    ) -> [NamedUtility] {
        constants = [:]
        guard let node = map["search"], case .mapping(let entries) = node.content,
            let settings = searching
        else { return [] }
        func entry(_ key: String) -> JobNode? { entries.first { $0.key == key }?.value }
        let criterion = entry(AskedSearch.criterion.key).flatMap {
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
        if let node = entry(AskedSearch.shifted.key) {
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
}
