// SPDX-License-Identifier: Apache-2.0
internal import Quantilizer

/// The levels of a splitting job, made again: the job is run here, on one thread.
///
/// They are not part of the result. They are there only where the run came to the very answer of the
/// document.
///
/// **Determinism**: equal documents give equal levels, wherever and by however many they were computed.
struct IslandLevels: Sendable {
    /// The most evaluations that are made again.
    static let most: UInt64 = 1 << 22

    /// From the first to the last, two at least.
    let levels: [ReachedLevel]
    /// Islands, and the particles of each.
    let islands: Int
    let particles: Int
    /// The confidence of each level's interval.
    let confidence: Double
    /// Whether the last level is an event.
    let isEstimate: Bool

    /// Nil of other methods, of a job that takes more than ``most`` evaluations or needs more than the
    /// document, and where the answer differs: then it is of another release, or was changed.
    ///
    /// **Complexity**: evaluates the job.
    init?(_ parsed: ParsedResult) {
        guard Subject(parsed).nature.kept == .reached, let job = parsed.jobAlone,
            let settings = job.settings.method.splitting, parsed.result.evaluations <= Self.most,
            let result = Self.run(job), Self.isAnswer(result, of: parsed),
            result.levels.count > 1
        else { return nil }
        levels = result.levels
        islands = settings.islands
        particles = settings.particles
        confidence = job.settings.confidence
        isEstimate = job.isEstimate
    }

    /// The job's result; nil where it takes more than it may.
    private static func run(_ job: CompiledJob) -> JobResult? {
        var machine = JobMachine(job: job)
        // A document may say of itself what it likes.
        guard machine.progress.expected <= 4 * most else { return nil }
        let evaluator = RangeEvaluator(job: job)
        while let round = machine.currentRound {
            guard let missing = machine.missing(limit: 1).first,
                machine.progress.evaluations <= most,
                let range = DyadicRange(
                    start: missing.start, level: min(missing.level, DyadicRange.blockLevel))
            else { return nil }
            _ = machine.merge(
                evaluator.evaluate(round: round, range: range, hints: machine.hints))
        }
        return machine.result
    }

    /// Whether a result is the one that the document has, by numbers that all islands have a part in.
    private static func isAnswer(_ result: JobResult, of parsed: ParsedResult) -> Bool {
        let (mine, theirs) = (result.diagnostics, parsed.result.diagnostics)
        return result.evaluations == parsed.result.evaluations
            && result.estimate == parsed.result.estimate
            && result.selections.map(\.threshold) == parsed.result.selections.map(\.threshold)
            && theirs.allSatisfy { there in
                mine.contains { $0.name == there.name && $0.value == there.value }
            }
    }
}
