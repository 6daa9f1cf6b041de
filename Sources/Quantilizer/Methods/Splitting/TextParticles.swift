// SPDX-License-Identifier: Apache-2.0

/// The texts of an island's particles, and the move on them: a place is chosen without a look at the
/// text, and what stands behind it is written again by the model.
///
/// **Invariance.** With x padded to its most tokens, the place c uniform and independent of x, the new text
/// y has the first c tokens of x and the rest from γ given those: γ(x) K(x, y) = γ(y) K(y, x). Where those
/// c tokens cannot be sent as they are, the text stays; whether they can depends on them alone, and y
/// has the same (docs/text.md). An answer that is lost takes its particle along, so that what was lost
/// makes nothing likelier.
///
/// **Determinism**: what is asked for is a function of (seed, particle, step) and the text so far; what comes
/// is recorded, so an island that is run again asks for nothing that is stored.
struct TextParticles {
    /// What a move has for a particle.
    enum Proposal {
        /// Another text.
        case text(SampleRecord)
        /// The same text.
        case same
        /// None: the answer was lost.
        case lost
    }

    private let base: TextBase
    private let stream: RandomStream
    private let first: UInt64
    /// What stands for a text that was lost.
    let lost: SampleRecord
    /// By particle.
    private(set) var records: [SampleRecord]
    /// Whether a particle's last answer came.
    private(set) var isAlive: [Bool]
    /// What drawing took.
    private(set) var usage = RecordUsage()
    /// Texts that were drawn.
    private(set) var drawn: UInt64 = 0

    /// The particles of a base of texts; nil of another.
    init?(base: any BaseDistribution, count: Int, seed: UInt64, first: UInt64) {
        guard let base = base as? TextBase else { return nil }
        self.base = base
        self.first = first
        stream = RandomStream(seed: seed, domain: .move)
        lost = .failed(.unreachable, dimension: base.dimension)
        records = [SampleRecord](repeating: lost, count: count)
        isAlive = [Bool](repeating: false, count: count)
    }

    /// The random words of a particle's step: of the text, its context, the place, the label.
    private func words(
        _ particle: Int, _ block: UInt32
    ) -> (text: UInt64, context: UInt64, place: UInt64, label: UInt64) {
        let one = stream.words(index: first + UInt64(particle), block: block)
        let two = stream.words(index: first + UInt64(particle), block: block + 1)
        return (one.low, two.high, one.high, two.low)
    }

    /// The label of a particle's step: it is drawn anew at each.
    func label(_ particle: Int, block: UInt32) -> UInt64 { words(particle, block).label }

    /// Texts of γ for a block of particles.
    mutating func draw(_ particles: Range<Int>, block: UInt32) -> [Proposal] {
        ask(particles.map { whole($0, block) })
    }

    /// What a move has for a block of particles.
    mutating func propose(_ particles: Range<Int>, block: UInt32) -> [Proposal] {
        ask(particles.map { rewritten($0, block) })
    }

    private func whole(_ particle: Int, _ block: UInt32) -> TextRequest {
        let words = words(particle, block)
        return base.request(
            index: first + UInt64(particle), seedWord: words.text, contextWord: words.context)
    }

    /// What the move asks for; nil where the text stays.
    private func rewritten(_ particle: Int, _ block: UInt32) -> TextRequest? {
        guard isAlive[particle] else { return nil }
        let words = words(particle, block)
        let place = Int(
            words.place.multipliedFullWidth(by: UInt64(base.source.maximumTokens)).high)
        // From its beginning it is another base draw, its context too.
        if place == 0 { return whole(particle, block) }
        let record = records[particle]
        // It ended before.
        guard let shown = Self.shown(of: record), place <= shown else { return nil }
        let prefix = Array(record.tokens[..<place])
        // A token that nobody sees would not come back.
        guard SampleRecord.spelling(of: prefix) != nil,
            prefix.allSatisfy({ !$0.text.isEmpty })
        else { return nil }
        var request = base.request(
            index: first + UInt64(particle), word: words.text,
            context: Int(exactly: record.value[5]) ?? 0)
        request.prefix = prefix
        return request
    }

    private mutating func ask(_ wanted: [TextRequest?]) -> [Proposal] {
        let requests = wanted.compactMap { $0 }
        let (found, took) = base.draw(requests, base.call)
        usage.add(took)
        drawn += UInt64(requests.count)
        var next = found.makeIterator()
        return wanted.map { request in
            guard request != nil, var record = next.next() else { return .same }
            if record.failure == .retokenised {
                // No sample failed.
                usage.failures[Int(RecordFailure.retokenised.rawValue)] -= 1
                return .same
            }
            if record.failure == nil, Self.shown(of: record) == nil {
                // Written otherwise than its tokens spell it, it would be another text after a move.
                record.failure = .malformed
                usage.failures[Int(RecordFailure.malformed.rawValue)] += 1
            }
            return record.failure == nil ? .text(record) : .lost
        }
    }

    /// A text's tokens without one that stands for its end, which some endpoints tell and others do not;
    /// nil where they spell another text.
    private static func shown(of record: SampleRecord) -> Int? {
        let tokens = record.tokens
        let ends = !record.isCut
        guard let text = SampleRecord.spelling(of: tokens), text != record.text else {
            return ends && tokens.last?.text.isEmpty ?? false ? tokens.count - 1 : tokens.count
        }
        return ends && !tokens.isEmpty
            && SampleRecord.spelling(of: tokens.dropLast()) == record.text
            ? tokens.count - 1 : nil
    }

    mutating func accept(_ record: SampleRecord, into particle: Int) {
        records[particle] = record
        isAlive[particle] = true
    }

    mutating func lose(_ particle: Int) {
        records[particle] = lost
        isAlive[particle] = false
    }

    mutating func copy(_ from: Int, to: Int) {
        records[to] = records[from]
        isAlive[to] = isAlive[from]
    }
}
