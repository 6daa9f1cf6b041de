// SPDX-License-Identifier: Apache-2.0

/// The keys that say how many samples, what is kept, and by which method: they depend on each other.
extension JobSpecReader {
    struct Numbers {
        var samples: UInt64
        var quantiles: [Double]
        var method: MethodChoice
        var precision: Precision?
        /// What stands in the normalised job for `samples` or `precision`.
        var asked: (key: String, value: JSON)?
    }

    static let mostSamples = Int(Limits.samples)

    mutating func readNumbers(draws: Int, confidence: Double) -> Numbers? {
        let before = map.diagnostics.count
        let method = readMethod()
        let quantiles = readQuantiles()
        var samples: Int?
        if let node = map["samples"] {
            if case .scalar("auto", quoted: false) = node.content {
                samples = nil
            } else {
                samples = map.integer("samples", in: 1...Self.mostSamples)
            }
        }
        let precision = readPrecision()
        guard map.diagnostics.count == before, let method else { return nil }
        guard allows(method), goesWithAnalysis(method) else { return nil }
        switch method {
        case .exact:
            return exact(quantiles, samples, precision, draws: draws, confidence: confidence)
        case .bestOfN(let n):
            if precision != nil { map.note("precision", "best-of-n has no precision to choose") }
            return bestOfN(n, quantiles, samples, draws: draws)
        case .threshold(let value, let pilot, let maximum):
            if precision != nil { map.note("precision", "`threshold` has no precision to choose") }
            if maximum != nil, samples != nil {
                map.note("samples", "give only one of `samples` and `method.threshold.maximum`")
            }
            return threshold(
                value, pilot, maximum ?? samples, quantiles, draws: draws)
        case .screened(let settings):
            return exactSamples(
                "screened", quantiles, samples, precision, draws: draws, confidence: confidence
            ).flatMap { screened(settings, $0) }
        case .band(let cut):
            return exactSamples(
                "band", quantiles, samples, precision, draws: draws, confidence: confidence
            ).flatMap { band(cut, $0, draws: draws) }
        case .impact(let width):
            oneUtility("impact")
            var numbers = exactSamples(
                "impact", quantiles, samples, precision, draws: draws, confidence: confidence)
            numbers?.method = .impact(width: width)
            return numbers
        case .tempered(let method):
            return tempered(method, quantiles, samples, draws: draws)
        case .ready(let method): return ready(method, quantiles)
        case .plain:
            let count = UInt64(samples ?? 1_000_000)
            return .estimate(.plain, samples: count, asked: ("samples", .integer(count)))
        }
    }

    /// Whether the method does what the job is about, an event or draws.
    private mutating func allows(_ method: Asked) -> Bool {
        switch method {
        case .exact, .bestOfN, .threshold, .screened, .band, .impact, .tempered:
            if isEstimate {
                map.note(
                    map.has("method") ? "method" : nil,
                    "\(method.name) gives draws: the methods that estimate the probability of an "
                        + "`event` are plain, splitting, importance and cross-entropy")
                return false
            }
        case .ready(.splitting), .ready(.crossEntropy), .ready(.attack):
            let before = map.diagnostics.count
            needsLevel(method.name)
            return map.diagnostics.count == before
        case .ready: break
        case .plain:
            if !isEstimate {
                map.note("method", "plain estimates the probability of an `event`; give one")
                return false
            }
        }
        return true
    }

    /// The numbers of a method whose settings are all under its name.
    private mutating func ready(_ method: MethodChoice, _ quantiles: [Double]) -> Numbers? {
        switch method {
        case .splitting: single(method, quantiles, instead: "`particles` and `islands`")
        case .search(let settings): searched(settings, quantiles)
        default: single(method, quantiles, instead: "`samples`")
        }
    }

    // MARK: The keys

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

