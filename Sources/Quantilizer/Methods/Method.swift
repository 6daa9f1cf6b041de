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
struct MethodContext {
    let job: CompiledJob
    /// Utilities, then costs, over all measured base samples.
    var moments: [Moments]
    /// Base samples issued.
    let issued: UInt64
    /// Samples of all rounds so far.
    let evaluations: UInt64
    /// The number that the next round gets.
    let nextRound: Int
    /// Regenerates draws.
    let evaluator: RangeEvaluator
    /// Of a recorded base, the samples that are kept, by index.
    var records: [UInt64: SampleRecord] = [:]
    /// Of a recorded base, draws that were thrown away and asked for again: they count as issued.
    var redrawn: UInt64 = 0
    /// Of texts, the tokens that were written.
    var completionTokens: UInt64 = 0

    /// The same for a job with other numbers, of which this job is made.
    func of(_ job: CompiledJob) -> MethodContext {
        MethodContext(
            job: job, moments: moments, issued: issued, evaluations: evaluations,
            nextRound: nextRound, evaluator: evaluator, records: records, redrawn: redrawn)
    }
}

/// A deterministic state machine over rounds: `qpool run`, a cluster and a simulator drive the same.
///
/// A method's ``MethodRoom`` makes it.
protocol Method: Sendable {
    /// The first pass, with its number.
    mutating func begin(job: CompiledJob, number: Int) -> MethodStep
    /// What follows a pass that is complete.
    mutating func advance(_ merger: consuming RoundMerger, _ context: MethodContext) -> MethodStep
    /// Base samples that the method will issue in all, as far as it knows.
    func expectedSamples(job: CompiledJob) -> UInt64
    /// What is known of the threshold while a round runs; nil where there is nothing to show.
    func running(_ merger: RoundMerger, job: CompiledJob) -> RunningRanks?
    /// Whether it has answered and its state allows more samples to follow.
    var isResting: Bool { get }
    /// The answer again, from a state at rest.
    mutating func conclude(_ context: MethodContext) -> MethodStep
    /// Goes on to the extent of the context's job. The last block, where it was not whole, comes
    /// again. Nil where the state is of no use, so that the job begins anew.
    mutating func extend(_ context: MethodContext) -> MethodStep?
    /// Whether a round of a snapshot is one that this state waits for.
    func fits(_ round: Round) -> Bool
    func write(to writer: inout ByteWriter)
    /// Reads the state of the same method of the same job.
    mutating func read(
        from reader: inout ByteReader, job: CompiledJob
    ) throws(DecodingFailure)
}

/// Methods whose samples cannot be followed by more.
extension Method {
    var isResting: Bool { false }
    mutating func conclude(_ context: MethodContext) -> MethodStep {
        .failure(JobFailure("internal", "this method does not rest"))
    }
    mutating func extend(_ context: MethodContext) -> MethodStep? { nil }
    func fits(_ round: Round) -> Bool { true }
}
