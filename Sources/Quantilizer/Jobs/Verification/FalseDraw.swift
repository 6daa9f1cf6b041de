// SPDX-License-Identifier: Apache-2.0

extension DrawCheck {
    /// Draws of a selection that are made again at most; they come in random order.
    public static let limit = 1 << 16

    /// The first draw that does not have the utility it is said to have; nil where all have it.
    ///
    /// Draws of `splitting`, `importance` and `cross-entropy` are not looked at, but for texts: their
    /// receipts take more than the sample alone.
    ///
    /// **Complexity**: a sample for each draw.
    public static func falseDraw(in result: JobResult, job: CompiledJob) -> Draw? {
        // Of texts every draw has its record, whatever the method made of it.
        guard job.settings.method.room.drawsAreSamples || job.drawsOnce else { return nil }
        if job.recorded != nil { return falseRecord(in: result, job: job) }
        // Functions from outside are not called here.
        guard job.externalSources.isEmpty else { return nil }
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

    /// The first draw whose record does not agree with itself, or whose utility is not that of its
    /// record.
    private static func falseRecord(in result: JobResult, job: CompiledJob) -> Draw? {
        for selection in result.selections {
            let utility = job.utilities.firstIndex { $0.name == selection.utilityName }
            for draw in selection.draws.prefix(limit) {
                guard let record = draw.record, fault(in: record, work: job.workload) == nil else {
                    return draw
                }
                if let utility, let made = self.utility(utility, of: record, work: job.workload),
                    Key.orderedBits(made) != Key.orderedBits(draw.utility)
                {
                    return draw
                }
            }
        }
        return nil
    }
}
