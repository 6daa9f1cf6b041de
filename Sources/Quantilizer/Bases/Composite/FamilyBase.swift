// SPDX-License-Identifier: Apache-2.0

/// Several bases of one dimension side by side, all made of the same noise: a law at several
/// settings of its parameters.
///
/// Common noise makes the variants' samples alike, so that differences between variants have little
/// spread, while each variant by itself is an ordinary sample of its law. The variants depend on one
/// another, so their joint law is of no meaning.
///
/// **Determinism**: variant v of a sample fills the columns from v · dimension.
struct FamilyBase: BaseDistribution {
    let variants: [any BaseDistribution]
    let dimension: Int
    let noise: NoiseLayout
    let scratchColumns: Int

    /// Variants of the first one's dimension.
    init(_ variants: [any BaseDistribution]) {
        precondition(
            variants.allSatisfy { $0.dimension == variants[0].dimension },
            "variants have one dimension")
        self.variants = variants
        dimension = variants.reduce(0) { $0 + $1.dimension }
        noise = NoiseLayout(
            normals: variants.reduce(0) { max($0, $1.noise.normals) },
            words: variants.reduce(0) { max($0, $1.noise.words) })
        scratchColumns = variants.reduce(0) { max($0, $1.scratchColumns) }
    }

    func transform(
        lanes: Int, noise: borrowing NoiseBlock, values: inout Columns, scratch: inout Columns,
        at place: Placement
    ) {
        var place = place
        for variant in variants {
            variant.transform(
                lanes: lanes, noise: noise, values: &values, scratch: &scratch, at: place)
            place.value += variant.dimension
        }
    }
}

/// A formula on one variant of a ``FamilyBase``.
struct VariantFormula: Utility {
    let formula: Formula
    /// The variant's first column.
    let first: Int

    var scratchColumns: Int { formula.scratchColumns }
    var range: ValueRange? { formula.range }

    func evaluate(
        lanes: Int, values: borrowing Columns, scratch: inout Columns, results: inout Columns,
        column: Int
    ) {
        formula.evaluate(
            lanes: lanes, values: values, from: first, scratch: &scratch, results: &results,
            column: column)
    }
}
