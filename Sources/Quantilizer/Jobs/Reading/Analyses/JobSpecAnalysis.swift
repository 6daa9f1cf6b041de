// SPDX-License-Identifier: Apache-2.0

/// What the analyses have to do with the other keys.
extension JobSpecReader {
    /// The key of an analysis that is a method of its own.
    var ownMethod: String? { ["attack", "search"].first { map.has($0) } }

    /// That method.
    mutating func readOwnMethod(_ key: String) -> Asked? {
        if map.has("method") { map.note("method", "`\(key)` is a method of its own") }
        guard key == "attack" else { return searching.map { .ready(.search($0)) } }
        guard isEstimate else {
            map.note("attack", "an attack makes an `event` more likely; give one")
            return nil
        }
        guard let node = map["attack"] else { return nil }
        return map.collect { () throws(JobError) in .ready(.attack(try Self.attack(node))) }
    }

    /// Whether the method does what the analysis is about.
    mutating func goesWithAnalysis(_ method: Asked) -> Bool {
        guard isSweep, method.name != "exact" else { return true }
        map.note("method", "a sweep is made by `exact`, which answers all quantiles at once")
        return false
    }
}

extension CompiledJob {
    /// Whether a table is the whole answer.
    var isAnalysis: Bool {
        switch settings.method {
        case .attack, .search: true
        default: sweep != nil
        }
    }

    /// The utilities as the job file has them.
    var writtenUtilities: [NamedUtility] { sweep?.utilities ?? utilities }

    /// The costs as the job file has them.
    var writtenCosts: [NamedUtility] {
        if search != nil { return [] }
        return sweep?.costs ?? Array(costs.prefix(audit?.costs ?? .max))
    }

    /// The analysis's member of the normalised job.
    var writtenAnalysis: [(String, JSON)] {
        switch settings.method {
        case .attack(let attack): return [("attack", attack.normalised)]
        case .search(let numbers):
            guard let search else { return [] }
            return [("search", numbers.normalised(search, criterion: costs[0].source))]
        default: break
        }
        if let sweep { return [("sweep", sweep.normalised(quantiles: settings.quantiles))] }
        return audit.map { [("audit", $0.normalised)] } ?? []
    }

    /// The keys that the normalised job leaves out.
    var unwrittenKeys: Set<String> {
        switch settings.method {
        case .attack: return ["method"]
        case .search: return ["method", "draws"]
        default: return sweep == nil ? [] : ["quantiles", "draws"]
        }
    }
}
