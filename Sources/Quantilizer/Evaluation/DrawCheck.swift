// SPDX-License-Identifier: Apache-2.0

/// Checks draws before they are given away: what others computed is made again here.
public enum DrawCheck {
    /// Draws of a selection that are made again at most; they come in random order.
    public static let limit = 1 << 16

    /// The first draw that does not have the utility it is said to have; nil where all have it.
    ///
    /// Draws of `splitting`, `importance` and `cross-entropy` are not looked at, but for texts: their
    /// receipts take more than the sample alone.
    ///
    /// **Complexity**: a sample for each draw.
    public static func falseDraw(in result: JobResult, job: CompiledJob) -> Draw? {
        switch job.settings.method {
        case .exact, .bestOfN, .threshold, .screened, .band, .tilt, .minimax, .impact:
            break
        case .splitting where job.drawsOnce: break
        case .splitting, .importance, .crossEntropy, .plain, .attack, .search: return nil
        }
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
                guard let record = draw.record, fault(in: record, job: job) == nil else {
                    return draw
                }
                if let utility, let made = self.utility(utility, of: record, job: job),
                    Key.orderedBits(made) != Key.orderedBits(draw.utility)
                {
                    return draw
                }
            }
        }
        return nil
    }

    static func fault(in record: SampleRecord, job: CompiledJob) -> String? {
        guard record.value.count == job.base.dimension else { return "has too few values" }
        return job.recorded?.fault(in: record)
    }

    /// The utility of a record; nil where it is computed elsewhere.
    static func utility(_ number: Int, of record: SampleRecord, job: CompiledJob) -> Double? {
        let function = job.utilities[number]
        if function.isExternal { return nil }
        let marker = record.value[function.utility.failureColumn].bitPattern
        if record.failure != nil || marker == FailedSample.marker.bitPattern { return .nan }
        var values = Columns(count: job.base.dimension, capacity: 1)
        for (column, value) in record.value.enumerated() { values[column, 0] = value }
        var scratch = Columns(count: function.utility.scratchColumns, capacity: 1)
        var results = Columns(count: 1, capacity: 1)
        function.utility.evaluate(
            lanes: 1, values: values, scratch: &scratch, results: &results, column: 0)
        return results[0, 0]
    }
}
