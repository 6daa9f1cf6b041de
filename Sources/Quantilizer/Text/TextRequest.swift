// SPDX-License-Identifier: Apache-2.0

/// What one sample asks of an endpoint.
public struct TextRequest: Sendable, Hashable {
    /// The sample.
    public var index: UInt64
    /// Its word of randomness.
    public var word: UInt64
    /// The number of its context.
    public var context: Int
    /// Its context's text.
    public var contextText: String
    /// The prompt, filled in.
    public var prompt: String
    /// The system's message, filled in.
    public var system: String
    /// Tokens that the text has at most, those it begins with included.
    public var maximumTokens: Int
    /// The tokens that the text begins with; none of a text from its beginning.
    public var prefix: [SampleRecord.Token] = []
    /// Whether those are all of it, and it is only to be measured.
    public var isWhole = false

    /// The seed that is sent: 31 bits, which every endpoint can read.
    public var seed: UInt64 { word >> 33 }
}

/// How texts are asked for.
public struct TextCall: Sendable, Hashable {
    /// Whether what others measure is wanted, judges, rewards and processes.
    public var measures = true
    /// Whether an answer that was lost is lost, and not asked for again.
    public var isOnce = false

    /// Measured, and asked for as patiently as the job says.
    public init() {}
}

/// What came of a request.
public struct TextOutcome: Sendable, Hashable {
    /// The text.
    public var text: String?
    /// Its tokens, where the endpoint tells them.
    public var tokens: [SampleRecord.Token] = []
    /// Tokens, as the endpoint counts them.
    public var tokenCount = 0
    /// A score for each feature that takes somebody else, in order.
    public var scores: [Double] = []
    /// Why there is none.
    public var failure: RecordFailure?
    /// Whether it ended only because it had as many tokens as were asked for.
    public var isCut = false
    /// What it took.
    public var usage = RecordUsage()

    /// A text.
    public init(text: String) { self.text = text }
    /// A failure.
    public init(failure: RecordFailure) { self.failure = failure }
}
