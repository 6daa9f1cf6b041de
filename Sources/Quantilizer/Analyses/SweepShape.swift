// SPDX-License-Identifier: Apache-2.0

/// What a sweep goes over: every quantile of the job, and the base at several settings.
///
/// A sweep is an `exact` job: the variants of the base stand side by side in one ``FamilyBase``, each
/// with the utilities and costs of its own, so all of it comes from one pass over the same indices.
public struct SweepShape: Sendable {
    /// Parameters of the base that change together from variant to variant, each with as many values
    /// as there are variants; none where only quantiles are swept.
    public var axes: [(path: String, values: [JSON])]
    /// The number of variants.
    public var variants: Int
    /// The utilities of one variant, as the job has them.
    public var utilities: [NamedUtility]
    /// The costs of one variant.
    public var costs: [NamedUtility]
    /// The cost that is what is wanted in truth, larger being better; nil for the utility itself.
    public var value: Int?

    /// The column name of what the front is about.
    var objective: String { value.map { costs[$0].name } ?? "mean" }

    /// The setting of a variant, as in `base.normal.sd=2`.
    func label(_ variant: Int) -> String {
        axes.map { "\($0.path)=\($0.values[variant].text())" }.joined(separator: " ")
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
