// SPDX-License-Identifier: Apache-2.0

/// Where texts come from: what a job says of its `text` base.
public struct TextSource: Sendable, Hashable {
    /// How an endpoint is asked.
    public enum Interface: String, Sendable, Hashable, CaseIterable {
        /// `POST …/completions` with a prompt.
        case completions
        /// `POST …/chat/completions` with messages.
        case chat
    }

    /// A name and what a prompt's `{context}` stands for.
    public struct Context: Sendable, Hashable {
        /// The name in results.
        public var name: String
        /// The text.
        public var text: String
    }

    /// What tokens cost, for a million of them.
    public struct Price: Sendable, Hashable {
        /// Tokens of prompts.
        public var prompt = 0.0
        /// Tokens of texts.
        public var completion = 0.0
        /// Tokens that judges read.
        public var judge = 0.0
    }

    /// Endpoints that serve the same model, as `http://127.0.0.1:8000/v1`; whichever has room is asked.
    public var endpoints: [String]
    /// How they are asked.
    public var interface: Interface
    /// The model's name; empty where the endpoint needs none.
    public var model: String
    /// The prompt; of a chat, the user's message.
    public var prompt: String
    /// The system's message of a chat; empty for none.
    public var system: String
    /// A uniform choice among them stands for `{context}`; none where there is one text only.
    public var contexts: [Context]
    /// Tokens of a text at most.
    public var maximumTokens: Int
    /// Softmax temperature.
    public var temperature: Double
    /// Mass of the nucleus.
    public var topP: Double
    /// Parameters that are not sent, since the endpoint refuses them; it decides then.
    public var unsent: Set<Unsent> = []
    /// Texts that end a text.
    public var stop: [String]
    /// Anything else that is sent along.
    public var parameters: [Parameter]
    /// Whether log-probabilities are asked for.
    public var asksProbabilities: Bool
    /// Whether a seed is sent, made from the job's seed and the sample's index.
    public var sendsSeeds: Bool
    /// What is measured on a text beside the usual.
    public var features: [TextFeature]
    /// Prices; nil where the job names none.
    public var price: Price?
    /// How patiently endpoints are asked. It decides no text.
    public var manners: EndpointManners

    /// A parameter that a job may leave to its endpoint.
    public enum Unsent: String, Sendable, Hashable, CaseIterable {
        /// `max_tokens`.
        case maximumTokens = "max_tokens"
        /// `temperature`.
        case temperature
        /// `top_p`.
        case topP = "top_p"
    }

    /// A request's member, as JSON text.
    public struct Parameter: Sendable, Hashable {
        /// The member's name.
        public var name: String
        /// Its value as JSON.
        public var json: String
    }

    /// All that decides a text but the sample: endpoints, model, prompts, parameters.
    public var identity: String {
        JSON.object([
            ("endpoints", .array(endpoints.sorted().map { .string($0) })),
            ("interface", .string(interface.rawValue)), ("model", .string(model)),
            ("prompt", .string(prompt)), ("system", .string(system)),
            ("contexts", .array(contexts.map { .string($0.text) })),
            ("max_tokens", said(.maximumTokens, .integer(UInt64(maximumTokens)))),
            ("temperature", said(.temperature, .number(temperature))),
            ("top_p", said(.topP, .number(topP))),
            ("stop", .array(stop.map { .string($0) })),
            ("parameters", .array(parameters.map { .string("\($0.name)=\($0.json)") })),
            ("logprobs", .bool(asksProbabilities)), ("seed", .bool(sendsSeeds)),
        ]).text()
    }

    private func said(_ parameter: Unsent, _ value: JSON) -> JSON {
        unsent.contains(parameter) ? .null : value
    }

    /// Why its texts cannot be begun and continued; nil where they can.
    var whyNotInStages: String? {
        if unsent.contains(.maximumTokens) {
            return "texts that are begun and continued need `max_tokens`, which is `null`"
        }
        if interface != .completions {
            return "a chat's answer cannot be continued: moves and stages need `api: completions`"
        }
        if !asksProbabilities {
            return "texts that are continued need `logprobs`, for their tokens"
        }
        if !stop.isEmpty {
            return
                "texts that are continued take no `stop`: one that spans the place would be missed"
        }
        // What looks at the text written so far takes its beginning for a part of the prompt.
        let neutral = [
            "repeat_penalty": "1", "repetition_penalty": "1", "presence_penalty": "0",
            "frequency_penalty": "0", "mirostat_mode": "0", "mirostat": "0",
        ]
        let refused = ["grammar", "response_format", "min_tokens", "n_predict", "dry_multiplier"]
        for parameter in parameters {
            let name = parameter.name
            if let value = neutral[name], Double(parameter.json) != Double(value) {
                return
                    "texts that are continued take no `\(name)` but \(value): it depends on what was written"
            }
            if refused.contains(name) {
                return "texts that are continued take no `\(name)`: it depends on what was written"
            }
        }
        return nil
    }

    /// Every URL that has to be allowed, each once.
    public var urls: [String] {
        var result: [String] = []
        for url in endpoints + features.flatMap(\.urls) where !result.contains(url) {
            result.append(url)
        }
        return result
    }
}

/// How patiently an endpoint is asked.
public struct EndpointManners: Sendable, Hashable {
    /// Seconds that one answer may take.
    public var timeoutSeconds = 60.0
    /// Answers that are tried before a sample fails.
    public var attempts = 5
    /// Seconds that a sample may take in all, waiting included.
    public var patienceSeconds = 300.0
    /// Requests in flight at an endpoint.
    public var concurrency = 8
    /// Requests a second at an endpoint; nil for as many as come.
    public var rate: Double?

    /// The usual manners.
    public init() {}
}

/// A text with places to be filled in: `{text}`, `{context}`.
enum TextTemplate {
    /// Fills each place once; braces around other words stay.
    static func fill(_ template: String, _ values: [(name: String, text: String)]) -> String {
        var result = ""
        var rest = template[...]
        while let brace = rest.firstIndex(of: "{") {
            result += rest[..<brace]
            rest = rest[brace...]
            guard let value = values.first(where: { rest.hasPrefix("{\($0.name)}") }) else {
                result += "{"
                rest = rest.dropFirst()
                continue
            }
            result += value.text
            rest = rest.dropFirst(value.name.count + 2)
        }
        return result + rest
    }
}
