// SPDX-License-Identifier: Apache-2.0
internal import Quantilizer

/// Costs over the base and over what was kept, beside what the certificate allows.
struct CostPlot {
    private let costs: [CostStatistics]
    private let id: String

    /// The most costs that are drawn; all are in the table.
    private static let most = 16

    init(_ costs: [CostStatistics], id: String) {
        self.costs = costs
        self.id = id
    }

    /// How to read it.
    var words: String {
        let more =
            costs.count > Self.most
            ? " The first \(Self.most) of \(costs.count) are drawn; the table has all." : ""
        return
            "Each cost on average over the base, over what was kept, and the most that the certificate allows: A times an upper limit of its mean over the base. A cost that was seen below 0 has no bound.\(more)"
    }

    var plot: Plot {
        let shown = costs.prefix(Self.most)
        func points(_ value: (CostStatistics) -> Double?) -> [Mark.Point] {
            shown.enumerated().compactMap { row, cost in
                value(cost).map {
                    Mark.Point(
                        x: $0, y: Double(row) + 0.5, note: "\(cost.name): \(Figures.exact($0))")
                }
            }
        }
        let (base, top, bound) = (
            points { $0.base.isNaN ? nil : $0.base }, points { $0.top.isNaN ? nil : $0.top },
            points { $0.bound }
        )
        let values = (base + top + bound).map(\.x)
        let scale = Scale.fitting(values)
        let zeros =
            scale.isLogarithmic && values.contains(0) ? "; 0 is at the left edge" : ""
        return Plot(
            id: id, title: "Costs: over the base, over what was kept, and their bounds",
            summary: summary,
            x: Plot.Axis(
                label: "mean cost" + (scale.isLogarithmic ? ", logarithmic\(zeros)" : ""),
                scale: scale),
            y: Plot.Axis(label: "", scale: .rows(shown.map(\.name))),
            marks: [
                Mark(.points(base, isHollow: false), series: 0, name: "over the base"),
                Mark(.points(top, isHollow: false), series: 1, name: "over what was kept"),
                Mark(.points(bound, isHollow: true), series: 3, name: "bound"),
            ])
    }

    var listing: Listing {
        Listing(
            title: "Costs, in numbers",
            columns: [
                "cost", "over the base", "upper limit of that", "over what was kept", "bound",
                "the bound is",
            ],
            rows: costs.map { cost in
                let kind = cost.limit.map { $0.isProved ? "a limit" : "an estimate" }
                return [
                    .quoted(cost.name), cost.base.isNaN ? .none : .number(cost.base),
                    cost.limit.map { .number($0.value) } ?? .none, .number(cost.top),
                    cost.bound.map { .number($0) } ?? .none,
                    kind.map { .words($0) } ?? .none,
                ]
            }, isSortable: costs.count > 1)
    }

    private var summary: String {
        costs.prefix(Self.most).map { cost in
            "\(cost.name): base \(Figures.typeset(cost.base)), kept \(Figures.typeset(cost.top))"
                + (cost.bound.map { ", bound \(Figures.typeset($0))" } ?? ", no bound") + "."
        }.joined(separator: " ")
    }
}
