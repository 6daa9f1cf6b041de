// SPDX-License-Identifier: Apache-2.0
internal import Dispatch
internal import Quantilizer
internal import Synchronization

/// Draws the texts of a source, and has them judged.
///
/// What the journal holds is taken from there. What is asked for is stored before it counts, a text
/// and each score by itself. After ``givenUpAfter`` failures in a row it is given up, so that a job
/// whose endpoint is gone does not burn its samples.
final class EndpointDrawer: TextDrawer {
    /// Samples that fail one after the other before the endpoint is given up.
    static let givenUpAfter = 16

    private struct State {
        var failuresInRow = 0
        var hasTexts = false
        var trouble: String?
    }

    private let source: TextSource
    private let caller: EndpointCaller
    private let journal: TextJournal
    private let scorers: [any TextScorer]
    private let log: EndpointLog
    private let textStream: String
    private let prompts = PromptTokens()
    private let state = Mutex(State())

    init(
        _ source: TextSource, caller: EndpointCaller, journal: TextJournal,
        scorers: [any TextScorer], log: EndpointLog
    ) {
        self.source = source
        self.caller = caller
        self.journal = journal
        self.scorers = scorers
        self.log = log
        textStream = TextJournal.stream(source.identity)
    }

    var trouble: String? { state.withLock { $0.trouble } }

    /// It blocks its thread, which is one that computes, until all are there.
    func draw(_ requests: [TextRequest], _ call: TextCall) -> [TextOutcome] {
        guard !requests.isEmpty else { return [] }
        let result = Mutex<[TextOutcome]>([])
        let done = DispatchSemaphore(value: 0)
        Task.detached { [self] in
            let outcomes = await drawAll(requests, call)
            result.withLock { $0 = outcomes }
            done.signal()
        }
        done.wait()
        return result.withLock { $0 }
    }

    private func drawAll(_ requests: [TextRequest], _ call: TextCall) async -> [TextOutcome] {
        let lock = await RangeLock.take(
            "\(journal.folder)/\(textStream)", index: requests.first?.index ?? 0,
            isOver: { self.trouble != nil })
        defer { lock?.release() }
        var outcomes = requests.map { _ in TextOutcome(failure: .unreachable) }
        // Those of a stream are stored together.
        for (stream, places) in Dictionary(
            grouping: requests.indices, by: { self.stream(of: requests[$0]) })
        {
            let drawn = await drawAll(places.map { requests[$0] }, call, stream)
            for (place, outcome) in zip(places, drawn) { outcomes[place] = outcome }
        }
        return outcomes
    }

    /// Where texts of a request are stored: beginnings and continuations each by themselves.
    private func stream(of request: TextRequest) -> String {
        if request.maximumTokens == source.maximumTokens, request.prefix.isEmpty {
            return textStream
        }
        var other = source
        other.maximumTokens = request.maximumTokens
        return TextJournal.stream(
            other.identity + (request.prefix.isEmpty ? " begun" : " continued"))
    }

    private func drawAll(
        _ requests: [TextRequest], _ call: TextCall, _ textStream: String
    ) async -> [TextOutcome] {
        var outcomes = requests.map { $0.whole }
        let open = requests.indices.filter { !requests[$0].isWhole }
        let drawn = await each(open.map { requests[$0] }, stream: textStream) { request in
            await self.text(request, isOnce: call.isOnce)
        }
        for (place, outcome) in zip(open, drawn) { outcomes[place] = outcome }
        guard call.measures else {
            journal.flush(textStream)
            return outcomes
        }
        var external = 0
        var processes = 0
        for feature in source.features {
            switch feature.kind {
            case .matches, .found: continue
            case .judge(let judge):
                let stream = TextJournal.stream(judge.identity + textStream)
                let judged = await each(requests, given: outcomes, stream: stream) {
                    request, text in
                    await self.judge(judge, text, context: request.contextText)
                }
                add(judged, to: &outcomes, place: external)
            case .reward(let reward):
                let stream = TextJournal.stream(reward.identity + textStream)
                let scored = await rewards(reward, requests, outcomes, stream)
                add(scored, to: &outcomes, place: external)
            case .process:
                let scored = processScores(scorers[processes], requests, outcomes)
                processes += 1
                add(scored, to: &outcomes, place: external)
            }
            external += 1
        }
        journal.flush(textStream)
        return outcomes
    }

    // MARK: From the journal, or asked

