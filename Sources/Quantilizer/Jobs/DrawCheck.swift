// SPDX-License-Identifier: Apache-2.0

/// Checks draws before they are given away: what others computed is made again here.
public enum DrawCheck {
    /// Draws of a selection that are made again at most; they come in random order.
    public static let limit = 1 << 16

    /// The first draw that does not have the utility it is said to have; nil where all have it.
    ///
    /// Draws of `splitting`, `importance` and `cross-entropy` are not looked at: their receipts take
    /// more than the sample alone.
    ///
    /// **Complexity**: a sample for each draw.
    public static func falseDraw(in result: JobResult, job: CompiledJob) -> Draw? {
        // Functions from outside are not called here.
        guard job.externalSources.isEmpty else { return nil }
        switch job.settings.method {
        case .exact, .bestOfN, .threshold: break
        case .splitting, .importance, .crossEntropy, .plain: return nil
        }
        let evaluator = RangeEvaluator(job: job)
        for selection in result.selections {
            guard
                let utility = job.utilities.firstIndex(where: { $0.name == selection.utilityName })
            else { continue }
            for draw in selection.draws.prefix(limit) {
                let sample = evaluator.evaluate(indices: CollectionOfOne(draw.index))
                let made = sample.first.map { Key.orderedBits($0.utilities[utility]) }
                if made != Key.orderedBits(draw.utility) { return draw }
            }
        }
        return nil
    }
}
