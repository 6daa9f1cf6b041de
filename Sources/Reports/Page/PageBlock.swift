// SPDX-License-Identifier: Apache-2.0

/// A block of a chapter as HTML.
struct PageBlock {
    private let block: Chapter.Block

    init(_ block: Chapter.Block) { self.block = block }

    var markup: Markup {
        switch block {
        case .words(let words): .node("p", [], [.prose(words)])
        case .picture(let plot): picture(plot)
        case .listing(let listing): table(listing)
        case .cards(let cards): .node("div", [("class", "cards")], cards.map(card))
        }
    }

    /// A picture twice, laid out for a desk and for a telephone; the style shows one.
    private func picture(_ plot: Plot) -> Markup {
        .node(
            "figure", [],
            [
                .node("figcaption", [], plot.title),
                .node("div", [("class", "wide")], [Drawing(plot, .wide, isAlone: false).markup()]),
                .node(
                    "div", [("class", "narrow")],
                    [Drawing(plot, .narrow, isAlone: false).markup()]),
            ])
    }

    private func table(_ listing: Listing) -> Markup {
        var content: [Markup] = listing.isFolded ? [] : [.node("caption", [], listing.title)]
        // Columns that hold a number anywhere.
        let numeric = listing.columns.indices.filter { place in
            listing.rows.contains { place < $0.count && $0[place].isNumber }
        }
        if !listing.columns.isEmpty {
            content.append(
                .node(
                    "thead", [],
                    [
                        .node(
                            "tr", [],
                            listing.columns.enumerated().map { place, name in
                                .node(
                                    "th",
                                    [("scope", "col")]
                                        + (numeric.contains(place) ? [("class", "number")] : []),
                                    name)
                            })
                    ]))
        }
        content.append(
            .node(
                "tbody", [],
                listing.rows.map { row in .node("tr", [], cells(row, listing, numeric)) }))
        let kind = listing.columns.isEmpty ? "facts" : listing.isSortable ? "sortable" : "plain"
        let table = Markup.node(
            "div",
            [
                ("class", "scroll"), ("tabindex", "0"), ("role", "group"),
                ("aria-label", listing.title),
            ],
            [.node("table", [("class", kind)], content)])
        guard listing.isFolded else { return table }
        return .node(
            "details", [],
            [
                .node("summary", [], "\(listing.title) (\(listing.rows.count) rows)"), table,
            ])
    }

    private func cells(_ row: [Cell], _ listing: Listing, _ numeric: [Int]) -> [Markup] {
        row.enumerated().map { place, cell in
            if listing.columns.isEmpty, place == 0 {
                return .node("th", [("scope", "row")], cell.text)
            }
            var attributes: [(String, String)] = []
            if let key = cell.key {
                attributes = [("class", "number"), ("data-key", key)]
                if key != cell.text { attributes.append(("title", key)) }
            } else if case .none = cell, numeric.contains(place) {
                attributes = [("class", "number")]
            }
            if case .quoted(let text) = cell {
                return .node("td", attributes, [.node("bdi", [], text)])
            }
            return .node("td", attributes, cell.text)
        }
    }

    private func card(_ card: Card) -> Markup {
        var parts: [Markup] = [.node("h3", [], card.title)]
        if let text = card.text {
            parts.append(.node("p", [("class", "said"), ("dir", "auto")], text))
        }
        if !card.note.isEmpty { parts.append(.node("p", [("class", "missing")], card.note)) }
        let facts = card.facts.flatMap { fact -> [Markup] in
            [
                .node("dt", [], fact.name),
                .node("dd", [("title", fact.value.key ?? "")], fact.value.text),
            ]
        }
        return .node("article", [], parts + [.node("dl", [], facts)])
    }
}
