// SPDX-License-Identifier: Apache-2.0
internal import Quantilizer

/// What a job will ask of a coordinator, as far as that can be told before it is computed.
///
/// A coordinator that accepted more than it can hold would die of it, and again after each restart.
struct JobDemand {
    /// Samples that will be evaluated.
    let evaluations: Double
    /// Whether that is exact, or a guess that pilots will replace.
    let isExact: Bool
    /// Rounds that follow one another, about.
    let rounds: Int
    /// Bytes of candidates, in one process.
    let candidateBytes: Double
    /// Bytes of the result's document, about.
    let resultBytes: Double
    /// Why the job cannot run as it is.
    let problem: JobFailure?

    /// Bytes of a draw in a document: index, utility, and the words around them.
    private static let drawBytes = 96.0
    /// Bytes of one of its values.
    private static let valueBytes = 28.0
    /// Bytes of a document beside its draws.
    private static let documentBytes = 65_536.0
    /// Bytes that writing a document takes for each of its own.
    private static let writing = 12.0

    /// The demand of a job.
    init(_ job: CompiledJob) {
        let plan = JobPlan(job: job)
        evaluations = Double(plan.samples) + Double(plan.pilotSamples)
        isExact = plan.isExact
        rounds = plan.rounds
        candidateBytes = Double(plan.memoryBytes)
        problem = plan.problem
        let draws =
            job.isEstimate ? 0 : Double(job.settings.draws) * Double(max(1, plan.selections.count))
        resultBytes =
            Self.documentBytes
            + draws * (Self.drawBytes + Self.valueBytes * Double(job.base.dimension))
    }

    /// Bytes of the coordinator's memory while the job is merged and its result is written.
    var memoryBytes: Double { candidateBytes + Self.writing * resultBytes }

    /// Samples beyond which the job is not the one that was accepted: many times what was predicted,
    /// since pilots may find that more are needed, and never more than a coordinator takes.
    func ceiling(of maximum: Double) -> Double {
        isExact ? min(maximum, PoolLimits.evaluationsBeyondPlan * evaluations + 1e6) : maximum
    }

    /// Rounds beyond which a job is given up.
    var mostRounds: Int { Limits.rounds + 4 * rounds }
}

extension Coordinator {
    /// Whether a job's predicted work and memory are what this coordinator takes.
    ///
    /// - Throws: `limit`, and `invalid-job` where the job would fail as soon as it began.
    func checkCost(_ job: CompiledJob) throws(PoolFailure) {
        let demand = JobDemand(job)
        if let problem = demand.problem {
            throw PoolFailure(
                .invalidJob, "the job cannot run: \(problem.code)", remedy: problem.message)
        }
        guard demand.evaluations <= options.maximumEvaluations else {
            throw PoolFailure(
                .limit,
                "the job would evaluate \(demand.evaluations) samples; this coordinator takes jobs of "
                    + "at most \(options.maximumEvaluations)",
                remedy: "ask for fewer samples, or have the coordinator started with a larger "
                    + "--max-evaluations")
        }
        guard demand.memoryBytes <= options.maximumJobBytes else {
            func megabytes(_ bytes: Double) -> String { "\((bytes / 1e6).rounded(.up)) MB" }
            throw PoolFailure(
                .limit,
                "the job would take about \(megabytes(demand.memoryBytes)) of the coordinator's memory "
                    + "(candidates \(megabytes(demand.candidateBytes)), a result of "
                    + "\(megabytes(demand.resultBytes))); this one gives a job at most "
                    + megabytes(options.maximumJobBytes),
                remedy:
                    "ask for fewer draws or a smaller `memory`, or have the coordinator started "
                    + "with a larger --max-job-memory")
        }
    }

    /// Ends a job that goes beyond what was predicted of it, whatever made it; false where it goes on.
    ///
    /// What its rounds rest on is not to be trusted then: nothing of it is kept.
    mutating func isEndless(_ job: JobRecord, _ effects: inout CoordinatorEffects) -> Bool {
        guard let machine = job.machine, let round = machine.currentRound,
            let compiled = job.compiled
        else { return false }
        let demand = JobDemand(compiled)
        // What an extension evaluates again comes on top.
        let allowed = demand.ceiling(of: options.maximumEvaluations) * Double(1 + job.extensions)
        let evaluations =
            Double(machine.progress.evaluations)
            + Double(round.count) * max(1, round.evaluationsPerIndex(job: machine.job))
        let reason: String
        if evaluations > allowed {
            reason = "it would evaluate \(evaluations) samples, and \(allowed) are the most"
        } else if round.number > demand.mostRounds * (1 + job.extensions) {
            reason = "it is in round \(round.number), and \(demand.mostRounds) are the most"
        } else {
            return false
        }
        forgetWork(of: job, &effects)
        let failure = PoolFailure(
            .limit, "job \(job.id) does not come to an end: \(reason)",
            remedy:
                "a worker may have sent false results: `qpool retry --anew \(job.id)` begins from "
                + "nothing, and `verify: 10%` in the job finds out which one")
        end(job, .failed(failure), &effects)
        return true
    }
}
