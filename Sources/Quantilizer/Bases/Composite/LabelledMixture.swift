// SPDX-License-Identifier: Apache-2.0

/// A mixture with one value more, the number of the component that was taken.
struct LabelledMixture: BaseDistribution {
    let mixture: MixtureBase

    var dimension: Int { mixture.dimension + 1 }
    var noise: NoiseLayout { mixture.noise }
    var scratchColumns: Int { mixture.scratchColumns }
    var componentNames: [String] {
        mixture.componentNames.isEmpty ? [] : mixture.componentNames + ["component"]
    }

    func transform(
        lanes: Int, noise: borrowing NoiseBlock, values: inout Columns, scratch: inout Columns,
        at place: Placement
    ) {
        mixture.transform(
            lanes: lanes, noise: noise, values: &values, scratch: &scratch, at: place)
        mixture.fillComponents(
            lanes: lanes, noise: noise, values: &values, column: place.value + mixture.dimension,
            at: place)
    }
}
