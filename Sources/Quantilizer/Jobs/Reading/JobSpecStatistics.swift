// SPDX-License-Identifier: Apache-2.0

/// `statistics: all` or `part`.
extension JobSpecReader {
    /// The samples that are measured, nil where the job does not say.
    mutating func readStatistics(
        _ numbers: MethodNumbers?, _ base: (any BaseDistribution)?, functions: [NamedUtility]
    ) -> MeasuredShare? {
        let asked = map.choice(JobKeys.statistics, as: MeasuredShare.self)
        guard asked == .part, let numbers else { return asked }
        if let why = whyNoPart(numbers.method, base, functions) { map.note("statistics", why) }
        return asked
    }

    private func whyNoPart(
        _ method: MethodChoice, _ base: (any BaseDistribution)?, _ functions: [NamedUtility]
    ) -> String? {
        if map.has("histogram") { return "a histogram counts all samples: leave one of both out" }
        if isEstimate || sweep != nil || audit != nil || search != nil || !method.traits.takesPart {
            return "what is asked for here rests on every sample that is drawn: leave it out"
        }
        if base?.recorded != nil || functions.contains(where: \.isExternal) {
            return
                "what is made outside of the formula language is made for every sample: leave it out"
        }
        return nil
    }
}
