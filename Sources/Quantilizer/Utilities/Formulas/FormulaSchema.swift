// SPDX-License-Identifier: Apache-2.0

/// What a formula may refer to: the vector `x` of a sample's values, and their names.
public struct FormulaSchema: Sendable, Hashable {
    /// The length of `x`.
    public var dimension: Int
    /// The components' names, empty where they have none, else `dimension` of them.
    ///
    /// A name that is not an identifier (letters, digits, `_`) can be reached as `x[i]` only.
    public var names: [String]
    /// Names that stand for numbers; the components' names win over them.
    public var constants: [String: Double]
    /// Names that stand for formulas; components and constants of the same name win over them.
    public var definitions: [String: FormulaDefinition] = [:]

    /// A schema of `dimension` values.
    public init(dimension: Int, names: [String] = [], constants: [String: Double] = [:]) {
        precondition(dimension >= 0, "a dimension cannot be negative")
        precondition(names.isEmpty || names.count == dimension, "a name for each value, or none")
        self.dimension = dimension
        self.names = names
        self.constants = constants
    }
}

/// How large a formula may be; past a limit it is refused with one clear error.
public struct FormulaLimits: Sendable, Hashable {
    /// UTF-8 bytes of source text.
    public var sourceBytes = 65_536
    /// Brackets, powers, prefixes and conditionals inside one another.
    public var nesting = 200
    /// Operations after folding and sharing.
    public var operations = 20_000
    /// Intermediate columns alive at once, each of the lanes of a block.
    public var registers = 1_024

    /// The limits of the job file.
    public static let `default` = FormulaLimits()

    /// The default limits, to be changed one by one.
    public init() {}
}
