// SPDX-License-Identifier: Apache-2.0

/// `best-of-n`: m independent groups of n samples, and the best of each.
///
/// It is another law than the quantilizer's: density n(1 − v)^(n−1) over the upper rank v, A = n, and
/// at the same A its utility is never above the quantilizer's.
///
/// **Source**: order statistics: David and Nagaraja (2003), doi:10.1002/0471722162, chapter 2; KL
/// of such draws: Beirami and others 2024, arXiv:2401.01879.
struct BestOfN: Method {
    private let size: UInt64
    private var draws: Int
    /// The best of every group, by utility.
    private var winners: [Candidates]
    private(set) var isResting = false

    init(job: CompiledJob) {
        size = job.settings.samples
        draws = job.settings.draws
        winners = job.utilities.map { _ in Candidates(width: job.costs.count) }
    }

    private var samples: UInt64 { size * UInt64(draws) }

    mutating func begin(job: CompiledJob, number: Int) -> MethodStep {
        round(number, from: 0)
    }

    private func round(_ number: Int, from start: UInt64) -> MethodStep {
        .round(
            Round(
                number: number, domain: .base, range: start..<samples, task: .groups(size: size),
                measures: true))
    }

    mutating func advance(
        _ merger: consuming RoundMerger, _ context: MethodContext
    ) -> MethodStep {
        merger.trim()
        for utility in winners.indices {
            winners[utility].append(contentsOf: merger.channels[utility].candidates)
            winners[utility].keepBestOfGroups(size)
        }
        return conclude(context)
    }

    mutating func conclude(_ context: MethodContext) -> MethodStep {
        let job = context.job
        isResting = true
        var results: [SelectionResult] = []
        var warnings: [JobWarning] = []
        for utility in job.utilities.indices {
            let winners = winners[utility]
            let keys = winners.keys.sorted { $0.index < $1.index }
            let report = SelectionReport(
                selection: Selection(
                    number: utility, utility: utility, quantile: 1 / Double(size)),
                samples: size, kept: 1, threshold: keys.min() ?? .lowest, interval: nil,
                ties: .none,
                top: TopMoments.of(winners, utility: utility, job: job),
                topCount: UInt64(keys.count), isIndependent: true, draws: keys,
                certificate: .bestOf(
                    size, draws: draws, redrawn: context.redrawn,
                    attempts: job.recorded?.attempts ?? 1))
            results.append(report.result(context, warnings: &warnings))
        }
        return .result(
            JobResult(
                issued: context.issued + context.redrawn, evaluations: context.evaluations,
                selections: results,
                diagnostics: [("groups", Double(draws))],
                warnings: warnings))
    }

    mutating func extend(_ context: MethodContext) -> MethodStep? {
        // Whoever won in a block that comes again wins again, or a better one of that block does.
        let start = samples & ~255
        guard isResting, start > 0 else { return nil }
        for utility in winners.indices { winners[utility].keep { $0.index < start } }
        draws = context.job.settings.draws
        isResting = false
        return round(context.nextRound, from: start)
    }

    func expectedSamples(job: CompiledJob) -> UInt64 { samples }

    func running(_ merger: RoundMerger, job: CompiledJob) -> RunningRanks? { nil }

    func fits(_ round: Round) -> Bool {
        round.domain == .base && round.task == .groups(size: size) && round.measures
            && round.range.upperBound == samples
    }

    func write(to writer: inout ByteWriter) {
        writer.write(isResting)
        for winners in winners { winners.write(to: &writer) }
    }

    mutating func read(
        from reader: inout ByteReader, job: CompiledJob
    ) throws(DecodingFailure) {
        isResting = try reader.bool()
        for utility in winners.indices {
            winners[utility] = try Candidates(
                from: &reader, width: job.costs.count, limit: draws, indices: 0..<samples)
            winners[utility].keepBestOfGroups(size)
            guard !isResting || winners[utility].count == draws else {
                throw DecodingFailure("groups without a best sample")
            }
        }
    }
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
