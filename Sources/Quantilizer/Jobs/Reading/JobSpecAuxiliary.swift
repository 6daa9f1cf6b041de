// SPDX-License-Identifier: Apache-2.0

/// The functions that a method has beside the job's own.
extension JobSpecReader {
    /// What texts are ranked by after each stage: the utility, where a stage names none.
    mutating func readScreens(
        _ base: (any BaseDistribution)?, _ utilities: [NamedUtility], _ method: MethodChoice?,
        _ resources: JobResources
    ) -> [NamedUtility] {
        guard let settings = method?.screened, !settings.stages.isEmpty else { return [] }
        guard let writing = base?.recorded?.writing else {
            if base != nil {
                map.note("method", "`stages` are of texts: of other bases give `screen`")
            }
            return []
        }
        if let problem = writing.whyNotInStages { map.note("base", problem) }
        if let last = settings.stages.last, last.tokens >= writing.maximumTokens {
            map.note(
                "method",
                "a stage ends before the text does: `max_tokens` is \(writing.maximumTokens)")
        }
        var result: [NamedUtility] = []
        for (number, node) in stageNodes.enumerated() {
            let path = "\(methodPath).stages[\(number)].utility"
            let made =
                if let node { compile("stage", node, path, base, resources) } else {
                    utilities.first
                }
            guard let made else { continue }
            let elsewhere = made.formulas.flatMap(\.usedColumns).compactMap {
                writing.ofWholeTexts[$0]
            }
            if let name = elsewhere.first {
                map.note(
                    "method",
                    "after stage \(number + 1) `\(name)` is not known, which is measured on whole texts "
                        + "alone: give the stage a `utility` of patterns, lengths or logprob")
            }
            result.append(made)
        }
        return result
    }

    /// The function beside the utilities and costs that a method has.
    mutating func readAuxiliary(
        _ base: (any BaseDistribution)?, _ resources: JobResources
    ) -> NamedUtility? {
        guard let (name, key, node) = auxiliaryNode else { return nil }
        return compile(name, node, "\(methodPath).\(key)", base, resources)
    }
}

extension NamedUtility {
    /// The formulas that it is made of.
    fileprivate var formulas: [Formula] {
        members.isEmpty ? [utility as? Formula].compactMap { $0 } : members.flatMap(\.formulas)
    }
}
