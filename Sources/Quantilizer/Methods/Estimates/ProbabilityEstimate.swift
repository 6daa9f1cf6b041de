// SPDX-License-Identifier: Apache-2.0

/// The probability of an event, with what is known of its error.
public struct ProbabilityEstimate: Sendable, Hashable {
    /// The estimate; unbiased, but that a weighed one above 1 is 1.
    public var p: Double
    /// An interval of the probability.
    public var interval: Interval
    /// Its confidence.
    public var confidence: Double
    /// The estimate's coefficient of variation; infinite where the event was not seen.
    public var variation: Double
    /// Samples of equal weight, all in the event, that would say as much.
    public var effective: Double
    /// Evaluations it took.
    public var evaluations: UInt64

    /// ln p, in nats.
    public var logP: Double { Kernels.log(p) }

    /// The interval of ln p, in nats; −∞ where p may be 0.
    public var logInterval: Interval {
        Interval(Kernels.log(interval.lower), Kernels.log(interval.upper))
    }

    /// What as many plain samples without a hit would bound the probability by, with 95 %: 3/N.
    public var naiveFloor: Double { 3 / Double(evaluations) }
}

extension JobWarning {
    static let noHit = JobWarning(
        "event-not-seen",
        "no sample was in the event, so all that is known is an upper bound; give more `samples`, or "
            + "another method")
}

/// A level function and an event as one utility: +∞ in the event, the level function elsewhere.
///
/// So the event is at the top of the order, and methods that go up to a level go up to the event.
public struct EventUtility: Utility {
    private let event: any Utility
    private let level: (any Utility)?

    /// An event, true where it is neither 0 nor NaN; without a level function other outcomes have
    /// utility 0.
    public init(event: any Utility, level: (any Utility)? = nil) {
        self.event = event
        self.level = level
    }

    /// What the needier function takes.
    public var scratchColumns: Int { max(event.scratchColumns, level?.scratchColumns ?? 0) }

    /// Both functions, then the event over the level.
    public func evaluate(
        lanes: Int, values: borrowing Columns, scratch: inout Columns, results: inout Columns,
        column: Int
    ) {
        var truth = Columns(count: 1, capacity: lanes)
        event.evaluate(
            lanes: lanes, values: values, scratch: &scratch, results: &truth, column: 0)
        level?.evaluate(
            lanes: lanes, values: values, scratch: &scratch, results: &results, column: column)
        for lane in 0..<lanes {
            let isEvent = truth[0, lane] != 0 && !truth[0, lane].isNaN
            if isEvent {
                results[column, lane] = .infinity
            } else if level == nil {
                results[column, lane] = truth[0, lane].isNaN ? .nan : 0
            } else if results[column, lane] == .infinity {
                results[column, lane] = .greatestFiniteMagnitude
            }
        }
    }
}

/// `method: plain` of an estimate: base samples, those in the event counted.
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
