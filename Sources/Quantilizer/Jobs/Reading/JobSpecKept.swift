// SPDX-License-Identifier: Apache-2.0

/// The keys `quantile`, `precision` and `looks`.
extension JobSpecReader {
    mutating func readQuantiles() -> [Double] {
        if isSweep { return swept?.quantiles ?? [1] }
        map.exactlyOne(of: ["quantile", "quantiles"], optional: true)
        let key = map.has("quantiles") ? "quantiles" : "quantile"
        guard let node = map[key] else { return [] }
        if case .scalar(let text, _) = node.content, Double(text) == 0 {
            map.note(
                key,
                "a quantile is above 0: the limit at 0 is the best sample of all; for the best of n "
                    + "samples write `method: { best-of-n: { n: 1000 } }`")
            return []
        }
        switch map.value(of: map.has("quantiles") ? JobKeys.quantiles : JobKeys.quantile) {
        case .number(let value): return [value]
        case .numbers(let values):
            if Set(values).count != values.count { map.note(key, "a quantile is given twice") }
            return values
        // Some methods find it by themselves; the others miss it.
        default: return []
        }
    }

    /// The number of `samples`; nil where there is none, or it is `auto`.
    var samples: Int? {
        var copy = map
        guard case .whole(let number) = copy.value(of: JobKeys.samples) else { return nil }
        return number
    }

    mutating func readPrecision() -> Precision? {
        guard map.has(JobKeys.precision.key) else { return nil }
        if samples != nil {
            map.note("precision", "give only one of `samples` and `precision`")
        }
        let given = map.value(of: JobKeys.precision)
        if case .number(let relative) = given { return .tailMass(relative: relative) }
        guard case .node(let node) = given else { return nil }
        return map.collect { () throws(JobError) -> Precision in
            var map = JobKeys.precisionGroup.open(node, path: JobKeys.precision.key)
            let width = map.number(JobKeys.thresholdWidth)
            let relative = map.number(JobKeys.tailMass)
            try map.finish()
            return width.map { .threshold(width: $0) } ?? .tailMass(relative: relative ?? 1)
        }
    }

    /// The looks; what is wrong with them is noted by ``checkLooks(_:)``.
    var looks: [UInt64] {
        var copy = map
        guard case .wholes(let numbers) = copy.value(of: JobKeys.looks) else { return [] }
        return numbers.map { UInt64($0) }
    }

    /// Notes looks that are not below the job's samples, each above the one before.
    mutating func checkLooks(_ numbers: MethodNumbers) {
        guard map.has(JobKeys.looks.key) else { return }
        let found = looks
        guard !found.isEmpty, numbers.method.traits.paysForLooks, numbers.precision == nil,
            JobExtent(samples: numbers.samples, draws: 1, looks: found).isAllowed(
                numbers.method)
        else {
            return map.note(
                JobKeys.looks.key,
                "expected the numbers of samples at which an answer of `exact` was looked at before the "
                    + "job went on: up to \(Limits.looks) numbers below `samples`, each above the one "
                    + "before")
        }
    }
}

extension JobSettings {
    /// The looks as a job file has them, if there are any.
    var writtenLooks: [(String, JSON)] {
        looks.isEmpty ? [] : [("looks", .array(looks.map { .integer($0) }))]
    }
}
