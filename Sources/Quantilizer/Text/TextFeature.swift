// SPDX-License-Identifier: Apache-2.0

/// Something measured on a text, by name.
public struct TextFeature: Sendable, Hashable {
    /// How it is measured.
    public enum Kind: Sendable, Hashable {
        /// How often a pattern matches.
        case matches(Pattern)
        /// 1 where a pattern matches, else 0.
        case found(Pattern)
        /// The log-probability of a continuation under a model.
        case judge(JudgeSource)
        /// A score that another service gives.
        case reward(RewardSource)
        /// A score that another process gives.
        case process(ProcessSource)
    }

    /// The name in formulas.
    public var name: String
    /// How it is measured.
    public var kind: Kind

    /// Whether it is measured here, from the text alone.
    var isLocal: Bool {
        switch kind {
        case .matches, .found: true
        case .judge, .reward, .process: false
        }
    }

    /// Endpoints that it asks.
    var urls: [String] {
        switch kind {
        case .judge(let judge): judge.endpoints
        case .reward(let reward): [reward.url]
        case .matches, .found, .process: []
        }
    }

    /// Measured on a text, where that takes nobody else.
    func local(_ text: String) -> Double? {
        switch kind {
        case .matches(let pattern): pattern.count(in: text)
        case .found(let pattern):
            {
                let count = pattern.count(in: text); return count > 1 ? 1 : count
            }()
        case .judge, .reward, .process: nil
        }
    }
}

/// A model that says how probable a continuation is.
public struct JudgeSource: Sendable, Hashable {
    /// Endpoints that serve the same model and echo a prompt with its log-probabilities.
    public var endpoints: [String]
    /// The model's name.
    public var model: String
    /// What stands before the continuation; `{text}` is the text, `{context}` its context.
    public var prompt: String
    /// The continuation that is judged.
    public var continuation: String

    /// All that decides a judgement but the text.
    public var identity: String {
        JSON.object([
            ("judge", .array(endpoints.sorted().map { .string($0) })), ("model", .string(model)),
            ("prompt", .string(prompt)), ("continuation", .string(continuation)),
        ]).text()
    }

    /// What stands before the continuation, filled in.
    public func filled(text: String, context: String) -> String {
        TextTemplate.fill(prompt, [("text", text), ("context", context)])
    }
}

/// A service that scores texts in batches.
public struct RewardSource: Sendable, Hashable {
    /// Where batches are posted.
    public var url: String
    /// Texts a batch at most.
    public var batch: Int

    /// All that decides a score but the text.
    public var identity: String { "reward \(url)" }
}
