// SPDX-License-Identifier: Apache-2.0

/// `best-of-n`: m independent groups of n samples, and the best of each.
///
/// It is another law than the quantilizer's: density n(1 − v)^(n−1) over the upper rank v, A = n, and
/// at the same A its utility is never above the quantilizer's.
struct BestOfN: Method {
    private let size: UInt64
    private let draws: Int

    init(job: CompiledJob) {
        size = job.settings.samples
        draws = job.settings.draws
    }

    mutating func begin(job: CompiledJob, number: Int) -> MethodStep {
        .round(
            Round(
                number: number, domain: .base, range: 0..<size * UInt64(draws),
                task: .groups(size: size), measures: true))
    }

    mutating func advance(
        _ merger: consuming RoundMerger, _ context: MethodContext
    ) -> MethodStep {
        let job = context.job
        merger.trim()
        var results: [SelectionResult] = []
        var warnings: [JobWarning] = []
        for utility in job.utilities.indices {
            let winners = merger.channels[utility].candidates
            let keys = winners.keys.sorted { $0.index < $1.index }
            let report = SelectionReport(
                selection: Selection(
                    number: utility, utility: utility, quantile: 1 / Double(size)),
                samples: size, kept: 1, threshold: keys.min() ?? .lowest, interval: nil, tied: 0,
                top: TopMoments.of(winners, utility: utility, job: job),
                topCount: UInt64(keys.count), isIndependent: true, draws: keys,
                certificate: .bestOf(size, draws: draws))
            results.append(report.result(context, warnings: &warnings))
        }
        return .result(
            JobResult(
                issued: context.issued, evaluations: context.evaluations, selections: results,
                diagnostics: [("groups", Double(draws)), ("rounds", Double(context.nextRound))],
                warnings: warnings))
    }

    func expectedSamples(job: CompiledJob) -> UInt64 { size * UInt64(draws) }

    func running(_ merger: RoundMerger, job: CompiledJob) -> RunningRanks? { nil }

    // There is nothing to remember between rounds: there is one.
    func write(to writer: inout ByteWriter) {}
    mutating func read(
        from reader: inout ByteReader, job: CompiledJob
    ) throws(DecodingFailure) {}
}

extension TopMoments {
    /// The utility and every cost over a bag of samples.
    static func of(_ candidates: Candidates, utility: Int, job: CompiledJob) -> [TopMoments] {
        var result = [TopMoments](repeating: TopMoments(), count: 1 + candidates.width)
        for position in 0..<candidates.count {
            let candidate = candidates[position]
            result[0].add(candidate.key.utility, centre: job.centres[utility])
            for (cost, value) in candidate.extras.enumerated() {
                result[1 + cost].add(value, centre: job.centres[job.utilities.count + cost])
            }
        }
        return result
    }
}
