// SPDX-License-Identifier: Apache-2.0
public import Quantilizer

/// A result as a page and as pictures, for eyes.
///
/// It does no I/O: whoever calls it reads the document and writes what comes out.
///
/// **Determinism**: equal documents give equal pages and pictures.
public struct Report: Sendable {
    private let parsed: ParsedResult
    private let sample: BaseSample?
    private let levels: IslandLevels?
    private let others: [OtherRule]

    /// The report of a result document that was read.
    ///
    /// **Complexity**: where the document has no histograms of its own and alone makes the samples of its
    /// base, 262,144 of them are made again; of `splitting` the whole job, where it took no more than
    /// 4,194,304 evaluations.
    public init(_ parsed: ParsedResult) { self.init(parsed, others: []) }

    /// The report of a sweep, with results of other rules for the same base and utility beside its curve.
    ///
    /// - Throws: ``Unfit``, naming the first of the others that cannot stand there.
    public init(_ parsed: ParsedResult, beside others: [ParsedResult]) throws(Unfit) {
        var rules: [OtherRule] = []
        for (place, other) in others.enumerated() {
            do throws(OtherRule.Problem) {
                rules.append(try OtherRule(other, beside: parsed))
            } catch {
                throw Unfit(place: place, words: error.words)
            }
        }
        self.init(parsed, others: rules)
    }

    private init(_ parsed: ParsedResult, others: [OtherRule]) {
        self.parsed = parsed
        self.others = others
        sample = parsed.utilityHistograms.isEmpty ? BaseSample(parsed) : nil
        levels = IslandLevels(parsed)
    }

    /// Why a result cannot stand beside a sweep.
    public struct Unfit: Error, Sendable, Hashable {
        /// Its place among those that were given, from 0.
        public var place: Int
        /// Why, and what to do.
        public var words: String
    }

    /// Its pictures, in the page's order.
    public var pictures: [Picture] { chapters.flatMap(\.plots).map { Picture($0) } }

    /// One page of HTML with everything in it: it asks for nothing from anywhere, and says so to the
    /// browser. It is well-formed XML too. Names, formulas and texts of the result are escaped.
    ///
    /// - Parameter release: the version of the program that makes it, for the page's foot.
    public func page(release: String) -> String {
        Page(parsed, chapters: chapters, release: release).text
    }

    /// What the result holds, a part at a time.
    private var chapters: [Chapter] {
        let result = parsed.result
        var chapters: [Chapter] = []
        if let estimate = result.estimate {
            chapters.append(EstimateChapter(estimate, of: parsed).chapter)
        }
        if let table = result.table {
            switch table.name {
            case "sweep": chapters += SweepChapters(table, beside: others).chapters
            case "attack": chapters += AttackChapters(table).chapters
            case "search": chapters += SearchChapters(table).chapters
            default: chapters.append(AuditChapter(table).chapter)
            }
        }
        if result.selections.count > 1 { chapters.append(SideBySide(result).chapter) }
        for number in result.selections.indices {
            chapters += SelectionChapters(number, of: parsed, sample: sample).chapters
        }
        if let levels { chapters.append(LevelsChapter(levels).chapter) }
        if !result.hidden.isEmpty { chapters.append(HiddenChapter(result.hidden).chapter) }
        return chapters
    }
}

/// A picture of a result.
public struct Picture: Sendable {
    /// Its name within the result: `costs`.
    public let name: String
    /// What it shows, in a line.
    public let title: String
    private let plot: Plot

    init(_ plot: Plot) {
        name = plot.id
        title = plot.title
        self.plot = plot
    }

    /// The picture as a file of its own.
    public func svg(on ground: Ground) -> String {
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            + Drawing(plot, .wide, isAlone: true).markup(ground).text
    }
}
