// SPDX-License-Identifier: Apache-2.0

/// A plot as SVG.
struct Drawing {
    private let plot: Plot
    private let layout: Layout
    private let isAlone: Bool
    private let clip: String

    /// - Parameter isAlone: whether it stands by itself, with its title in it.
    init(_ plot: Plot, _ size: PictureWidth, isAlone: Bool) {
        self.plot = plot
        self.isAlone = isAlone
        layout = Layout(plot, size, isAlone: isAlone)
        clip = "\(plot.id)-\(size == .wide ? "wide" : "narrow")"
    }

    /// The picture's width and height in pixels.
    var size: (width: Double, height: Double) { (layout.width, layout.height) }

    /// The `svg` element.
    ///
    /// - Parameter ground: of a picture that stands by itself, on which ground; a page has the rules
    ///   once for all of its pictures.
    func markup(_ ground: Ground = .automatic) -> Markup {
        let (width, height) = (Pen.number(layout.width), Pen.number(layout.height))
        var attributes = [
            ("viewBox", "0 0 \(width) \(height)"), ("width", width), ("height", height),
            ("role", "img"), ("font-size", "12.5"),
            ("font-family", "system-ui, 'DejaVu Sans', sans-serif"),
        ]
        if isAlone {
            attributes.insert(("xmlns", "http://www.w3.org/2000/svg"), at: 0)
        }
        var parts: [Markup] = [
            .node("title", [], plot.title), .node("desc", [], plot.summary),
            .node(
                "clipPath", [("id", clip)],
                [
                    Pen.rectangle(
                        layout.left - 6, layout.top - 6, layout.across + 12, layout.down + 12,
                        style: "ink")
                ]),
        ]
        if isAlone {
            parts.append(.node("style", [], [.rules(Palette.rules(ground))]))
            parts.append(Pen.rectangle(0, 0, layout.width, layout.height, style: "paper"))
        }
        for (index, title) in layout.titles.enumerated() {
            parts.append(
                Pen.text(title, 12, 24 + Double(index) * (Layout.line + 3), isBold: true))
        }
        parts += grid + legend
        parts.append(
            .node("g", [("clip-path", "url(#\(clip))")], plot.marks.flatMap { drawn($0) }))
        return .node("svg", attributes, parts + names)
    }

    // MARK: Places

    private func x(_ value: Double) -> Double? {
        plot.x.scale.place(value).map { layout.left + $0 * layout.across }
    }

    private func y(_ value: Double) -> Double? {
        plot.y.scale.place(value).map { layout.top + (1 - $0) * layout.down }
    }

    /// Where a row's marks are: under its name.
    private func rowY(_ value: Double) -> Double? {
        guard case .rows = plot.y.scale else { return y(value) }
        return y(value).map { $0 + 9 }
    }

    private var bottom: Double { layout.top + layout.down }
    private var right: Double { layout.left + layout.across }

    // MARK: Axes

    private var grid: [Markup] {
        var parts: [Markup] = []
        for tick in plot.x.scale.ticks(Int(layout.across / 72)) {
            guard let place = x(tick.value) else { continue }
            parts.append(Pen.line(place, layout.top, place, bottom, style: "grid"))
            parts.append(Pen.text(tick.label, place, bottom + 17, anchor: "middle"))
        }
        for tick in plot.y.scale.ticks(5) {
            guard let place = y(tick.value) else { continue }
            parts.append(Pen.line(layout.left, place, right, place, style: "grid"))
            parts.append(Pen.text(tick.label, layout.left - 7, place + 4.3, anchor: "end"))
        }
        parts.append(Pen.line(layout.left, bottom, right, bottom, style: "axis", width: 1.2))
        if case .rows(let names) = plot.y.scale {
            for row in 1..<max(1, names.count) {
                guard let place = y(Double(row)) else { continue }
                parts.append(Pen.line(layout.left, place, right, place, style: "grid"))
            }
        } else {
            parts.append(
                Pen.line(layout.left, layout.top, layout.left, bottom, style: "axis", width: 1.2))
        }
        return parts
    }

    /// Names of axes and rows, over what is drawn.
    private var names: [Markup] {
        var parts = layout.xName.enumerated().map { number, line in
            Pen.text(
                line, min(right, layout.width - 8),
                bottom + 19 + Double(number + 1) * Layout.line, anchor: "end", isBold: true)
        }
        for (number, line) in layout.yName.enumerated() {
            let above = Double(layout.yName.count - 1 - number) * Layout.line
            parts.append(Pen.text(line, 8, layout.top - 8 - above, isBold: true))
        }
        if case .rows(let names) = plot.y.scale {
            for (row, name) in names.enumerated() {
                guard let place = y(Double(row)) else { continue }
                parts.append(
                    Pen.text(Layout.cut(name, layout.across), layout.left + 2, place + 16))
            }
        }
        return parts
    }

