// SPDX-License-Identifier: Apache-2.0
internal import PoolCore
internal import Quantilizer

/// Partials and results of model jobs, computed once and used by all schedules.
///
/// It is for one thread.
public final class EvaluationCache {
    private struct Key: Hashable {
        let job: ModelJob
        let round: Round
        let range: DyadicRange
    }

    private var compilations: [String: Compilation] = [:]
    private var partials: [Key: [UInt8]] = [:]
    private var evaluators: [ModelJob: RangeEvaluator] = [:]
    private var results: [String: ResultDocument] = [:]

    /// Bytes of partials that are kept; more are computed each time.
    private static let mostBytes = 64 << 20
    private var keptBytes = 0

    /// An empty cache.
    public init() {}

    func compilation(_ package: JobPackage) -> Result<Compilation, PoolFailure> {
        if let known = compilations[package.text] { return .success(known) }
        let result = ModelJob.compile(package)
        if case .success(let new) = result { compilations[package.text] = new }
        return result
    }

    func job(_ text: String) -> Result<CompiledJob, PoolFailure> {
        compilation(JobPackage(text: text, resources: JobResources())).map(\.job)
    }

    /// A partial's bytes; with hints it is computed anew, because hints may remove candidates.
    func partial(
        _ job: CompiledJob, _ round: Round, _ range: DyadicRange, _ hints: Hints?
    ) -> [UInt8] {
        let model = ModelJob(of: job)
        let key = Key(job: model, round: round, range: range)
        if hints == nil, let bytes = partials[key] { return bytes }
        let evaluator = evaluators[model] ?? RangeEvaluator(job: job)
        evaluators[model] = evaluator
        let bytes = evaluator.evaluate(round: round, range: range, hints: hints ?? .none).encode()
        if hints == nil, keptBytes < Self.mostBytes {
            partials[key] = bytes
            // With what the table takes.
            keptBytes += bytes.count + 256
        }
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