    /// An outcome for each request, as many at once as the endpoints take.
    private func each(
        _ requests: [TextRequest], stream: String,
        _ ask: @escaping @Sendable (TextRequest) async -> TextOutcome
    ) async -> [TextOutcome] {
        let known = stored(requests, stream)
        let width = max(1, caller.gate.width(source.endpoints.count, source.manners))
        var outcomes = requests.map { known[$0.index] ?? TextOutcome(failure: .unreachable) }
        let missing = requests.indices.filter { known[requests[$0].index] == nil }
        await withTaskGroup(of: (Int, TextOutcome).self) { group in
            var next = missing.startIndex
            func start() {
                guard next < missing.endIndex else { return }
                let place = missing[next]
                next += 1
                group.addTask {
                    if self.trouble != nil { return (place, TextOutcome(failure: .unreachable)) }
                    let outcome = await ask(requests[place])
                    self.keep(outcome, requests[place], stream)
                    return (place, outcome)
                }
            }
            for _ in 0..<width { start() }
            while let (place, outcome) = await group.next() {
                outcomes[place] = outcome
                start()
            }
        }
        // A failure is final too, or a text that its endpoint cannot send would be drawn again until
        // it is another; but not where nobody answered at all.
        if trouble == nil {
            for place in missing where outcomes[place].failure.map(Self.isFinal) ?? false {
                store(outcomes[place], requests[place], stream)
            }
        }
        return outcomes
    }

    private func each(
        _ requests: [TextRequest], given texts: [TextOutcome], stream: String,
        _ ask: @escaping @Sendable (TextRequest, String) async -> TextOutcome
    ) async -> [TextOutcome?] {
        let places = requests.indices.filter { texts[$0].failure == nil }
        let found = await each(places.map { requests[$0] }, stream: stream) { request in
            guard let place = requests.firstIndex(where: { $0.index == request.index }),
                let text = texts[place].text
            else { return TextOutcome(failure: .scorer) }
            return await ask(request, text)
        }
        var result = [TextOutcome?](repeating: nil, count: requests.count)
        for (place, outcome) in zip(places, found) { result[place] = outcome }
        return result
    }

    private static func isFinal(_ failure: RecordFailure) -> Bool {
        switch failure {
        case .server, .late, .malformed, .notANumber, .scorer: true
        // Whole answers are stored when they come.
        case .refused, .limited, .unreachable, .process, .retokenised, .wordless, .withheld: false
        }
    }

    private func stored(_ requests: [TextRequest], _ stream: String) -> [UInt64: TextOutcome] {
        let keys = requests.map(\.key)
        var result: [UInt64: TextOutcome] = [:]
        for (key, bytes) in journal.entries(stream, keys) {
            result[key.index] = try? TextOutcome(decoding: bytes)
        }
        return result
    }

    private func store(_ outcome: TextOutcome, _ request: TextRequest, _ stream: String) {
        do {
            try journal.store(stream, request.key, outcome.encode())
        } catch {
            let words = "what was paid for cannot be stored in \(journal.folder): \(error)"
            log.say(words)
            state.withLock { $0.trouble = $0.trouble ?? words }
        }
    }

    private func keep(_ outcome: TextOutcome, _ request: TextRequest, _ stream: String) {
        // That it has no text or cannot be continued is an answer too, and was paid for.
        guard outcome.failure?.isWholeAnswer ?? true else { return }
        store(outcome, request, stream)
        guard outcome.failure == .wordless || outcome.failure == .withheld else {
            return state.withLock {
                $0.failuresInRow = 0
                $0.hasTexts = true
            }
        }
        let name = outcome.failure?.name ?? ""
        log.say("sample \(request.index): a whole answer without a text (\(name))")
        // Some such answers are the model's way; nothing else is a job that cannot succeed.
        state.withLock { state in
            guard !state.hasTexts else { return }
            state.failuresInRow += 1
            if state.failuresInRow >= Self.givenUpAfter, state.trouble == nil {
                state.trouble =
                    "the first \(Self.givenUpAfter) answers have no text (\(name)): where the model "
                    + "reasons first, `max_tokens` must be enough for that too"
            }
        }
    }

    private func failed(_ failure: EndpointCaller.Failure, _ what: String) {
        log.say("\(what): \(failure.words)")
        state.withLock { state in
            state.failuresInRow += 1
            if state.failuresInRow >= Self.givenUpAfter, state.trouble == nil {
                state.trouble =
                    "\(Self.givenUpAfter) samples in a row failed; the last: \(failure.words)"
            }
        }
    }

    // MARK: Asking

