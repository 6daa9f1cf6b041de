// SPDX-License-Identifier: Apache-2.0

/// Texts of a language model as base distribution: what a model writes to a prompt, and for several
/// contexts a uniform choice among them.
///
/// A sample's values are what is measured on its text: `characters` (Unicode scalars), `words`
/// (between white space), `tokens`, `logprob` and `mean_logprob` (natural logarithms), `context` (its
/// number), and the features of the job by name. The text itself is the sample's record.
///
/// **Determinism**: prompt and seed of a sample come from the job's seed and the sample's index. What
/// the endpoint makes of them is recorded, not made again.
public struct TextBase: RecordedBase {
    /// `text`.
    public static let name = "text"
    /// What is measured on every text.
    public static let usual = [
        "characters", "words", "tokens", "logprob", "mean_logprob", "context",
    ]

    /// Where texts come from.
    public let source: TextSource
    let drawer: (any TextDrawer)?
    /// How its samples are asked for.
    var call = TextCall()
    /// Tokens that its samples have at most, where only their beginnings are wanted.
    var draftTokens: Int?

    /// A base that draws by a drawer; by none where it is only read, as on a coordinator.
    public init(_ source: TextSource, drawer: (any TextDrawer)?) {
        self.source = source
        self.drawer = drawer
    }

    /// As many as are measured.
    public var dimension: Int { Self.usual.count + source.features.count }
    /// What is measured.
    public var componentNames: [String] { Self.usual + source.features.map(\.name) }
    /// A word for the seed, a word for the context.
    public var noise: NoiseLayout { NoiseLayout(words: 2) }
    /// Those that its endpoint is given, or one.
    public var attempts: Int { call.isOnce ? 1 : source.manners.attempts }
    /// Endpoints and processes.
    public var sources: [ExternalSource] {
        source.urls.map { .endpoint($0) }
            + source.features.compactMap {
                if case .process(let process) = $0.kind { .process(process) } else { nil }
            }
    }
    /// That of the drawer.
    public var trouble: String? { drawer?.trouble }

    /// What a sample asks for.
    public func request(index: UInt64, seedWord: UInt64, contextWord: UInt64) -> TextRequest {
        var context = 0
        if source.contexts.count > 1 {
            context = Int(contextWord.multipliedFullWidth(by: UInt64(source.contexts.count)).high)
        }
        return request(index: index, word: seedWord, context: context)
    }

    /// What a sample of a context asks for.
    func request(index: UInt64, word: UInt64, context: Int) -> TextRequest {
        let text = source.contexts.isEmpty ? "" : source.contexts[context].text
        return TextRequest(
            index: index, word: word, context: context, contextText: text,
            prompt: TextTemplate.fill(source.prompt, [("context", text)]),
            system: TextTemplate.fill(source.system, [("context", text)]),
            maximumTokens: draftTokens ?? source.maximumTokens)
    }

    /// Draws by the drawer, and measures.
    public func draw(
        domain: Domain, start: UInt64, lanes: Int, noise: borrowing NoiseBlock,
        values: inout Columns
    ) -> (records: [SampleRecord], usage: RecordUsage) {
        var requests: [TextRequest] = []
        for lane in 0..<lanes {
            requests.append(
                request(
                    index: start + UInt64(lane), seedWord: noise.words[0, lane],
                    contextWord: noise.words[1, lane]))
        }
        let drawn = draw(requests, call)
        for (lane, record) in drawn.records.enumerated() {
            for column in 0..<dimension { values[column, lane] = record.value[column] }
        }
        return drawn
    }

    /// Draws what is asked for, and measures: a record each.
    func draw(
        _ requests: [TextRequest], _ call: TextCall
    ) -> (records: [SampleRecord], usage: RecordUsage) {
        let drawn = drawer?.draw(requests, call) ?? []
        var usage = RecordUsage()
        var records: [SampleRecord] = []
        for (position, request) in requests.enumerated() {
            let outcome =
                position < drawn.count ? drawn[position] : TextOutcome(failure: .unreachable)
            usage.add(outcome.usage)
            let record = record(of: outcome, context: request.context)
            if let failure = record.failure { usage.failures[Int(failure.rawValue)] += 1 }
            records.append(record)
        }
        return (records, usage)
    }

    private func record(of outcome: TextOutcome, context: Int) -> SampleRecord {
        guard outcome.failure == nil, let text = outcome.text else {
            var failed = SampleRecord.failed(outcome.failure ?? .malformed, dimension: dimension)
            failed.text = outcome.text
            return failed
        }
        var value = usual(text, outcome.tokens, outcome.tokenCount, context)
        var scores = outcome.scores.makeIterator()
        for feature in source.features {
            value.append(feature.local(text) ?? scores.next() ?? .nan)
        }
        var record = SampleRecord(
            value: value.map { FailedSample.clean($0) }, text: text, tokens: outcome.tokens)
        record.isCut = outcome.isCut
        return record
    }

    private func usual(
        _ text: String, _ tokens: [SampleRecord.Token], _ count: Int, _ context: Int
    ) -> [Double] {
        var words = 0
        var characters = 0
        var inWord = false
        for scalar in text.unicodeScalars {
            characters += 1
            let isSpace = scalar.properties.isWhitespace
            if !isSpace, !inWord { words += 1 }
            inWord = !isSpace
        }
        var sum = source.asksProbabilities ? 0.0 : Double.nan
        for token in tokens { sum += token.logProbability }
        let number = source.asksProbabilities ? tokens.count : count
        return [
            Double(characters), Double(words), Double(number), sum,
            number == 0 ? 0 : sum / Double(number), Double(context),
        ]
    }

    /// Measures again what can be measured on the text alone.
    public func fault(in record: SampleRecord) -> String? {
        guard record.value.count == dimension else { return "has another number of values" }
        if record.failure != nil { return nil }
        guard let text = record.text else { return "has no text" }
        let count = Int(exactly: record.value[2]) ?? 0
        let made = usual(text, record.tokens, count, Int(exactly: record.value[5]) ?? 0)
        for (place, value) in made.enumerated()
        where FailedSample.clean(value).bitPattern != record.value[place].bitPattern {
            return "has another \(Self.usual[place]) than its text"
        }
        for (place, feature) in source.features.enumerated() {
            if let value = feature.local(text),
                FailedSample.clean(value).bitPattern
                    != record.value[Self.usual.count + place].bitPattern
            {
                return "has another \(feature.name) than its text"
            }
        }
        return nil
    }

    /// Tokens times prices.
    public func spend(_ usage: RecordUsage) -> Double? {
        source.price.map { price in
            (Double(usage.promptTokens) * price.prompt
                + Double(usage.completionTokens) * price.completion
                + Double(usage.judgeTokens) * price.judge) / 1_000_000
        }
    }
}
