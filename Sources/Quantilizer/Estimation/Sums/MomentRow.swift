// SPDX-License-Identifier: Apache-2.0

/// Moments of all columns: a node of the forest of base samples.
struct MomentRow: Combinable {
    var columns: [Moments]

    func combined(with right: MomentRow) -> MomentRow {
        MomentRow(columns: zip(columns, right.columns).map { $0.combined(with: $1) })
    }
}
