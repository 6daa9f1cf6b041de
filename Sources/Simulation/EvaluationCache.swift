// SPDX-License-Identifier: Apache-2.0
internal import PoolCore
internal import Quantilizer

/// Partials and results of model jobs, computed once and used by all schedules.
///
/// It is for one thread.
public final class EvaluationCache {
    private struct Key: Hashable {
        let job: String
        let round: Int
        let range: DyadicRange
    }

    private var jobs: [String: CompiledJob] = [:]
    private var partials: [Key: [UInt8]] = [:]
    private var evaluators: [String: RangeEvaluator] = [:]
    private var results: [String: ResultDocument] = [:]

    /// An empty cache.
    public init() {}

    func job(_ text: String) -> Result<CompiledJob, PoolFailure> {
        if let job = jobs[text] { return .success(job) }
        do throws(PoolFailure) {
            let job = try ModelJob(text: text).compiled
            jobs[text] = job
            return .success(job)
        } catch {
            return .failure(error)
        }
    }

    /// A partial's bytes; with hints it is computed anew, because hints may remove candidates.
    func partial(
        _ text: String, _ job: CompiledJob, _ round: Round, _ range: DyadicRange, _ hints: Hints?
    ) -> [UInt8] {
        let key = Key(job: text, round: round.number, range: range)
        if hints == nil, let bytes = partials[key] { return bytes }
        let evaluator = evaluators[text] ?? RangeEvaluator(job: job)
        evaluators[text] = evaluator
        let bytes = evaluator.evaluate(round: round, range: range, hints: hints ?? .none).encode()
        if hints == nil { partials[key] = bytes }
        return bytes
    }

    /// The result of a job that nobody disturbed.
    func undisturbed(_ text: String) -> Result<ResultDocument, PoolFailure> {
        if let result = results[text] { return .success(result) }
        switch job(text) {
        case .failure(let failure): return .failure(failure)
        case .success(let job):
            var machine = JobMachine(job: job)
            let evaluator = RangeEvaluator(job: job)
            while let round = machine.currentRound, let range = machine.missing(limit: 1).first {
                _ = machine.merge(evaluator.evaluate(round: round, range: range))
            }
            let result = ModelJob.document(of: machine)
            if case .success(let document) = result { results[text] = document }
            return result
        }
    }
}
