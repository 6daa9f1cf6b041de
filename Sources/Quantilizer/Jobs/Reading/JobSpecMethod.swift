// SPDX-License-Identifier: Apache-2.0

/// The key `method`: a name, or a name with settings.
extension JobSpecReader {
    /// The method with what the job says of it.
    enum Asked {
        case exact
        case bestOfN(Int?)
        case threshold(value: Double?, pilot: Int?, maximum: Int?)
        case plain
        case screened(ScreenedSettings)
        case band(cut: Double)
        case impact(width: Double?)
        /// A pilot finds the quantile.
        case tempered(MethodChoice)
        /// One whose settings are all under its name.
        case ready(MethodChoice)

        var name: String {
            switch self {
            case .exact: "exact"
            case .bestOfN: "best-of-n"
            case .threshold: "threshold"
            case .plain: "plain"
            case .screened: "screened"
            case .band: "band"
            case .impact: "impact"
            case .tempered(let method): method.name
            case .ready(let method): method.name
            }
        }
    }

    private static let methods = [
        "auto", "exact", "best-of-n", "threshold", "splitting", "importance", "cross-entropy",
        "screened", "band", "tilt", "minimax", "impact", "plain",
    ]

    /// The method; with `independent: true` one whose draws are independent of one another, which those
    /// of `exact`, drawn from one set without replacement, are not.
    mutating func readMethod() -> Asked? {
        let isIndependent = map.boolean("independent", default: false) == true
        guard isIndependent, ownMethod == nil, !isEstimate else {
            if isIndependent { map.note("independent", "this job has no draws that could be") }
            return readChosenMethod()
        }
        guard map.has("method") else {
            return .threshold(value: nil, pilot: nil, maximum: nil)
        }
        let asked = readChosenMethod()
        switch asked {
        case .threshold, .bestOfN, nil: return asked
        case .some(let other):
            map.note(
                "independent",
                "draws of `\(other.name)` are not independent of one another: leave out `method`, or "
                    + "take `threshold` or `best-of-n`")
            return asked
        }
    }

    private mutating func readChosenMethod() -> Asked? {
        if let key = ownMethod { return readOwnMethod(key) }
        guard let node = map["method"] else { return isEstimate ? .plain : .exact }
        switch node.content {
        case .scalar("auto", _): return readAuto(JobNode(.null, at: node.position))
        case .mapping(let entries) where entries.count == 1 && entries[0].key == "auto":
            return readAuto(entries[0].value)
        case .scalar(let name, _): return asked(name, at: node.position, nil)
        case .mapping(let entries) where entries.count == 1:
            return asked(entries[0].key, at: entries[0].keyPosition, entries[0].value)
        default:
            let names = Self.methods.map { "`\($0)`" }.joined(separator: ", ")
            _ = map.collect { () throws(JobError) -> Void in
                throw node.expected("one of \(names), with its settings or without", path: "method")
            }
            return nil
        }
    }

    private mutating func asked(
        _ name: String, at position: SourcePosition, _ node: JobNode?
    ) -> Asked? {
        let settings = node ?? JobNode(.null, at: position)
        let isEstimate = isEstimate
        if name == "importance" {
            guard
                let read = map.collect({ () throws(JobError) in try Self.importance(settings) })
            else { return nil }
            proposalNode = read.proposal
            return .ready(.importance(read.settings))
        }
        if name == "screened" {
            guard let read = map.collect({ () throws(JobError) in try Self.screened(settings) })
            else { return nil }
            auxiliaryNode = read.screen.map { ("screen", $0) }
            stageNodes = read.screens
            return .screened(read.settings)
        }
        if name == "impact" {
            guard let read = map.collect({ () throws(JobError) in try Self.impact(settings) })
            else { return nil }
            auxiliaryNode = ("impact", read.variable)
            return .impact(width: read.width)
        }
        if name == "minimax" {
            let reader = self
            return map.collect { () throws(JobError) -> Asked in
                .tempered(.minimax(try reader.minimax(settings, tables: reader.tables)))
            }
        }
        return map.collect { () throws(JobError) -> Asked in
            switch name {
            case "exact":
                try JobMapping(settings, path: "method.exact", keys: []).finish()
                return .exact
            case "best-of-n":
                var map = JobMapping(settings, path: "method.best-of-n", keys: ["n"])
                let n = map.has("n") ? map.integer("n", in: 1...Self.mostSamples) : nil
                try map.finish()
                return .bestOfN(n)
            case "threshold":
                var map = JobMapping(
                    settings, path: "method.threshold", keys: ["value", "pilot", "maximum"])
                map.exactlyOne(of: ["value", "pilot"], optional: true)
                let value = map.has("value") ? map.double("value") : nil
                let pilot = map.has("pilot") ? map.integer("pilot", in: 1...Self.mostSamples) : nil
                let maximum =
                    map.has("maximum") ? map.integer("maximum", in: 1...Self.mostSamples) : nil
                try map.finish()
                return .threshold(value: value, pilot: pilot, maximum: maximum)
            case "splitting":
                return .ready(.splitting(try Self.splitting(settings, isEstimate: isEstimate)))
            case "cross-entropy": return .ready(.crossEntropy(try Self.crossEntropy(settings)))
            case "tilt": return .tempered(.tilt(try Self.tilt(settings)))
            case "band": return .band(cut: try Self.band(settings))
            case "plain":
                try JobMapping(settings, path: "method.plain", keys: []).finish()
                return .plain
            default:
                throw JobError(
                    at: position, path: "method",
                    "unknown method `\(name)`: \(NearestName.hint(name, among: Self.methods))")
            }
        }
    }
}
