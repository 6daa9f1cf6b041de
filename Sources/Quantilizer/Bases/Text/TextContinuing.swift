// SPDX-License-Identifier: Apache-2.0

/// A text that was begun, and the randomness that it is continued with.
struct TextDraft: Sendable {
    /// The sample.
    var index: UInt64
    /// Its word of randomness for this continuation: another one each time.
    var word: UInt64
    /// What there is of it.
    var record: SampleRecord
}

extension TextBase {
    /// Their length, and what is measured on them.
    public var writing: Writing? {
        var whole: [Int: String] = [:]
        for (place, feature) in source.features.enumerated() where !feature.isLocal {
            whole[Self.usual.count + place] = feature.name
        }
        return Writing(
            maximumTokens: source.maximumTokens, whyNotInStages: source.whyNotInStages,
            ofWholeTexts: whole)
    }

    /// Each request is sent once.
    public func askedOnce() -> any RecordedBase {
        var result = self
        result.call.isOnce = true
        return result
    }

    /// The beginnings of its texts.
    public func drafting(_ tokens: Int) -> (any RecordedBase)? {
        var result = self
        result.draftTokens = tokens
        result.call.measures = false
        return result
    }

    /// Features that somebody else measures.
    var isMeasuredElsewhere: Bool { source.features.contains { !$0.isLocal } }

    /// Continues texts to so many tokens, and measures them. One that ended by itself stays, one that
    /// failed has failed.
    ///
    /// **The law.** A continuation is drawn given exactly the tokens that were drawn before, or not at
    /// all: a text that the endpoint does not read as those tokens fails, which depends on those tokens
    /// alone (docs/text.md).
    func proceed(
        _ drafts: [TextDraft], to tokens: Int, _ call: TextCall
    ) -> (records: [SampleRecord], usage: RecordUsage) {
        var records = drafts.map(\.record)
        var requests: [TextRequest] = []
        var places: [Int] = []
        var usage = RecordUsage()
        for (place, draft) in drafts.enumerated() where draft.record.failure == nil {
            let record = draft.record
            let context = Int(exactly: record.value[5]) ?? 0
            guard context == 0 || source.contexts.indices.contains(context) else {
                records[place] = fail(.malformed, &usage)
                continue
            }
            var request = request(index: draft.index, word: draft.word, context: context)
            request.maximumTokens = tokens
            request.prefix = record.tokens
            request.isWhole = !record.isCut || record.tokens.count >= tokens
            if request.isWhole {
                guard call.measures, isMeasuredElsewhere else { continue }
            } else if record.text != record.spelling {
                records[place] = fail(.retokenised, &usage)
                continue
            }
            requests.append(request)
            places.append(place)
        }
        let drawn = draw(requests, call)
        usage.add(drawn.usage)
        for (place, record) in zip(places, drawn.records) { records[place] = record }
        return (records, usage)
    }

    private func fail(_ failure: RecordFailure, _ usage: inout RecordUsage) -> SampleRecord {
        usage.failures[Int(failure.rawValue)] += 1
        return .failed(failure, dimension: dimension)
    }
}

extension SampleRecord {
    /// The text as its tokens spell it; nil where one of them is no whole character.
    var spelling: String? { Self.spelling(of: tokens) }

    /// What tokens spell; nil where one of them is no whole character.
    static func spelling(of tokens: some Sequence<Token>) -> String? {
        let text = tokens.map(\.text).joined()
        return text.unicodeScalars.contains("\u{FFFD}") ? nil : text
    }
}