    private var legend: [Markup] {
        layout.legend.flatMap { entry -> [Markup] in
            let colour = Palette.name(entry.mark.series)
            let middle = entry.y + 8
            let end = entry.x + 24
            var parts: [Markup] = []
            switch entry.mark.kind {
            case .line(_, let isDashed), .rule(_, let isDashed):
                parts.append(
                    Pen.line(
                        entry.x, middle, end, middle, style: "l\(colour)", width: 2,
                        isDashed: isDashed))
            case .points(_, let isHollow):
                parts.append(
                    Pen.point(
                        entry.x + 12, middle, series: entry.mark.series, isHollow: isHollow,
                        note: ""))
            case .across, .upright:
                parts.append(
                    Pen.line(entry.x, middle, end, middle, style: "l\(colour)", width: 2))
                for place in [entry.x, end] {
                    parts.append(
                        Pen.line(
                            place, middle - 4, place, middle + 4, style: "l\(colour)", width: 2))
                }
            case .band, .range:
                parts.append(
                    Pen.rectangle(
                        entry.x, middle - 6, 24, 12, style: "f\(colour)", opacity: 0.22))
            case .bars:
                parts.append(
                    Pen.rectangle(entry.x, middle - 6, 24, 12, style: "f\(colour)", opacity: 0.75))
            }
            let name = Layout.cut(entry.mark.name ?? "", layout.width - 60)
            return parts + [Pen.text(name, entry.x + 30, entry.y + 12.5)]
        }
    }

    // MARK: Marks

    private func drawn(_ mark: Mark) -> [Markup] {
        let colour = Palette.name(mark.series)
        let (line, fill) = ("l\(colour)", "f\(colour)")
        switch mark.kind {
        case .line(let points, let isDashed):
            return runs(points).map { Pen.path($0, style: line, isDashed: isDashed) }
        case .band(let spans):
            let upper = spans.compactMap { span in pair(span.at, span.upper) }
            let lower = spans.compactMap { span in pair(span.at, span.lower) }
            guard upper.count >= 2, upper.count == lower.count else { return [] }
            return [Pen.path(upper + lower.reversed(), style: fill, filled: 0.22)]
        case .points(let points, let isHollow):
            return points.compactMap { point in
                guard point.x.isFinite, let x = x(point.x), let y = rowY(point.y) else {
                    return nil
                }
                return Pen.point(
                    x, y, series: mark.series, isHollow: isHollow, note: point.note)
            }
        case .range(let lower, let upper):
            guard let from = x(lower), let to = x(upper) else { return [] }
            return [
                Pen.rectangle(
                    min(from, to), layout.top, abs(to - from), layout.down, style: fill,
                    opacity: 0.16)
            ]
        case .rule(let value, let isDashed):
            guard let place = x(value) else { return [] }
            return [
                Pen.line(
                    place, layout.top, place, bottom, style: line, width: 2, isDashed: isDashed)
            ]
        case .across(let spans):
            return spans.flatMap { across($0, style: line, fill: fill) }
        case .upright(let spans):
            return spans.flatMap { upright($0, style: line, fill: fill) }
        case .bars(let bars):
            return bars.compactMap { bar in
                guard let from = x(bar.left), let to = x(bar.right), let top = y(bar.height) else {
                    return nil
                }
                return Pen.rectangle(
                    from, top, max(0.6, to - from), bottom - top, style: fill, opacity: 0.75)
            }
        }
    }

    private func pair(_ px: Double, _ py: Double) -> (Double, Double)? {
        guard let x = x(px), let y = y(py) else { return nil }
        return (x, y)
    }

    /// Runs of points without a gap: what is no number ends one.
    private func runs(_ points: [Mark.Point]) -> [[(Double, Double)]] {
        var runs: [[(Double, Double)]] = []
        var open: [(Double, Double)] = []
        for point in points {
            if point.x.isFinite, point.y.isFinite, let place = pair(point.x, point.y) {
                open.append(place)
            } else {
                if open.count > 1 { runs.append(open) }
                open = []
            }
        }
        return open.count > 1 ? runs + [open] : runs
    }

    private func across(_ span: Mark.Span, style: String, fill: String) -> [Markup] {
        guard let low = x(span.lower), let high = x(span.upper), let y = rowY(span.at) else {
            return []
        }
        let (from, to) = (max(low, layout.left), min(high, right))
        guard to >= from else { return [] }
        var parts = [Pen.line(from, y, to, y, style: style, width: 2.4)]
        for (end, value, side) in [(from, span.lower, -1.0), (to, span.upper, 1.0)] {
            if value.isInfinite || (plot.x.scale.isLogarithmic && value <= 0) {
                let tip = end + side * 4
                parts.append(
                    Pen.path(
                        [(tip, y), (tip - side * 8, y - 5), (tip - side * 8, y + 5)], style: fill,
                        filled: 1))
            } else {
                parts.append(Pen.line(end, y - 7.5, end, y + 7.5, style: style, width: 2.4))
            }
        }
        return parts
    }

    private func upright(_ span: Mark.Span, style: String, fill: String) -> [Markup] {
        guard let x = x(span.at), let low = y(span.lower), let high = y(span.upper) else {
            return []
        }
        let from = min(low, bottom)
        // What has no end is an arrow.
        let isOpen = span.upper.isInfinite
        let to = max(isOpen ? from - 30 : high, layout.top)
        var parts = [Pen.line(x, from, x, to, style: style, width: 2)]
        if isOpen {
            parts.append(
                Pen.path(
                    [(x, to - 5), (x - 4.5, to + 4), (x + 4.5, to + 4)], style: fill, filled: 1))
        }
        for (end, value) in [(from, span.lower), (to, span.upper)] where value.isFinite {
            parts.append(Pen.line(x - 4, end, x + 4, end, style: style, width: 2))
        }
        return parts
    }
}
