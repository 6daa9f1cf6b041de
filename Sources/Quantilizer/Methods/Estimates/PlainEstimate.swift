// SPDX-License-Identifier: Apache-2.0

extension JobWarning {
    static let noHit = JobWarning(
        "event-not-seen",
        "no sample was in the event, so all that is known is an upper bound; give more `samples`, or "
            + "another method")
}

/// `method: plain` of an estimate: base samples, those in the event counted.
///
/// **Source**: the interval is Clopper and Pearson's, doi:10.1093/biomet/26.4.404.
struct PlainEstimate: Method {
    mutating func begin(job: CompiledJob, number: Int) -> MethodStep {
        .round(
            Round(
                number: number, domain: .base, range: 0..<job.settings.samples,
                task: .accept([
                    Acceptance(
                        utility: 0, floor: Key(bits: Level.event.bits, label: 0, index: .max),
                        count: 0)
                ]), measures: true))
    }

    mutating func advance(
        _ merger: consuming RoundMerger, _ context: MethodContext
    ) -> MethodStep {
        let hits = merger.channelTotals[0].above
        let n = context.issued
        let p = Double(hits) / Double(n)
        let confidence = context.job.settings.confidence
        var warnings: [JobWarning] = hits == 0 ? [.noHit] : []
        let invalid = context.moments[0].nan
        if invalid > 0 {
            warnings.append(
                JobWarning(
                    "invalid",
                    "the event is not a number for \(invalid) of \(n) samples; they count as outside it"
                ))
        }
        return .result(
            JobResult(
                issued: n, evaluations: context.evaluations, selections: [],
                estimate: ProbabilityEstimate(
                    p: p,
                    interval: TailMass.clopperPearson(
                        hits: hits, trials: n, confidence: confidence),
                    confidence: confidence,
                    variation: hits == 0
                        ? .infinity : ((1 - p) / Double(hits)).squareRoot(),
                    effective: Double(hits), evaluations: context.evaluations),
                diagnostics: [("hits", Double(hits)), ("rounds", Double(context.nextRound))],
                warnings: warnings))
    }

    func expectedSamples(job: CompiledJob) -> UInt64 { job.settings.samples }
    func running(_ merger: RoundMerger, job: CompiledJob) -> RunningRanks? { nil }
    func write(to writer: inout ByteWriter) {}
    mutating func read(from reader: inout ByteReader, job: CompiledJob) throws(DecodingFailure) {}
}
