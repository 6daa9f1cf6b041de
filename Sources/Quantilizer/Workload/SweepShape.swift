// SPDX-License-Identifier: Apache-2.0

/// What a sweep goes over: every quantile of the job, and the base at several settings.
///
/// A sweep is an `exact` job: the variants of the base stand side by side in one base, each with the
/// utilities and costs of its own, so all of it comes from one pass over the same indices.
public struct SweepShape: Sendable {
    /// A parameter of the base and its values.
    public struct Axis: Sendable {
        /// Where it stands in the job file; `context` is that of a `text` base.
        public var path: String
        /// A value for each variant.
        public var values: [JSON]
        /// Their names, where the job names them.
        public var names: [String]?

        /// What stands in a row of the variant.
        func cell(_ variant: Int) -> JSON { names.map { .string($0[variant]) } ?? values[variant] }

        /// That as words.
        func word(_ variant: Int) -> String {
            if case .string(let text) = cell(variant) { return text }
            return cell(variant).text()
        }

        /// The axis as a job file has it.
        var normalised: (String, JSON) {
            (path, names.map { .object(Array(zip($0, values))) } ?? .array(values))
        }
    }

    /// Parameters of the base that change together from variant to variant, each with as many values
    /// as there are variants; none where only quantiles are swept.
    public var axes: [Axis]
    /// The number of variants.
    public var variants: Int
    /// The utilities of one variant, as the job has them.
    public var utilities: [NamedUtility]
    /// The costs of one variant.
    public var costs: [NamedUtility]
    /// The cost that is what is wanted in truth, larger being better; nil for the utility itself.
    public var value: Int?
    /// The variant with whose base the means of costs are compared; nil for none.
    public var reference: Int?

    /// The column name of what the front is about.
    var objective: String { value.map { costs[$0].name } ?? "mean" }

    /// The setting of a variant, as in `base.normal.sd=2`.
    func label(_ variant: Int) -> String {
        axes.map { "\($0.path)=\($0.word(variant))" }.joined(separator: " ")
    }

    /// One variant's functions for all variants, variant by variant.
    func spread(_ functions: [NamedUtility], dimension: Int) -> [NamedUtility] {
        guard variants > 1 else { return functions }
        return (0..<variants).flatMap { variant in
            functions.compactMap { function in
                guard let formula = function.utility as? Formula else { return nil }
                return NamedUtility(
                    name: "\(function.name) @ \(label(variant))", source: function.source,
                    utility: VariantFormula(formula: formula, first: variant * dimension))
            }
        }
    }
}
