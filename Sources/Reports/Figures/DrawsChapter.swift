// SPDX-License-Identifier: Apache-2.0
internal import Quantilizer

/// The draws: pictures of pairs of their components, a table, and texts as cards.
struct DrawsChapter {
    private let selection: SelectionResult
    private let names: [String]
    private let again: Subject.Again
    private let id: String
    private let prefix: String

    /// The most draws in pictures, in the table, as cards; and the most components in the table.
    private static let (mostPoints, mostRows, mostCards, mostColumns) = (1000, 500, 100, 16)
    /// The most points that say what they are.
    static let mostNotes = 200

    init(_ selection: SelectionResult, of parsed: ParsedResult, id: String, prefix: String) {
        self.selection = selection
        names = parsed.components
        again = Subject(parsed).again
        self.id = id
        self.prefix = prefix
    }

    private var draws: [Draw] { selection.draws }
    private var width: Int { draws.map(\.value.count).min() ?? 0 }
    private var hasTexts: Bool {
        draws.contains { $0.record?.text != nil || $0.record?.failure != nil }
    }
    private var hasFallback: Bool { draws.contains(where: \.fallback) }

    private func name(_ component: Int) -> String {
        component < names.count ? names[component] : "x[\(component)]"
    }

    var chapter: Chapter {
        var blocks: [Chapter.Block] = [.words(words)]
        if hasTexts {
            blocks.append(.cards(cards))
        } else {
            blocks += pictures.map { .picture($0) }
        }
        return Chapter(title: prefix + "draws", blocks: blocks + [.listing(table)])
    }

    private var words: String {
        let proof =
            switch again {
            case .receipt:
                "The index is, with the seed, a draw's receipt: `qpool verify` makes it again from that."
            case .job: "`qpool verify` makes them again by running the job."
            case .never:
                "They were drawn once and cannot be drawn again: `qpool verify` measures them again."
            }
        let count = Figures.grouped(UInt64(draws.count))
        var parts = ["\(count) \(draws.count == 1 ? "draw" : "draws"). \(proof)"]
        if hasFallback {
            parts.append("Hollow points and rows marked so are base draws in place of others.")
        }
        let most = hasTexts ? Self.mostCards : Self.mostRows
        if draws.count > most {
            parts.append(
                "The first \(most) are shown; the document has all, and `-o csv` and `-o npy` give them."
            )
        }
        return parts.joined(separator: " ")
    }

    // MARK: Pictures

    private var pictures: [Plot] {
        guard draws.count > 1, width > 0 else { return [] }
        if width == 1 {
            return [picture("draws\(id)", name(0), "utility", { $0.value[0] }, \.utility)]
        }
        let pairs = width == 2 ? [(0, 1)] : [(0, 1), (0, 2), (1, 2)]
        return pairs.map { a, b in
            picture(
                "draws\(id)-\(a)-\(b)", name(a), name(b), { $0.value[a] }, { $0.value[b] })
        }
    }

    private func picture(
        _ id: String, _ x: String, _ y: String, _ first: (Draw) -> Double,
        _ second: (Draw) -> Double
    ) -> Plot {
        let shown = draws.prefix(Self.mostPoints)
        // Where points are many nobody reads one, and the page grows.
        let hasNotes = shown.count <= Self.mostNotes
        func points(_ isFallback: Bool) -> [Mark.Point] {
            shown.filter { $0.fallback == isFallback }.map { draw in
                Mark.Point(
                    x: first(draw), y: second(draw),
                    note: hasNotes
                        ? "index \(draw.index), utility \(Figures.typeset(draw.utility, 6))" : "")
            }
        }
        var marks = [
            Mark(
                .points(points(false), isHollow: false), series: 0,
                name: hasFallback ? "draws from the top" : nil)
        ]
        if hasFallback {
            marks.append(
                Mark(.points(points(true), isHollow: true), series: 1, name: "base draws"))
        }
        return Plot(
            id: id, title: "Draws: \(y) over \(x)",
            summary:
                "\(shown.count) draws, \(x) across and \(y) upwards; their numbers are in the table.",
            x: Plot.Axis(label: x, scale: .linear(holding: shown.map(first))),
            y: Plot.Axis(label: y, scale: .linear(holding: shown.map(second))), marks: marks,
            height: 240)
    }

    // MARK: Tables and cards

    private var table: Listing {
        let columns = min(width, Self.mostColumns)
        let more = width > columns ? ", the first \(columns) of \(width) components" : ""
        return Listing(
            title: "Draws, in numbers\(more)",
            columns: ["draw", "index", "utility"] + (0..<columns).map(name)
                + (hasFallback ? ["base draw"] : []),
            rows: draws.prefix(Self.mostRows).enumerated().map { number, draw in
                [.count(UInt64(number + 1)), .count(draw.index), .number(draw.utility)]
                    + draw.value.prefix(columns).map { .number($0) }
                    + (hasFallback ? [.words(draw.fallback ? "yes" : "")] : [])
            }, isSortable: draws.count > 1, isFolded: draws.count > 20 || hasTexts)
    }

    private var cards: [Card] {
        draws.prefix(Self.mostCards).enumerated().map { number, draw in
            var facts: [(name: String, value: Cell)] = [
                ("utility", .number(draw.utility)), ("index", .count(draw.index)),
            ]
            for (component, value) in draw.value.prefix(Self.mostColumns).enumerated() {
                facts.append((name(component), .number(value)))
            }
            let failure = draw.record?.failure.map { "There is no text: \($0.name)." }
            return Card(
                title: "Draw \(number + 1)" + (draw.fallback ? ", a base draw" : ""),
                text: draw.record?.text, note: failure ?? "", facts: facts)
        }
    }
}
