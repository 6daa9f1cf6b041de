// SPDX-License-Identifier: Apache-2.0

/// A method behind a gate, of a base whose samples others make: before it begins, workers draw the
/// base samples that the gate falls back to, so that whoever merges can show them.
///
/// They are the samples of the first indices, as they are where anybody can make them, and they are
/// drawn whether they are needed or not: as many as draws.
struct FallbackMethod: Method {
    private var inner: any Method
    private var draws: Int
    private var isReady = false

    init(_ inner: any Method, job: CompiledJob) {
        self.inner = inner
        draws = job.settings.draws
    }

    private var task: RoundTask { .select([Sieve(utility: 0, capacity: draws)]) }

    mutating func begin(job: CompiledJob, number: Int) -> MethodStep {
        var trial = inner
        let step = trial.begin(job: job, number: number)
        guard case .round = step else { return step }
        return .round(
            Round(
                number: number, domain: .base, range: 0..<UInt64(draws), task: task,
                measures: false))
    }

    mutating func advance(
        _ merger: consuming RoundMerger, _ context: MethodContext
    ) -> MethodStep {
        if isReady { return inner.advance(merger, context) }
        isReady = true
        return inner.begin(job: context.job, number: context.nextRound)
    }

    func expectedSamples(job: CompiledJob) -> UInt64 {
        inner.expectedSamples(job: job) + UInt64(draws)
    }

    func running(_ merger: RoundMerger, job: CompiledJob) -> RunningRanks? {
        isReady ? inner.running(merger, job: job) : nil
    }

    func fits(_ round: Round) -> Bool {
        isReady
            ? inner.fits(round)
            : round.domain == .base && round.task == task && !round.measures
                && round.range == 0..<UInt64(draws)
    }

    func write(to writer: inout ByteWriter) {
        writer.write(isReady)
        inner.write(to: &writer)
    }

    mutating func read(
        from reader: inout ByteReader, job: CompiledJob
    ) throws(DecodingFailure) {
        isReady = try reader.bool()
        try inner.read(from: &reader, job: job)
    }
}

extension MethodContext {
    /// A base draw, made again; of a base whose samples others make, from what they drew.
    func baseDraw(index: UInt64) -> Draw {
        var utility = Double.nan
        let value: [Double]
        var drawn: SampleRecord?
        if job.recorded != nil {
            let record = records[index]
            if job.drawsOnce { drawn = record }
            value = record?.value ?? [Double](repeating: .nan, count: job.base.dimension)
            if let record { utility = DrawCheck.utility(0, of: record, work: job.workload) ?? .nan }
        } else if job.utilities[0].isExternal {
            // Whoever merges may not be able to call functions from outside.
            value = evaluator.regenerate(index: index)
        } else {
            let sample = evaluator.evaluate(indices: CollectionOfOne(index))[0]
            value = sample.value
            utility = sample.utilities[0]
        }
        return Draw(
            index: index, utility: Key(utility: utility).utility, value: value, fallback: true,
            record: drawn)
    }
}
