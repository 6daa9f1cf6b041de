// SPDX-License-Identifier: Apache-2.0

/// `band`: a uniform choice among the samples between two ranks, the best of all cut off.
///
/// The two keys that bound the band are found exactly, as `exact` finds thresholds; one more pass
/// counts, sums and offers what lies between them. A = N/(k₂ − k₁).
///
/// **Source**: docs/proofs/band.md; the interval is a trimmed mean's: Huber, *Robust Statistics*
/// (1981), doi:10.1002/0471725250, section 3.3.
struct BandMethod: Method {
    private enum Phase: UInt8 {
        case locating, drawing
    }

    /// The share of the samples that is cut off at the top.
    private let cut: Double
    private let samples: UInt64
    private var phase = Phase.locating
    private var locating: ExactMethod
    /// By selection, the best key outside the band and the worst inside, with what is known of that.
    private var edges: [Edges] = []

    private struct Edges: Sendable, Hashable {
        var high: Key
        var low: Key
        var interval: Interval
        var tied: UInt64
    }

    init(job: CompiledJob, cut: Double) {
        self.cut = cut
        samples = job.settings.samples
        locating = ExactMethod(job: Self.locatingJob(job, cut), samples: samples)
    }

    /// The ends of the bands as a job: of each utility the cut, then the quantiles.
    private static func locatingJob(_ job: CompiledJob, _ cut: Double) -> CompiledJob {
        var inner = job
        inner.settings.quantiles = [cut] + job.settings.quantiles
        inner.settings.draws = 1
        return inner
    }

    /// Samples cut off, and samples down to the lower end.
    static func ranks(_ cut: Double, _ quantile: Double, samples: UInt64) -> (UInt64, UInt64) {
        (
            KeptCount.of(quantile: cut, samples: samples),
            KeptCount.of(quantile: quantile, samples: samples)
        )
    }

    mutating func begin(job: CompiledJob, number: Int) -> MethodStep {
        for quantile in job.settings.quantiles {
            let (best, worst) = Self.ranks(cut, quantile, samples: samples)
            guard worst > best, worst - best >= UInt64(job.settings.draws) else {
                return .failure(
                    JobFailure(
                        "too-narrow",
                        "\(samples) samples have \(worst - min(best, worst)) in the band, fewer than "
                            + "the draws asked for: give more `samples`"))
            }
        }
        return locating.begin(job: Self.locatingJob(job, cut), number: number)
    }

    mutating func advance(
        _ merger: consuming RoundMerger, _ context: MethodContext
    ) -> MethodStep {
        let job = context.job
        switch phase {
        case .locating:
            let step = locating.advance(merger, context.of(Self.locatingJob(job, cut)))
            guard case .result = step else { return step }
            let each = job.settings.quantiles.count + 1
            edges = job.selections.map { selection in
                let best = locating.outcomes[selection.utility * each]
                let place = selection.number % job.settings.quantiles.count
                let worst = locating.outcomes[selection.utility * each + 1 + place]
                return Edges(
                    high: best.threshold, low: worst.threshold, interval: worst.interval,
                    tied: worst.ties.count)
            }
            phase = .drawing
            return .round(drawing(job, context.nextRound))
        case .drawing: return finish(merger, context)
        }
    }

    private func drawing(_ job: CompiledJob, _ number: Int) -> Round {
        Round(
            number: number, domain: .base, range: 0..<samples,
            task: .admit(admissions(job)), measures: false)
    }

    private func admissions(_ job: CompiledJob) -> [Admission] {
        zip(job.selections, edges).map { selection, edges in
            Admission(
                utility: selection.utility, selection: selection.number,
                rule: .window(low: edges.low, high: edges.high), picks: job.settings.draws)
        }
    }

    private func finish(_ merger: RoundMerger, _ context: MethodContext) -> MethodStep {
        let job = context.job
        let counts = merger.channelTotals
        var results: [SelectionResult] = []
        var warnings: [JobWarning] = []
        for (number, selection) in job.selections.enumerated() {
            let (best, worst) = Self.ranks(cut, selection.quantile, samples: samples)
            guard counts[number].above == worst - best else {
                return .failure(JobFailure("damaged-state", "the band has other samples"))
            }
            let edges = edges[number]
            let report = SelectionReport(
                selection: selection, samples: samples, kept: worst - best,
                threshold: edges.low, interval: edges.interval,
                tailMassInterval: TailMass.aboveRank(
                    worst, ties: Ties(count: edges.tied), of: samples,
                    confidence: job.settings.confidence),
                tailMass: Double(worst) / Double(samples), ties: Ties(count: edges.tied),
                top: counts[number].top, topCount: worst - best,
                cutAt: (share: Double(best) / Double(samples), utility: edges.high.utility),
                draws: merger.channels[number].picks.sorted.map(\.key),
                certificate: .uniformOverKept(kept: worst - best, issued: samples))
            results.append(report.result(context, warnings: &warnings))
        }
        return .result(
            JobResult(
                issued: context.issued, evaluations: context.evaluations, selections: results,
                diagnostics: [
                    ("cut", cut), ("cut_utility", edges.first?.high.utility ?? .nan),
                ], warnings: warnings))
    }

    func expectedSamples(job: CompiledJob) -> UInt64 { samples }

    func running(_ merger: RoundMerger, job: CompiledJob) -> RunningRanks? { nil }

    func fits(_ round: Round) -> Bool {
        guard round.stage == .utility else { return false }
        switch phase {
        case .locating: return locating.fits(round)
        case .drawing:
            guard case .admit(let admissions) = round.task, admissions.count == edges.count else {
                return false
            }
            return round.range == 0..<samples && !round.measures
                && zip(admissions, edges).allSatisfy {
                    $0.rule == .window(low: $1.low, high: $1.high)
                }
        }
    }

    func write(to writer: inout ByteWriter) {
        writer.write(phase.rawValue)
        switch phase {
        case .locating: locating.write(to: &writer)
        case .drawing:
            for edge in edges {
                writer.write(edge.high)
                writer.write(edge.low)
                writer.write(edge.interval.lower)
                writer.write(edge.interval.upper)
                writer.write(edge.tied)
            }
        }
    }

    mutating func read(
        from reader: inout ByteReader, job: CompiledJob
    ) throws(DecodingFailure) {
        guard let phase = Phase(rawValue: try reader.byte()) else {
            throw DecodingFailure("no such phase of band")
        }
        self.phase = phase
        guard phase == .drawing else {
            return try locating.read(from: &reader, job: Self.locatingJob(job, cut))
        }
        edges = []
        for _ in job.selections {
            let edge = Edges(
                high: try reader.key(), low: try reader.key(),
                interval: Interval(try reader.double(), try reader.double()),
                tied: try reader.word())
            guard edge.low < edge.high, edge.tied <= samples else {
                throw DecodingFailure("an empty band")
            }
            edges.append(edge)
        }
    }

    /// Rounds that a job takes about.
    func plannedRounds(job: CompiledJob) -> Int {
        locating.plannedRounds(job: Self.locatingJob(job, cut)) + 1
    }

    /// Memory for candidates when the buffers are full.
    func plannedBytes(job: CompiledJob) -> Int {
        locating.plannedBytes(job: Self.locatingJob(job, cut))
    }
}
