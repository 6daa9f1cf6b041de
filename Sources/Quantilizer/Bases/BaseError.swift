// SPDX-License-Identifier: Apache-2.0

/// A parameter that a base distribution cannot take: which, and why.
public struct BaseError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The parameter, empty for the base as a whole.
    public var parameter: String
    /// What was expected.
    public var message: String

    /// An error.
    public init(_ parameter: String, _ message: String) {
        self.parameter = parameter
        self.message = message
    }

    /// `parameter: message`.
    public var description: String { parameter.isEmpty ? message : "\(parameter): \(message)" }

    /// Throws unless the number lies in the range.
    static func check(
        _ value: Double, _ parameter: String, in range: JobRange
    ) throws(BaseError) {
        if !range.contains(value) {
            throw BaseError(parameter, "expected \(range.words), found \(value)")
        }
    }
}

/// Limits of base distributions.
public enum BaseLimits {
    /// Values a sample.
    public static let dimension = 4_096
    /// Rows of an empirical table.
    public static let rows = 10_000_000
    /// Outcomes of a discrete law that may occur with probability above 2^-64 or so.
    public static let outcomes = 1 << 21
    /// Components of a mixture.
    public static let components = 1_024
    /// Products and mixtures inside one another.
    public static let nesting = 16
}
