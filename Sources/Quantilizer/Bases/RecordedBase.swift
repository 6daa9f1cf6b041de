// SPDX-License-Identifier: Apache-2.0

/// A base distribution whose samples are drawn once and kept, because they cannot be made again from
/// their index: texts of a language model.
///
/// A partial carries the records of the samples that it keeps, so whoever merges partials can show
/// them, and nobody draws a range again that is done. A sample that fails is a sample all the same:
/// it counts among those issued, ranks lowest, and is told of.
///
/// It stands for itself as a job's base, not inside another, and it has no `transform` that is worth
/// calling: that fills in ``FailedSample/marker``.
public protocol RecordedBase: BaseDistribution {
    /// What has to be allowed for samples to be drawn.
    var sources: [ExternalSource] { get }
    /// Why it is given up here, nil while it is not.
    var trouble: String? { get }
    /// Whether workers make the same sample of the same noise, so that ranges may be drawn again,
    /// doubled and compared; the records only spare others the making.
    var isReplayable: Bool { get }
    /// Samples it likes to draw at once.
    var batchLanes: Int { get }
    /// Draws that one sample takes.
    var drawsPerSample: Int { get }
    /// Draws that may be made of one of these, where one is thrown away and asked for again.
    var attempts: Int { get }
    /// What there is to know of its samples as texts; nil of other samples.
    var writing: Writing? { get }
    /// The same base with samples that are asked for once: what is lost on the way is lost.
    func askedOnce() -> any RecordedBase
    /// The same base with texts cut after so many tokens, measured only by what takes nobody else; nil of other
    /// samples than texts.
    func drafting(_ tokens: Int) -> (any RecordedBase)?

    /// Draws samples `start ..< start + lanes`, whose noise is given, and blocks until all are
    /// there. Values of a sample that failed are ``FailedSample/marker``.
    ///
    /// - Returns: a record a lane, and what it took.
    func draw(
        domain: Domain, start: UInt64, lanes: Int, noise: borrowing NoiseBlock,
        values: inout Columns
    ) -> (records: [SampleRecord], usage: RecordUsage)

    /// What does not agree between a record and its own values; nil where all does.
    func fault(in record: SampleRecord) -> String?
    /// What the usage costs, in whatever unit the job's prices are; nil where it names none.
    func spend(_ usage: RecordUsage) -> Double?
}

/// Of samples that are texts, what methods ask of them.
public struct Writing: Sendable, Hashable {
    /// The most tokens of a text.
    public var maximumTokens: Int
    /// Why they cannot be written in stages; nil where they can.
    public var whyNotInStages: String?
    /// The names of the values that are known of whole texts alone, by their column.
    public var ofWholeTexts: [Int: String]

    /// Texts.
    public init(maximumTokens: Int, whyNotInStages: String?, ofWholeTexts: [Int: String]) {
        self.maximumTokens = maximumTokens
        self.whyNotInStages = whyNotInStages
        self.ofWholeTexts = ofWholeTexts
    }
}

extension RecordedBase {
    /// The base itself.
    public var recorded: (any RecordedBase)? { self }
    /// Nil.
    public var writing: Writing? { nil }
    /// The base itself.
    public func askedOnce() -> any RecordedBase { self }
    /// Nil.
    public func drafting(_ tokens: Int) -> (any RecordedBase)? { nil }

    /// Fills in ``FailedSample/marker``.
    public func transform(
        lanes: Int, noise: borrowing NoiseBlock, values: inout Columns, scratch: inout Columns,
        at place: Placement
    ) {
        for column in 0..<dimension {
            FailedSample.fill(&values, column: place.value + column, lanes: lanes)
        }
    }

    /// None.
    public var trouble: String? { nil }
    /// False: drawn once.
    public var isReplayable: Bool { false }
    /// A block.
    public var batchLanes: Int { Kernels.blockLanes }
    /// One.
    public var drawsPerSample: Int { 1 }
    /// One.
    public var attempts: Int { 1 }
    /// Nil.
    public func fault(in record: SampleRecord) -> String? { nil }
    /// Nil.
    public func spend(_ usage: RecordUsage) -> Double? { nil }
}

/// One sample of a recorded base, as it was drawn.
public struct SampleRecord: Sendable, Hashable {
    /// A token and the natural logarithm of its probability given what stands before it.
    public struct Token: Sendable, Hashable {
        /// Its text.
        public var text: String
        /// The natural logarithm of its probability.
        public var logProbability: Double

        /// A token.
        public init(_ text: String, _ logProbability: Double) {
            self.text = text
            self.logProbability = logProbability
        }
    }

