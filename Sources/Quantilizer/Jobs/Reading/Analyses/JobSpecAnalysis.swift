// SPDX-License-Identifier: Apache-2.0

/// What the analyses have to do with the other keys.
extension JobSpecReader {
    /// The key of an analysis that is a method of its own.
    var ownMethod: String? { MethodRegistry.analyses.map { $0.name }.first { map.has($0) } }

    /// That method.
    mutating func readOwnMethod(_ key: String) -> (any AskedMethod)? {
        if map.has("method") { map.note("method", "`\(key)` is a method of its own") }
        guard key == "attack" else { return searching.map { AskedSearch(settings: $0) } }
        guard isEstimate else {
            map.note("attack", "an attack makes an `event` more likely; give one")
            return nil
        }
        guard let node = map["attack"] else { return nil }
        let surroundings = surroundings
        return map.collect { () throws(JobError) in
            try AskedAttack.read(node, path: key, surroundings)
        }
    }

    /// Whether the method does what the analysis is about.
    mutating func goesWithAnalysis(_ method: any AskedMethod) -> Bool {
        guard isSweep, method.name != AskedExact.name else { return true }
        map.note("method", "a sweep is made by `exact`, which answers all quantiles at once")
        return false
    }
}
