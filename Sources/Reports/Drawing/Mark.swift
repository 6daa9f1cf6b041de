// SPDX-License-Identifier: Apache-2.0

/// Something drawn in a plot, in the units of its axes.
struct Mark {
    /// A point.
    struct Point {
        var x: Double
        var y: Double
        /// What a reader sees who holds the pointer over it.
        var note = ""
    }

    /// Ends of an interval at some place.
    struct Span {
        var at: Double
        var lower: Double
        var upper: Double
    }

    /// A bar of a histogram.
    struct Bar {
        var left: Double
        var right: Double
        var height: Double
    }

    /// What is drawn.
    enum Kind {
        /// Points joined by a line, `isDashed` or not.
        case line([Point], isDashed: Bool)
        /// A shaded strip between lower and upper y along x.
        case band([Span])
        /// Points; each series has a shape of its own; `isHollow` for those that stand back.
        case points([Point], isHollow: Bool)
        /// The shaded range of x over the whole height.
        case range(Double, Double)
        /// A line at some x over the whole height.
        case rule(Double, isDashed: Bool)
        /// An interval along x at some y, with ends, or an arrow where it has none.
        case across([Span])
        /// An interval along y at some x.
        case upright([Span])
        /// Bars from the ground to a height.
        case bars([Bar])
    }

    var kind: Kind
    /// The number of its colour, and of its points' shape.
    var series: Int
    /// Its name in the legend; nil where it has none there.
    var name: String?

    init(_ kind: Kind, series: Int, name: String? = nil) {
        self.kind = kind
        self.series = series
        self.name = name
    }
}

/// A picture in words: what is drawn, over which axes.
struct Plot {
    /// An axis: its name with its unit, and its scale.
    struct Axis {
        var label: String
        var scale: Scale
    }

    /// A name within its document: `costs`, of letters, digits and dashes.
    var id: String
    /// What the picture shows, in a line.
    var title: String
    /// What it says, for those who do not see it.
    var summary: String
    var x: Axis
    var y: Axis
    var marks: [Mark]
    /// Height of the plotting area on a wide page.
    var height = 260.0
}
