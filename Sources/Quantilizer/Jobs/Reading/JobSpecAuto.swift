// SPDX-License-Identifier: Apache-2.0

extension JobSpecReader {
    /// `method: auto`, with its budget or without.
    mutating func readAuto(_ node: JobNode) -> (any AskedMethod)? {
        guard let circumstances else { return nil }
        let given = map.collect { () throws(JobError) -> Int? in
            var inner = MethodChooser.declaration.group.open(node, path: "method.auto")
            let budget = inner.whole(MethodChooser.budgetParameter)
            try inner.finish()
            return budget
        }
        guard let given else { return nil }
        // What is wrong with the quantiles is noted where they are read.
        var copy = self
        let chooser = MethodChooser(
            budget: given.map { UInt64($0) }
                ?? MethodChooser.usualBudget(circumstances.utilities),
            base: circumstances.base, utilities: circumstances.utilities,
            quantiles: copy.readQuantiles(), draws: circumstances.draws, isEstimate: isEstimate,
            hasLevel: map.has("utility") || map.has("utilities"),
            hasSamples: samples != nil || map.has("precision"))
        self.chooser = chooser
        return chooser.choice
    }
}
