// SPDX-License-Identifier: Apache-2.0

/// The keys that say how many samples, what is kept, and by which method: they depend on each other.
extension JobSpecReader {
    mutating func readNumbers(draws: Int, confidence: Double) -> MethodNumbers? {
        let before = map.diagnostics.count
        let method = readMethod()
        let quantiles = readQuantiles()
        // What is wrong with them is noted once, here.
        _ = map.value(of: JobKeys.samples)
        let precision = readPrecision()
        guard map.diagnostics.count == before, let method else { return nil }
        guard allows(method), goesWithAnalysis(method) else { return nil }
        var keys = MethodKeys(
            map: map, quantiles: quantiles, samples: samples, precision: precision, draws: draws,
            confidence: confidence, isEstimate: isEstimate)
        defer { map = keys.map }
        return method.numbers(&keys)
    }

    /// Whether the method does what the job is about, an event or draws.
    private mutating func allows(_ method: any AskedMethod) -> Bool {
        switch method.estimating {
        case .never:
            if isEstimate {
                map.note(
                    map.has("method") ? "method" : nil,
                    "\(method.name) gives draws: the methods that estimate the probability of an "
                        + "`event` are " + MethodRegistry.ofEvents.joined(separator: ", "))
                return false
            }
        case .withLevel:
            let before = map.diagnostics.count
            needsLevel(method.name)
            return map.diagnostics.count == before
        case .too: break
        case .always:
            if !isEstimate {
                map.note(
                    "method", "\(method.name) estimates the probability of an `event`; give one")
                return false
            }
        }
        return true
    }

    func normalised(
        _ name: String, _ job: CompiledJob, asked: (key: String, value: JSON)?
    ) -> JSON {
        let settings = job.settings
        func formulas(_ list: [NamedUtility]) -> JSON {
            .object(list.map { ($0.name, $0.normalised) })
        }
        let room = settings.method.room
        var method = room.written(
            job, proposal: proposalNode.map { JSON(usualNames.base($0)) } ?? .null)
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
        if room.keepsQuantiles, !job.isEstimate {
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
        if let measured = settings.measured {
            members.append(("statistics", .string(measured.rawValue)))
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
