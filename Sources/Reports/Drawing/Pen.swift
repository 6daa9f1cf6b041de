// SPDX-License-Identifier: Apache-2.0
internal import Foundation

/// Elements of SVG at places in pixels.
enum Pen {
    /// A coordinate, to a hundredth of a pixel.
    static func number(_ value: Double) -> String {
        let hundredths = (value * 100).rounded()
        let whole = hundredths / 100
        return whole == whole.rounded() ? String(Int(whole)) : String(format: "%.4g", whole)
    }

    static func text(
        _ text: String, _ x: Double, _ y: Double, anchor: String = "start", style: String = "ink",
        isBold: Bool = false
    ) -> Markup {
        .node(
            "text",
            [
                ("class", style), ("x", number(x)), ("y", number(y)), ("text-anchor", anchor),
            ] + (isBold ? [("font-weight", "600")] : []), text)
    }

    static func line(
        _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, style: String, width: Double = 1,
        isDashed: Bool = false
    ) -> Markup {
        .node(
            "line",
            [
                ("class", style), ("x1", number(x1)), ("y1", number(y1)), ("x2", number(x2)),
                ("y2", number(y2)), ("stroke-width", number(width)),
            ] + (isDashed ? [("stroke-dasharray", "6 4")] : []))
    }

    static func rectangle(
        _ x: Double, _ y: Double, _ width: Double, _ height: Double, style: String,
        opacity: Double = 1
    ) -> Markup {
        .node(
            "rect",
            [
                ("class", style), ("x", number(x)), ("y", number(y)),
                ("width", number(max(0, width))), ("height", number(max(0, height))),
            ] + (opacity < 1 ? [("fill-opacity", number(opacity))] : []))
    }

    /// A line through places, or an area within them.
    static func path(
        _ places: [(Double, Double)], style: String, filled opacity: Double? = nil,
        isDashed: Bool = false
    ) -> Markup {
        var data = ""
        for (index, place) in places.enumerated() {
            data += (index == 0 ? "M" : "L") + number(place.0) + " " + number(place.1)
        }
        var attributes = [("class", style)]
        if let opacity {
            attributes += [("fill-opacity", number(opacity)), ("d", data + "Z")]
        } else {
            attributes += [
                ("fill", "none"), ("stroke-width", "2"), ("stroke-linejoin", "round"), ("d", data),
            ]
        }
        if isDashed { attributes.append(("stroke-dasharray", "6 4")) }
        return .node("path", attributes)
    }

    /// A point in its series' shape: circle, square, triangle, diamond, cross, plus.
    static func point(
        _ x: Double, _ y: Double, series: Int, isHollow: Bool, note: String
    ) -> Markup {
        let r = 4.2
        let colour = Palette.name(series)
        let shape: String
        switch series % 6 {
        case 0:
            shape =
                "M\(number(x - r)) \(number(y))a\(r) \(r) 0 1 0 \(r * 2) 0a\(r) \(r) 0 1 0 -\(r * 2) 0Z"
        case 1:
            shape = polygon(
                x, y, [(-r, -r), (r, -r), (r, r), (-r, r)].map { ($0 * 0.9, $1 * 0.9) })
        case 2: shape = polygon(x, y, [(0, -r * 1.2), (r * 1.1, r * 0.9), (-r * 1.1, r * 0.9)])
        case 3: shape = polygon(x, y, [(0, -r * 1.3), (r * 1.3, 0), (0, r * 1.3), (-r * 1.3, 0)])
        case 4: shape = polygon(x, y, [(0, r * 1.2), (r * 1.1, -r * 0.9), (-r * 1.1, -r * 0.9)])
        default:
            shape = polygon(
                x, y, [(-r, 0), (-r / 2, -r), (r / 2, -r), (r, 0), (r / 2, r), (-r / 2, r)])
        }
        let attributes =
            isHollow
            ? [("class", "paper l\(colour)"), ("stroke-width", "1.8"), ("d", shape)]
            : [("class", "f\(colour)"), ("d", shape)]
        return .node("path", attributes, note.isEmpty ? [] : [.node("title", [], note)])
    }

    private static func polygon(_ x: Double, _ y: Double, _ corners: [(Double, Double)]) -> String {
        corners.enumerated().map { index, corner in
            (index == 0 ? "M" : "L") + number(x + corner.0) + " " + number(y + corner.1)
        }.joined() + "Z"
    }
}
