// SPDX-License-Identifier: Apache-2.0

/// `{ ensemble: [ … ], rule: … }` in place of a formula.
extension JobSpecReader {
    /// Whether a mapping is an ensemble, and not names with formulas.
    static func isEnsemble(_ node: JobNode) -> Bool {
        guard case .mapping(let entries) = node.content else { return false }
        return entries.contains { entry in
            if case .sequence = entry.value.content { entry.key == "ensemble" } else { false }
        }
    }

    /// How the members are joined.
    static func ensembleRule(_ map: inout JobMapping) -> EnsembleRule {
        switch map.text(EnsembleRule.ruleParameter) {
        case EnsembleRule.names[0]:
            if map.has("level") { map.note("level", "`level` belongs to lower-quantile") }
            return .meanMinusSD(k: map.number(EnsembleRule.deviations) ?? 1)
        case EnsembleRule.names[1]:
            if map.has("k") { map.note("k", "`k` belongs to mean-minus-sd") }
            return .lowerQuantile(level: map.number(EnsembleRule.level) ?? 0.25)
        default: return .meanMinusSD(k: 1)
        }
    }

    /// Reads an ensemble; members are formulas or functions from outside.
    mutating func ensemble(
        _ name: String, _ node: JobNode, _ path: String, _ base: (any BaseDistribution)?,
        _ resources: JobResources
    ) -> NamedUtility? {
        var inner = EnsembleRule.declaration.group.open(node, path: path)
        let rule = Self.ensembleRule(&inner)
        let nodes = inner.read("ensemble") { (node, path) throws(JobError) in
            let nodes = try node.list(path: path, limit: Limits.ensembleMembers)
            guard nodes.count >= 2 else {
                throw JobError(
                    at: node.position, path: path, "an ensemble has at least two members")
            }
            return nodes
        }
        guard map.collect({ () throws(JobError) in try inner.finish() }) != nil else { return nil }
        var members: [NamedUtility] = []
        for (number, node) in (nodes ?? []).enumerated() {
            let place = "\(path).ensemble[\(number)]"
            guard let member = compile("\(name)[\(number)]", node, place, base, resources) else {
                return nil
            }
            members.append(member)
        }
        let functions = members.map(\.utility)
        let isExternal = members.contains { $0.isExternal }
        var result = NamedUtility(
            name: name, source: "ensemble of \(members.count)",
            utility: isExternal
                ? ExternalEnsemble(functions, rule: rule) : EnsembleUtility(functions, rule: rule))
        result.members = members
        result.ensemble = rule
        return result
    }
}
