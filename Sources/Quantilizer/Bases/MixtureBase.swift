// SPDX-License-Identifier: Apache-2.0

/// Labelled components of one dimension, one of them chosen for each sample by its weight.
///
/// The components share their slots: only one of them is used. Every component is evaluated for
/// every lane, so the cost is that of all together.
/// **Determinism**: the first word slot chooses by a cumulative table in 64-bit integers, in the
/// order given.
public struct MixtureBase: BaseDistribution {
    /// `mixture`.
    public static let name = "mixture"
    /// A component.
    public struct Component: Sendable {
        /// Its weight, proportional to its probability.
        public var weight: Double
        /// Its label.
        public var label: String
        /// Its law.
        public var base: any BaseDistribution

        /// A component.
        public init(weight: Double, label: String, base: any BaseDistribution) {
            self.weight = weight
            self.label = label
            self.base = base
        }
    }

    /// The components.
    public let components: [Component]
    /// Their common dimension.
    public let dimension: Int
    /// Their common names, none where they differ.
    public let componentNames: [String]
    /// The choosing word, then as many slots as the neediest component takes.
    public let noise: NoiseLayout
    /// The label, the chosen values, and what the neediest component needs.
    public let scratchColumns: Int
    private let table: CumulativeTable

    /// A mixture. Throws where components disagree or weights cannot be.
    public init(_ components: [Component]) throws(BaseError) {
        guard let first = components.first?.base else {
            throw BaseError("", "expected at least one component")
        }
        guard components.count <= BaseLimits.components else {
            throw BaseError("", "expected at most \(BaseLimits.components) components")
        }
        for component in components {
            try BaseError.check(component.weight, "weight", in: JobRange(0, 1e300))
            guard component.base.dimension == first.dimension else {
                throw BaseError(
                    "",
                    "component `\(component.label)` has dimension \(component.base.dimension), "
                        + "the first has \(first.dimension)")
            }
        }
        guard components.contains(where: { $0.weight > 0 }) else {
            throw BaseError("weight", "expected at least one weight above 0")
        }
        var labels = Set<String>()
        for component in components where !labels.insert(component.label).inserted {
            throw BaseError("label", "two components are labelled `\(component.label)`")
        }
        let names = first.componentNames
        self.components = components
        dimension = first.dimension
        componentNames = components.allSatisfy { $0.base.componentNames == names } ? names : []
        noise = NoiseLayout(
            normals: components.reduce(0) { max($0, $1.base.noise.normals) },
            words: 1 + components.reduce(0) { max($0, $1.base.noise.words) })
        scratchColumns =
            1 + first.dimension + components.reduce(0) { max($0, $1.base.scratchColumns) }
        table = CumulativeTable(weights: components.map { DoubleDouble($0.weight) })
    }

    /// The component that a sample's first word chooses.
    public func component(choosing word: UInt64) -> Int { table.outcome(word) }

    /// The probability of a component.
    func mass(_ component: Int) -> Double { table.mass(component) }

    /// Fills a column with the number of the component that each lane takes.
    func fillComponents(
        lanes: Int, noise: borrowing NoiseBlock, values: inout Columns, column: Int,
        at place: Placement
    ) {
        table.fill(noise.words, place.word, to: &values, column, lanes: lanes)
    }

    /// All components, each kept in its own lanes.
    public func transform(
        lanes: Int, noise: borrowing NoiseBlock, values: inout Columns, scratch: inout Columns,
        at place: Placement
    ) {
        let label = place.scratch
        let kept = place.scratch + 1
        table.fill(noise.words, place.word, to: &scratch, label, lanes: lanes)
        var inner = place
        inner.word += 1
        inner.scratch += 1 + dimension
        for (k, component) in components.enumerated() {
            component.base.transform(
                lanes: lanes, noise: noise, values: &values, scratch: &scratch, at: inner)
            let isLast = k == components.count - 1
            for i in 0..<dimension {
                if isLast {
                    Kernels.restore(
                        scratch, kept + i, label: label, unless: Double(k), to: &values,
                        place.value + i, lanes: lanes)
                } else {
                    Kernels.store(
                        values, place.value + i, in: &scratch, kept + i, label: label,
                        wanted: Double(k), lanes: lanes)
                }
            }
        }
    }

    /// Name and components.
    public var specification: JobNode {
        let list = components.map { component -> JobNode in
            guard case .mapping(let inner) = component.base.specification.content else {
                return component.base.specification
            }
            return .mapping(
                [("weight", .number(component.weight)), ("label", .text(component.label))]
                    + inner.map { ($0.key, $0.value) })
        }
        return .mapping([(Self.name, .list(list))])
    }

    /// The components', where they have the same: a mixture of continuous and discrete components has
    /// no density.
    public var densityMeasures: [DensityMeasure]? {
        guard let first = components[0].base.densityMeasures,
            components.allSatisfy({ $0.base.densityMeasures == first })
        else { return nil }
        return first
    }

    /// log Σ probability · density.
    public func logDensity(lane: Int, values: borrowing Columns, at column: Int) -> Double {
        guard densityMeasures != nil else { return .nan }
        var largest = -Double.infinity
        var sum = 0.0
        for (k, component) in components.enumerated() {
            let mass = table.mass(k)
            guard mass > 0 else { continue }
            let part =
                Elementary.log(mass)
                + component.base.logDensity(lane: lane, values: values, at: column)
            if part <= largest {
                if part > -.infinity { sum += Elementary.exp(part - largest) }
            } else {
                sum = 1 + (largest == -.infinity ? 0 : sum * Elementary.exp(largest - part))
                largest = part
            }
        }
        return largest + Elementary.log(sum)
    }
}
