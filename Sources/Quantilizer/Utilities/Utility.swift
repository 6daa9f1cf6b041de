// SPDX-License-Identifier: Apache-2.0

/// A function of a sample's value, evaluated over columns: a utility U, a cost, or a check.
///
/// NaN means "no utility": such a sample ranks lowest and is counted.
///
/// **Determinism**: a lane's result depends on that lane's values only.
public protocol Utility: Sendable {
    /// Scratch columns that `evaluate` needs.
    var scratchColumns: Int { get }
    /// What its values can be, where that is known without a sample; nil where it is not.
    var range: ValueRange? { get }
    /// The column whose marker says that the sample failed: the first of what the function reads.
    var failureColumn: Int { get }

    /// Fills lanes `0..<lanes` of `results` column `column` from the value columns.
    ///
    /// **Complexity**: O(lanes · operations), no allocation.
    func evaluate(
        lanes: Int, values: borrowing Columns, scratch: inout Columns,
        results: inout Columns, column: Int)
}

extension Utility {
    /// Not known.
    public var range: ValueRange? { nil }
    /// The first of all.
    public var failureColumn: Int { 0 }
}
