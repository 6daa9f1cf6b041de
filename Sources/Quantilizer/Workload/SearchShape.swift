// SPDX-License-Identifier: Apache-2.0

/// What an inner quantilizer of a search is made of, beside the job's base and functions.
///
/// The job's utility is the reward at the middle of the box, its one cost the criterion.
public struct SearchShape: Sendable {
    /// The reward's formula.
    var source: String
    /// What names in it stand for.
    var definitions: [String: FormulaDefinition] = [:]
    /// The base with what is shifted, on which the same reward is tried; nil for none.
    var shifted: (any BaseDistribution)?
    /// As the job file has it.
    var shiftedNode: JSON = .null

    /// The bases that each candidate is tried on.
    var bases: Int { shifted == nil ? 1 : 2 }

    /// The reward with its parameters set.
    func reward(
        _ names: [String], at values: [Double], base: any BaseDistribution
    ) throws(FormulaError) -> Formula {
        var schema = FormulaSchema(
            dimension: base.dimension, names: base.componentNames,
            constants: Dictionary(zip(names, values)) { first, _ in first })
        schema.definitions = definitions
        return try Formula.compile(source, schema: schema)
    }
}