    private mutating func readPrecision() -> Precision? {
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
    func looks(_ numbers: Numbers) -> [UInt64] {
        guard case .sequence(let items) = map["looks"]?.content else { return [] }
        return items.compactMap {
            (try? $0.integer(path: "looks", in: 1...Self.mostSamples)).map { UInt64($0) }
        }
    }

    mutating func checkLooks(_ numbers: Numbers) {
        guard map.has("looks") else { return }
        let found = looks(numbers)
        guard case .sequence(let items) = map["looks"]?.content, found.count == items.count,
            !found.isEmpty, numbers.method == .exact, numbers.precision == nil,
            JobExtent(samples: numbers.samples, draws: 1, looks: found).isAllowed(.exact)
        else {
            return map.note(
                "looks",
                "expected the numbers of samples at which an answer of `exact` was looked at before the "
                    + "job went on: up to \(Limits.looks) numbers below `samples`, each above the one "
                    + "before")
        }
    }

    // MARK: What they mean together

    /// The numbers of `exact` for a method that selects as it does.
    private mutating func exactSamples(
        _ name: String, _ quantiles: [Double], _ samples: Int?, _ precision: Precision?,
        draws: Int, confidence: Double
    ) -> Numbers? {
        if case .threshold = precision {
            map.note("precision", "\(name) finds no number of samples by itself: give `samples`")
            return nil
        }
        return exact(quantiles, samples, precision, draws: draws, confidence: confidence)
    }

    private mutating func exact(
        _ quantiles: [Double], _ samples: Int?, _ precision: Precision?, draws: Int,
        confidence: Double
    ) -> Numbers? {
        guard let least = quantiles.min() else {
            map.note(nil, "missing key `quantile`: the share of the base's mass to draw from")
            return nil
        }
        let kept: Double
        switch precision {
        case .tailMass(let relative):
            var most: UInt64 = 0
            for quantile in quantiles {
                guard
                    let found = TailMass.rank(
                        relativePrecision: relative, quantile: quantile, confidence: confidence,
                        limit: Limits.samples)
                else {
                    map.note(
                        "precision",
                        "this precision at quantile \(Number.text(quantile)) needs more than "
                            + "\(Limits.samples) samples; ask for a coarser one")
                    return nil
                }
                most = max(most, found.samples)
            }
            kept = max(Double(most) * least, Double(draws))
        case .threshold, nil: kept = max(1_000, Double(draws))
        }
        let automatic = max(precision == nil ? 100_000 : 1, (kept / least).rounded(.up))
        guard samples != nil || automatic <= Double(Limits.samples) else {
            map.note(
                "quantile", "so small a quantile needs more than \(Limits.samples) samples")
            return nil
        }
        let number = samples.map { UInt64($0) } ?? UInt64(automatic)
        if case .threshold = precision {
        } else if UInt64(draws) > KeptCount.of(quantile: least, samples: number) {
            let needed = (Double(draws) / least).rounded(.up)
            map.note(
                map.has("draws") ? "draws" : nil,
                "\(draws) draws, but \(number) samples keep only "
                    + "\(KeptCount.of(quantile: least, samples: number)) at quantile "
                    + "\(Number.text(least)): give `samples` of at least \(Number.text(needed)), or "
                    + "fewer draws")
            return nil
        }
        let asked: (String, JSON)
        if case .threshold(let width) = precision {
            asked = ("precision", .object([("threshold", .number(width))]))
        } else {
            asked = ("samples", .integer(number))
        }
        return Numbers(
            samples: number, quantiles: quantiles, method: .exact, precision: precision,
            asked: asked)
    }

    private mutating func bestOfN(
        _ n: Int?, _ quantiles: [Double], _ samples: Int?, draws: Int
    ) -> Numbers? {
        let given = [n != nil, samples != nil, !quantiles.isEmpty].count { $0 }
        guard given == 1, quantiles.count <= 1 else {
            map.note(
                map.has("method") ? "method" : nil,
                "best-of-n needs n once: as `samples`, as `method: { best-of-n: { n: 16 } }`, or as "
                    + "1/`quantile`")
            return nil
        }
        let size = n ?? samples ?? Int((1 / (quantiles.first ?? 1)).rounded())
        guard size <= Self.mostSamples / draws else {
            map.note(
                "draws", "\(draws) groups of \(size) are more than \(Limits.samples) samples")
            return nil
        }
        return Numbers(
            samples: UInt64(size), quantiles: [1 / Double(size)], method: .bestOfN, precision: nil,
            asked: ("samples", .integer(UInt64(size))))
    }

    private mutating func threshold(
        _ value: Double?, _ pilot: Int?, _ maximum: Int?, _ quantiles: [Double], draws: Int
    ) -> Numbers? {
        if let value {
            if !quantiles.isEmpty {
                map.note(
                    map.has("quantiles") ? "quantiles" : "quantile",
                    "give only one of `quantile` and `method.threshold.value`")
                return nil
            }
            let most = UInt64(maximum ?? 1_000_000_000)
            return Numbers(
                samples: most, quantiles: [1],
                method: .threshold(.value(value), maximumSamples: most), precision: nil,
                asked: ("samples", .integer(most)))
        }
        guard let least = quantiles.min() else {
            map.note(nil, "missing key `quantile`, or `method.threshold.value`")
            return nil
        }
        let size = pilot.map { Double($0) } ?? max(100_000, (1_000 / least).rounded(.up))
        let wanted = Double(draws)
        let most =
            maximum.map { Double($0) }
            ?? min(
                Double(Limits.samples),
                (20 * (wanted + 10 * wanted.squareRoot() + 50) / least).rounded(.up))
        guard size <= Double(Limits.samples) else {
            map.note("quantile", "so small a quantile needs too large a pilot")
            return nil
        }
        return Numbers(
            samples: UInt64(most), quantiles: quantiles,
            method: .threshold(.pilot(UInt64(size)), maximumSamples: UInt64(most)), precision: nil,
            asked: ("samples", .integer(UInt64(most))))
    }

    // MARK: Normalised

    func normalised(
        _ name: String, _ job: CompiledJob, asked: (key: String, value: JSON)?
    ) -> JSON {
        let settings = job.settings
        func formulas(_ list: [NamedUtility]) -> JSON {
            .object(list.map { ($0.name, $0.normalised) })
        }
        var method: JSON
        var keepsQuantiles = true
        switch settings.method {
        case .exact: method = .string("exact")
        case .bestOfN: method = .string("best-of-n")
        case .threshold(.value(let value), _):
            method = .object([("threshold", .object([("value", .number(value))]))])
        case .threshold(.pilot(let size), _):
            method = .object([("threshold", .object([("pilot", .integer(size))]))])
        case .splitting(let settings):
            method = .object([("splitting", settings.normalised)])
        case .importance(let settings):
            let proposal = proposalNode.map { JSON(usualNames.base($0)) } ?? .null
            method = .object([
                ("importance", .object([("proposal", proposal)] + settings.normalised))
            ])
        case .crossEntropy(let settings):
            method = .object([("cross-entropy", .object(settings.normalised))])
        case .screened(let settings):
            let screen: [(String, JSON)] = job.auxiliary.map { [("screen", $0.normalised)] } ?? []
            method = .object([("screened", .object(screen + settings.normalised(job.screens)))])
        case .band(let cut):
            method = .object([("band", .object([("cut", .number(cut))]))])
        case .impact(let width):
            let variable = job.auxiliary?.normalised ?? .null
            let bins: [(String, JSON)] = width.map { [("width", .number($0))] } ?? []
            method = .object([("impact", .object([("of", variable)] + bins))])
        case .tilt(let settings):
            method = .object([("tilt", settings.normalised)])
            keepsQuantiles = settings.quantile != nil
        case .minimax(let settings):
            method = .object([("minimax", settings.normalised)])
            keepsQuantiles = false
        case .plain: method = .string("plain")
        case .attack, .search: method = .null
        }
        if let chooser {
            method = .object([("auto", .object([("budget", .integer(chooser.budget))]))])
        }
        var members: [(String, JSON)] = [
            ("version", .integer(1)), ("name", .string(name)), ("seed", .integer(settings.seed)),
            ("base", map["base"].map { JSON(usualNames.base($0)) } ?? .null),
        ]
        if let normalisedDefinitions { members.append(("define", normalisedDefinitions)) }
        if let (event, level) = estimated {
            members.append(("event", .string(event.source)))
            if let level { members.append(("utilities", formulas([level]))) }
        } else {
            members.append(("utilities", formulas(job.writtenUtilities)))
        }
        if case .threshold(.value, _) = settings.method { keepsQuantiles = false }
        if case .bestOfN = settings.method { keepsQuantiles = false }
        if job.isEstimate { keepsQuantiles = false }
        if keepsQuantiles {
            members.append(("quantiles", .array(settings.quantiles.map { .number($0) })))
        }
        if let asked { members.append(asked) }
        members += settings.writtenLooks
        if !job.isEstimate { members.append(("draws", .integer(UInt64(settings.draws)))) }
        members.append(("method", method))
        members += job.writtenAnalysis
        let costs = job.writtenCosts
        if !costs.isEmpty { members.append(("costs", formulas(costs))) }
        if let most = settings.histogram {
            members.append(("histogram", .integer(UInt64(most))))
        }
        members += [
            ("confidence", .number(settings.confidence)),
            ("memory", .integer(UInt64(settings.memoryBytes))),
        ]
        if settings.verify > 0 { members.append(("verify", .number(settings.verify))) }
        let left = job.unwrittenKeys
        return .object(members.filter { !left.contains($0.0) })
    }
}
