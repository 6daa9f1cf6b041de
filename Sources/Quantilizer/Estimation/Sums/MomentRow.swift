// SPDX-License-Identifier: Apache-2.0

/// Moments of all columns, and their histograms where the job asks for them: a node of the forest of base
/// samples.
struct MomentRow: Combinable {
    var columns: [Moments]
    var histograms: [Histogram] = []

    var weight: Int {
        Moments.bytes * columns.count + histograms.reduce(0) { $0 + $1.bytes }
    }

    func combined(with right: MomentRow) -> MomentRow {
        MomentRow(
            columns: zip(columns, right.columns).map { $0.combined(with: $1) },
            histograms: zip(histograms, right.histograms).map { $0.combined(with: $1) })
    }
}