    /// Its values, as formulas see them.
    public var value: [Double]
    /// The text; nil where the base draws none, or it failed.
    public var text: String?
    /// The text's tokens, where the endpoint tells them.
    public var tokens: [Token]
    /// Why it failed; nil where it did not.
    public var failure: RecordFailure?
    /// Whether the text ended only because it had as many tokens as were asked for.
    public var isCut = false

    /// A record.
    public init(
        value: [Double], text: String? = nil, tokens: [Token] = [], failure: RecordFailure? = nil
    ) {
        self.value = value
        self.text = text
        self.tokens = tokens
        self.failure = failure
    }

    /// A sample that failed.
    static func failed(_ failure: RecordFailure, dimension: Int) -> SampleRecord {
        SampleRecord(
            value: [Double](repeating: FailedSample.marker, count: dimension), failure: failure)
    }
}

/// Why a sample failed.
public enum RecordFailure: UInt8, Sendable, Hashable, CaseIterable {
    /// The endpoint did not take the request.
    case refused
    /// Too many requests, to the end of the patience.
    case limited
    /// The endpoint failed.
    case server
    /// No answer in time.
    case late
    /// Nobody there, or the connection broke.
    case unreachable
    /// An answer that makes no sense.
    case malformed
    /// A log-probability or a score that is not a number.
    case notANumber
    /// The text came, and what was to be measured on it did not.
    case scorer
    /// The process that makes samples failed.
    case process
    /// The endpoint reads a text that was begun as other tokens than it wrote, so it was not continued.
    case retokenised
    /// A whole answer without a text, as where reasoning used up the tokens.
    case wordless
    /// A text that the endpoint's filter withheld, all or a part.
    case withheld

    /// Whether an answer was whole, and counts as the draw that it was: asked for again it would be
    /// another one.
    public var isWholeAnswer: Bool {
        switch self {
        case .retokenised, .wordless, .withheld: true
        default: false
        }
    }

    /// The name in results.
    public var name: String {
        switch self {
        case .refused: "refused"
        case .limited: "rate-limited"
        case .server: "server-error"
        case .late: "timed-out"
        case .unreachable: "unreachable"
        case .malformed: "malformed"
        case .notANumber: "not-a-number"
        case .scorer: "scorer"
        case .process: "process"
        case .retokenised: "retokenised"
        case .wordless: "no-text"
        case .withheld: "content-filter"
        }
    }
}

/// What drawing took. It only adds up.
public struct RecordUsage: Sendable, Hashable {
    /// Requests sent, of all kinds.
    public var requests: UInt64 = 0
    /// Draws that were thrown away and asked for again: they count among those issued.
    public var redrawn: UInt64 = 0
    /// Tokens of prompts, as the endpoints say.
    public var promptTokens: UInt64 = 0
    /// Tokens of texts, as the endpoints say.
    public var completionTokens: UInt64 = 0
    /// Tokens that judges read.
    public var judgeTokens: UInt64 = 0
    /// Samples that failed, by ``RecordFailure``.
    public var failures = [UInt64](repeating: 0, count: RecordFailure.allCases.count)

    /// Nothing.
    public init() {}

    /// Samples that failed.
    public var failed: UInt64 { failures.reduce(0, &+) }

    /// Adds what something else took.
    public mutating func add(_ other: RecordUsage) {
        requests &+= other.requests
        redrawn &+= other.redrawn
        promptTokens &+= other.promptTokens
        completionTokens &+= other.completionTokens
        judgeTokens &+= other.judgeTokens
        for i in failures.indices { failures[i] &+= other.failures[i] }
    }

    /// Both.
    func adding(_ other: RecordUsage) -> RecordUsage {
        var result = self
        result.add(other)
        return result
    }
}

extension RecordUsage {
    /// How many samples failed for which reasons, for people.
    var failureKinds: String {
        RecordFailure.allCases.filter { failures[Int($0.rawValue)] > 0 }
            .map { "\(failures[Int($0.rawValue)]) \($0.name)" }.joined(separator: ", ")
    }

    /// What a reader of the result should know.
    func warnings(samples: UInt64) -> [JobWarning] {
        var result: [JobWarning] = []
        if failed > 0 {
            result.append(
                JobWarning(
                    "samples-failed",
                    "\(failed) of \(samples) samples failed (\(failureKinds)): they count as issued and rank "
                        + "lowest, so they cost utility and not safety; the log of whoever drew them "
                        + "says why"))
        }
        if redrawn > 0 {
            result.append(
                JobWarning(
                    "redrawn",
                    "\(redrawn) answers came late, cut short or garbled and were asked for again: each "
                        + "may have been a draw, so they count among those issued"))
        }
        return result
    }
}
