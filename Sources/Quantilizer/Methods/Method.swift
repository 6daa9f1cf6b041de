// SPDX-License-Identifier: Apache-2.0

/// What a method wants next.
enum MethodStep: Sendable {
    /// Another pass.
    case round(Round)
    /// The answer.
    case result(JobResult)
    /// No answer, and why.
    case failure(JobFailure)
}

/// What a method may look at when a round is complete.
struct MethodContext: ~Copyable {
    let job: CompiledJob
    /// Regenerates draws.
    let evaluator: RangeEvaluator
    /// Utilities, then costs, over all measured base samples.
    let moments: [Moments]
    /// Base samples measured.
    let issued: UInt64
    /// Samples of all rounds so far.
    let evaluations: UInt64
    /// The number that the next round gets.
    let nextRound: Int
}

/// A deterministic state machine over rounds: `qpool run`, a cluster and a simulator drive the same.
protocol Method: Sendable {
    /// The first pass.
    mutating func begin(job: CompiledJob) -> MethodStep
    /// What follows a pass that is complete.
    mutating func advance(_ merger: consuming RoundMerger, _ context: borrowing MethodContext)
        -> MethodStep
    /// Base samples that the method will issue in all, as far as is known.
    func expectedSamples(job: CompiledJob) -> UInt64
    /// Running ranks of the round that is under way; nil where there is no threshold to show.
    func running(_ merger: RoundMerger, job: CompiledJob) -> RunningThreshold?
    func write(to writer: inout ByteWriter)
}

/// A method by its name in the job: a new method is a file and a line in each place here.
enum MethodState: Sendable {
    case exact(ExactMethod)

    init(job: CompiledJob) {
        self = .exact(ExactMethod(job: job))
    }
}
