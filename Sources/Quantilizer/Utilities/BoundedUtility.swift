// SPDX-License-Identifier: Apache-2.0

/// What is known of one value of a sample where a bound is computed.
enum ColumnBounds: Sendable, Hashable {
    /// The value itself: the input column of its number.
    case exact
    /// It lies between the numbers in two input columns.
    case between(lower: Int, upper: Int)
    /// It lies in a range, whatever the sample.
    case range(ValueRange)
}

/// A function that can be bounded from above before all of a sample's values are known.
protocol BoundedUtility: Utility {
    /// The values it reads, ascending.
    var usedColumns: [Int] { get }
    /// The work of evaluating it for a lane, an addition being 1: about, to choose by.
    var weight: Double { get }
    /// A program that computes, from what is known, a number that the function's value is not above, or no number;
    /// nil where none is known.
    ///
    /// Nothing is said of values that are not numbers.
    func upperBound(_ columns: (Int) -> ColumnBounds) -> FormulaMachine?
}
