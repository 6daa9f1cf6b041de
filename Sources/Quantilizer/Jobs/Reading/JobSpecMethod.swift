// SPDX-License-Identifier: Apache-2.0

/// The key `method`: a name, or a name with settings.
extension JobSpecReader {
    /// The method; with `independent: true` one whose draws are independent of one another, which those
    /// of `exact`, drawn from one set without replacement, are not.
    mutating func readMethod() -> (any AskedMethod)? {
        let isIndependent = map.flag(JobKeys.independent) == true
        guard isIndependent, ownMethod == nil, !isEstimate else {
            if isIndependent { map.note("independent", "this job has no draws that could be") }
            return readChosenMethod()
        }
        guard map.has("method") else {
            return AskedThreshold()
        }
        let asked = readChosenMethod()
        if let asked, !asked.isIndependent {
            map.note(
                "independent",
                "draws of `\(asked.name)` are not independent of one another: leave out `method`, or "
                    + "take `threshold` or `best-of-n`")
        }
        return asked
    }

    private mutating func readChosenMethod() -> (any AskedMethod)? {
        if let key = ownMethod { return readOwnMethod(key) }
        guard let node = map["method"] else {
            if isEstimate { return AskedPlain() }
            return AskedExact()
        }
        switch node.content {
        case .scalar("auto", _): return readAuto(JobNode(.null, at: node.position))
        case .mapping(let entries) where entries.count == 1 && entries[0].key == "auto":
            return readAuto(entries[0].value)
        case .scalar(let name, _): return asked(name, at: node.position, nil)
        case .mapping(let entries) where entries.count == 1:
            return asked(entries[0].key, at: entries[0].keyPosition, entries[0].value)
        default:
            let names = MethodRegistry.names.map { "`\($0)`" }.joined(separator: ", ")
            _ = map.collect { () throws(JobError) -> Void in
                throw node.expected("one of \(names), with its settings or without", path: "method")
            }
            return nil
        }
    }

    /// What methods may know of the rest of the job.
    var surroundings: MethodSurroundings {
        MethodSurroundings(
            isEstimate: isEstimate, tables: tables,
            confidence: confidence)
    }

    /// The job's confidence; what is wrong with it is noted where it is read.
    private var confidence: Double {
        var copy = map
        return copy.number(JobKeys.confidence) ?? 0.95
    }

    private mutating func asked(
        _ name: String, at position: SourcePosition, _ node: JobNode?
    ) -> (any AskedMethod)? {
        let surroundings = surroundings
        let path = "method.\(name)"
        let asked = map.collect { () throws(JobError) -> any AskedMethod in
            guard let method = MethodRegistry.method(name) else {
                throw JobError(
                    at: position, path: "method",
                    "unknown method `\(name)`: "
                        + NearestName.hint(name, among: MethodRegistry.names))
            }
            return try method.read(node ?? JobNode(.null, at: position), path: path, surroundings)
        }
        methodPath = path
        proposalNode = asked?.proposal
        auxiliaryNode = asked?.auxiliary
        stageNodes = asked?.stageUtilities ?? []
        return asked
    }
}
