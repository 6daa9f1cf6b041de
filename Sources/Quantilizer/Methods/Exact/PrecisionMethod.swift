// SPDX-License-Identifier: Apache-2.0

/// `precision: { threshold: w }`: pilots that grow until they say how many samples give an interval of
/// width w, then `exact` with that many fresh ones.
///
/// Pilots are samples of a stream of their own, so N does not depend on the samples that are kept: the
/// certificate stays N/k exactly and the interval is that of a fixed N. A rule that stopped on the
/// very samples it keeps would lose both; see docs/proposals/0001-precision.md.
struct PrecisionMethod: Method {
    /// A pilot of one part in so many predicts the width well enough: it goes as 1/√N.
    private static let pilotShare = 8.0
    /// Aims a little below the width asked for.
    private static let margin = 1.15

    private let width: Double
    private var pilot: UInt64
    private var look = 0
    private var exact: ExactMethod?

    init(job: CompiledJob, width: Double) {
        self.width = width
        let quantile = job.settings.quantiles[0]
        pilot = max(1 << 14, UInt64((128 / quantile).rounded(.up)))
    }

    private func ranks(_ job: CompiledJob) -> OrderStatistics.Ranks {
        OrderStatistics.ranks(
            samples: pilot, quantile: job.settings.quantiles[0],
            confidence: LookSchedule.confidence(look: look, total: job.settings.confidence))
    }

    mutating func begin(job: CompiledJob, number: Int) -> MethodStep {
        guard ranks(job).worst <= UInt64(job.candidateBudget) else {
            return .failure(
                JobFailure(
                    "memory-too-small",
                    "the first pilot of \(pilot) samples does not fit `memory`; give more"))
        }
        return pilotRound(number, job)
    }

    private func pilotRound(_ number: Int, _ job: CompiledJob) -> MethodStep {
        let worst = min(ranks(job).worst, pilot)
        return .round(
            Round(
                number: number, domain: .pilot, range: 0..<pilot,
                task: .select([Sieve(utility: 0, capacity: Int(clamping: worst))]),
                measures: false))
    }

    mutating func advance(
        _ merger: consuming RoundMerger, _ context: MethodContext
    ) -> MethodStep {
        if exact != nil { return finish(merger, context) }
        let job = context.job
        merger.trim()
        let ranks = ranks(job)
        let held = merger.channels[0].candidates
        func utility(_ rank: UInt64) -> Double { held.key(rank: Int(rank)).utility }
        var seenWidth = Double.infinity
        if ranks.best >= 1, ranks.worst <= pilot {
            seenWidth = utility(ranks.best) - utility(ranks.worst)
        }
        let ratio = seenWidth / width
        let needed = Double(pilot) * ratio * ratio * Self.margin
        let mayGrow = Double(pilot) * 4 <= Double(Limits.precisionSamples)
        if !(needed <= Self.pilotShare * Double(pilot)), mayGrow {
            let before = (pilot, look)
            pilot *= 4
            look += 1
            if self.ranks(job).worst <= UInt64(job.candidateBudget) {
                return pilotRound(context.nextRound, job)
            }
            // No room for a larger pilot: the law of 1/√N has to do.
            (pilot, look) = before
        }
        guard needed <= Double(Limits.precisionSamples) else {
            let said = needed.isFinite ? "about \(Number.text(needed.rounded()))" : "too many"
            return .failure(
                JobFailure(
                    "precision-out-of-reach",
                    "an interval of width \(Number.text(width)) needs \(said) samples, at most "
                        + "\(Limits.precisionSamples) are allowed: ask for a wider one"))
        }
        let least = Double(job.settings.draws) / (job.settings.quantiles.min() ?? 1)
        let samples = UInt64(max(needed.isNaN ? 0 : needed, least, Double(pilot) / 4).rounded(.up))
        var exact = ExactMethod(job: job, samples: samples)
        let step = exact.begin(job: job, number: context.nextRound)
        self.exact = exact
        return step
    }

    private mutating func finish(
        _ merger: consuming RoundMerger, _ context: MethodContext
    ) -> MethodStep {
        guard var exact else { return .failure(JobFailure("internal", "no method was begun")) }
        let step = exact.advance(merger, context)
        self.exact = exact
        guard case .result(var result) = step else { return step }
        result.diagnostics.append(("pilot_samples", Double(pilot)))
        if let interval = result.selections[0].threshold.interval,
            !(interval.upper - interval.lower <= width)
        {
            result.warnings.append(
                JobWarning(
                    "precision-missed",
                    "the threshold's interval is \(Number.text(interval.upper - interval.lower)) "
                        + "wide, \(Number.text(width)) was asked: the pilots were lucky; give "
                        + "`samples` or a smaller width"))
        }
        return .result(result)
    }

    func expectedSamples(job: CompiledJob) -> UInt64 {
        exact?.expectedSamples(job: job) ?? pilot
    }

    func running(_ merger: RoundMerger, job: CompiledJob) -> RunningRanks? {
        exact?.running(merger, job: job)
    }

    func write(to writer: inout ByteWriter) {
        writer.write(pilot)
        writer.write(UInt32(look))
        writer.write(exact != nil)
        if let exact {
            writer.write(exact.samples)
            exact.write(to: &writer)
        }
    }

    mutating func read(
        from reader: inout ByteReader, job: CompiledJob
    ) throws(DecodingFailure) {
        pilot = try reader.word()
        look = Int(try reader.word32())
        guard pilot >= 1, pilot <= Limits.precisionSamples else {
            throw DecodingFailure("a pilot out of range")
        }
        guard try reader.bool() else { return }
        let samples = try reader.word()
        guard samples >= 1, samples <= Limits.samples else {
            throw DecodingFailure("samples out of range")
        }
        var exact = ExactMethod(job: job, samples: samples)
        try exact.read(from: &reader, job: job)
        self.exact = exact
    }
}
