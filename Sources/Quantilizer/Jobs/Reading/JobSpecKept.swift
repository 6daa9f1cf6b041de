// SPDX-License-Identifier: Apache-2.0

/// The keys `quantile`, `precision` and `looks`.
extension JobSpecReader {
    mutating func readQuantiles() -> [Double] {
        if isSweep { return swept?.quantiles ?? [1] }
        map.exactlyOne(of: ["quantile", "quantiles"], optional: true)
        let key = map.has("quantiles") ? "quantiles" : "quantile"
        guard let node = map[key] else { return [] }
        // Some methods find it by themselves; the others miss it.
        if case .scalar("auto", _) = node.content { return [] }
        if case .scalar(let text, _) = node.content, Double(text) == 0 {
            map.note(
                key,
                "a quantile is above 0: the limit at 0 is the best sample of all; for the best of n "
                    + "samples write `method: { best-of-n: { n: 1000 } }`")
            return []
        }
        if case .sequence = node.content {
            let values = map.doubles(key, limit: Limits.quantiles, in: .fraction) ?? []
            if Set(values).count != values.count { map.note(key, "a quantile is given twice") }
            return values
        }
        return map.double(key, in: .fraction).map { [$0] } ?? []
    }

    mutating func readPrecision() -> Precision? {
        guard let node = map["precision"] else { return nil }
        if let other = map["samples"] {
            if case .scalar("auto", quoted: false) = other.content {
            } else {
                map.note("precision", "give only one of `samples` and `precision`")
            }
        }
        guard case .mapping = node.content else {
            return map.double("precision", in: .openUnit).map { .tailMass(relative: $0) }
        }
        return map.collect { () throws(JobError) -> Precision in
            var map = JobMapping(node, path: "precision", keys: ["tail_mass", "threshold"])
            map.exactlyOne(of: ["tail_mass", "threshold"])
            if map.has("threshold") {
                let width = map.double("threshold", in: .positive)
                try map.finish()
                return .threshold(width: width ?? 1)
            }
            let relative = map.double("tail_mass", in: .openUnit)
            try map.finish()
            return .tailMass(relative: relative ?? 1)
        }
    }

    /// Whole numbers below the job's samples, each above the one before.
    func looks(_ numbers: MethodNumbers) -> [UInt64] {
        guard case .sequence(let items) = map["looks"]?.content else { return [] }
        return items.compactMap {
            (try? $0.integer(path: "looks", in: 1...MethodKeys.mostSamples)).map { UInt64($0) }
        }
    }

    mutating func checkLooks(_ numbers: MethodNumbers) {
        guard map.has("looks") else { return }
        let found = looks(numbers)
        guard case .sequence(let items) = map["looks"]?.content, found.count == items.count,
            !found.isEmpty, numbers.method.traits.paysForLooks, numbers.precision == nil,
            JobExtent(samples: numbers.samples, draws: 1, looks: found).isAllowed(
                numbers.method)
        else {
            return map.note(
                "looks",
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
