// SPDX-License-Identifier: Apache-2.0
import Quantilizer
import Reports

/// What drawing a job's texts will take, at most.
struct TextPlan {
    /// Requests, where each is answered at once.
    private(set) var requests: UInt64 = 0
    /// Tokens of all texts at most.
    private(set) var completionTokens: UInt64 = 0
    /// Tokens of all prompts, guessed from their length.
    private(set) var promptTokens: UInt64 = 0
    /// Tokens that judges read at most, guessed from lengths.
    private(set) var judgeTokens: UInt64 = 0
    /// What that costs; nil where the job names no prices.
    private(set) var spend: Double?

    /// A token has about four letters of English; other languages and codes have more tokens.
    private static let bytesPerToken = 4.0

    /// What texts from each of the bases take; nil where there is none.
    init?(_ bases: [TextBase], plan: JobPlan) {
        guard let first = bases.first else { return nil }
        for base in bases { add(base.source, plan) }
        var usage = RecordUsage()
        usage.promptTokens = promptTokens
        usage.completionTokens = completionTokens
        usage.judgeTokens = judgeTokens
        spend = first.spend(usage)
    }

    private mutating func add(_ source: TextSource, _ plan: JobPlan) {
        let samples = plan.samples + plan.pilotSamples
        func tokens(_ text: String) -> Double { Double(text.utf8.count) / Self.bytesPerToken }
        let contexts = source.contexts.map { tokens($0.text) }
        let context = contexts.isEmpty ? 0 : contexts.reduce(0, +) / Double(contexts.count)
        var each: UInt64 = 1
        var scored: UInt64 = 0
        var judged = 0.0
        for feature in source.features {
            switch feature.kind {
            case .judge(let judge):
                each += 1
                judged +=
                    tokens(judge.prompt + judge.continuation) + Double(source.maximumTokens)
            case .reward(let reward):
                let whole = plan.goingOn.last ?? samples
                scored += (whole + UInt64(reward.batch) - 1) / UInt64(reward.batch)
            case .matches, .found, .process: continue
            }
        }
        var asked = samples
        var written = 0.0
        var begun = 0.0
        var left = samples
        var length = 0
        for (stage, count) in zip(plan.stages, plan.goingOn) {
            written += Double(left) * Double(stage.tokens - length)
            (left, length) = (count, stage.tokens)
            asked += count
            begun += Double(count) * Double(length)
        }
        written += Double(left) * Double(source.maximumTokens - length)
        requests += asked + left * (each - 1) + scored
        completionTokens += UInt64(written)
        // What a move keeps of a text is sent again: half of it on average, if all are moves.
        if plan.method == "splitting" {
            begun += Double(samples) * Double(source.maximumTokens - 1) / 2
        }
        let prompt = tokens(source.prompt + source.system) + context
        promptTokens += UInt64((Double(asked) * prompt + begun).rounded(.up))
        judgeTokens += UInt64((Double(left) * judged).rounded(.up))
    }

    /// Adds a line for each.
    func write(to lines: inout LabelledLines) {
        lines.add("requests", "\(Figures.grouped(requests)), where each is answered at once")
        var tokens =
            "\(Figures.grouped(completionTokens)) of texts at most, about "
            + "\(Figures.grouped(promptTokens)) of prompts"
        if judgeTokens > 0 {
            tokens += ", up to about \(Figures.grouped(judgeTokens)) read by judges"
        }
        lines.add("tokens", tokens)
        lines.add(
            "spend",
            spend.map { "at most about \(Figures.short($0))" } ?? "the job names no `price`")
    }

    var json: JSON {
        .object([
            ("requests", .integer(requests)), ("completion_tokens", .integer(completionTokens)),
            ("prompt_tokens", .integer(promptTokens)), ("judge_tokens", .integer(judgeTokens)),
            ("spend", spend.map { .number($0) } ?? .null),
        ])
    }
}