    private func text(_ request: TextRequest, isOnce: Bool) async -> TextOutcome {
        let path = source.interface == .chat ? "/chat/completions" : "/completions"
        let source = source
        var head: EndpointCaller.Outcome<[String]>?
        if !request.prefix.isEmpty {
            head = await prompts.tokens(of: request.prompt, source, caller)
            if case .failure(let failure)? = head?.result {
                failed(failure, "the tokens of a prompt")
                return TextOutcome(failure: failure.failure)
            }
        }
        let prompt = (try? head?.result.get()) ?? []
        var caller = caller
        if isOnce { caller.manners.attempts = 1 }
        let called = await caller.call(
            source.endpoints, path: path, body: EndpointWords.request(source, request)
        ) { bytes throws(Malformed) in
            request.prefix.isEmpty
                ? try EndpointWords.text(bytes, source, request)
                : try EndpointWords.continued(bytes, request, prompt: prompt)
        }
        var outcome: TextOutcome
        switch called.result {
        case .success(let text):
            outcome = text
            outcome.usage.requests = head?.requests ?? 0
        case .failure(let failure):
            failed(failure, "sample \(request.index)")
            outcome = TextOutcome(failure: failure.failure)
        }
        outcome.usage.requests += called.requests
        outcome.usage.redrawn = called.redrawn
        return outcome
    }

    private func judge(_ judge: JudgeSource, _ text: String, context: String) async -> TextOutcome {
        let prefix = judge.filled(text: text, context: context)
        let called = await caller.call(
            judge.endpoints, path: "/completions",
            body: EndpointWords.judgement(judge, prefix: prefix)
        ) { bytes throws(Malformed) in
            try EndpointWords.judged(bytes, prefix: prefix, continuation: judge.continuation)
        }
        var outcome: TextOutcome
        switch called.result {
        case .success(let (score, tokens)):
            outcome = TextOutcome(text: "")
            outcome.scores = [score]
            outcome.usage.judgeTokens = tokens
        case .failure(let failure):
            failed(failure, "a judgement")
            outcome = TextOutcome(failure: .scorer)
        }
        outcome.usage.requests = called.requests
        return outcome
    }

    private func rewards(
        _ reward: RewardSource, _ requests: [TextRequest], _ texts: [TextOutcome], _ stream: String
    ) async -> [TextOutcome?] {
        let known = stored(requests, stream)
        var result = requests.map { known[$0.index] }
        let missing = requests.indices.filter { result[$0] == nil && texts[$0].failure == nil }
        for start in stride(from: 0, to: missing.count, by: reward.batch) {
            let places = missing[start..<min(start + reward.batch, missing.count)]
            let samples = places.map { (texts[$0].text ?? "", requests[$0].contextText) }
            let count = samples.count
            let called = await caller.call(
                [reward.url], path: "", body: EndpointWords.scoring(samples)
            ) { bytes throws(Malformed) in try EndpointWords.scores(bytes, count: count) }
            for (position, place) in places.enumerated() {
                var outcome = TextOutcome(failure: .scorer)
                if case .success(let scores) = called.result {
                    outcome = TextOutcome(text: "")
                    outcome.scores = [scores[position]]
                }
                outcome.usage.requests = position == 0 ? called.requests : 0
                if case .success = called.result { keep(outcome, requests[place], stream) }
                result[place] = outcome
            }
            if case .failure(let failure) = called.result { failed(failure, "a batch of scores") }
        }
        return result
    }

    private func processScores(
        _ scorer: any TextScorer, _ requests: [TextRequest], _ texts: [TextOutcome]
    ) -> [TextOutcome?] {
        var result = [TextOutcome?](repeating: nil, count: requests.count)
        let places = requests.indices.filter { texts[$0].failure == nil }
        let scores = scorer.scores(
            places.map { (texts[$0].text ?? "", requests[$0].contextText) })
        for (position, place) in places.enumerated() {
            guard let scores else {
                result[place] = TextOutcome(failure: .scorer)
                continue
            }
            var outcome = TextOutcome(text: "")
            outcome.scores = [scores[position]]
            result[place] = outcome
        }
        return result
    }

    /// Adds a score to each text; where there is none, the sample fails and its text stays.
    private func add(_ scores: [TextOutcome?], to outcomes: inout [TextOutcome], place: Int) {
        for position in outcomes.indices {
            guard let score = scores[position] else { continue }
            outcomes[position].usage.add(score.usage)
            if let value = score.scores.first, score.failure == nil {
                outcomes[position].scores.append(value)
            } else if outcomes[position].failure == nil {
                outcomes[position].failure = .scorer
            }
        }
    }
}
