// SPDX-License-Identifier: Apache-2.0

/// Jobs with an `event`: its probability is wanted, and no draws.
extension JobSpecReader {
    var isEstimate: Bool { map.has("event") }

    /// The event and its level function as the job's one utility.
    mutating func readEvent(
        _ base: (any BaseDistribution)?, _ resources: JobResources
    ) -> [NamedUtility] {
        for key in ["quantile", "quantiles", "draws", "cost", "costs", "precision"]
        where map.has(key) {
            map.note(key, "a job with an `event` estimates its probability and has no `\(key)`")
        }
        guard let node = map["event"] else { return [] }
        map.exactlyOne(of: ["utility", "utilities"], optional: true)
        let key = map.has("utilities") ? "utilities" : "utility"
        let levels = readFunctions(key, base, resources, limit: 1, single: "utility")
        defineUtilities(levels, base)
        let event = compile("event", node, "event", base, resources)
        refusePlugins(
            levels + (event.map { [$0] } ?? []),
            "an event and the way to it are formulas, no plugins")
        guard let event else { return [] }
        estimated = (event, levels.first)
        return [
            NamedUtility(
                name: "event", source: event.source,
                utility: EventUtility(event: event.utility, level: levels.first?.utility))
        ]
    }

    /// Splitting and cross-entropy go up a level function.
    mutating func needsLevel(_ name: String) {
        if isEstimate, !map.has("utility"), !map.has("utilities") {
            map.note(
                nil,
                "\(name) needs a `utility` that leads towards the event, as `x[0]` does to `x[0] > 5`"
            )
        }
    }
}
