// SPDX-License-Identifier: Apache-2.0

/// Labelled components of one dimension, one of them chosen for each sample by its weight.
///
/// The components share their slots: only one of them is used. Every component is evaluated for
/// every lane, so the cost is that of all together.
/// **Determinism**: the first word slot chooses by a cumulative table in 64-bit integers, in the
/// order given.
///
/// **Source**: McLachlan and Peel, *Finite Mixture Models* (2000), doi:10.1002/0471721182, section
/// 1.4. Sampled by composition: Devroye, section II.4, doi:10.1007/978-1-4613-8643-8.
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

    /// A mixture.
    ///
    /// - Throws: ``BaseError`` where there is no component or more than ``BaseLimits/components``,
    ///   dimensions differ, a label stands twice, or weights are negative or all 0.
    public init(_ components: [Component]) throws(BaseError) {
        guard let first = components.first?.base else {
            throw BaseError("", "expected at least one component")
        }
        guard components.count <= BaseLimits.components else {
            throw BaseError("", "expected at most \(BaseLimits.components) components")
        }
        for component in components {
            try Self.declaration.check("weight", component.weight)
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

extension MixtureBase: DeclaredBase {
    static let declaration = BaseDeclaration(
        name, "One of several bases of one dimension, chosen for each sample by its weight.",
        parameters: [
            JobParameter(
                "weight", .number(JobRange(0, 1e300)), default: .number(1),
                "The component's weight, proportional to its probability."),
            JobParameter(
                "label", .text, default: .nothing("the component's number, from 0"),
                "The component's label."),
        ],
        form: .other(
            "A list of components: each is a base, and beside it may stand the following.",
            schema: .object([
                ("type", .string("array")), ("minItems", .integer(1)),
                ("maxItems", .integer(UInt64(BaseLimits.components))),
                ("items", .object([("$ref", .string("#/$defs/component"))])),
            ])),
        example: "[{ weight: 3, label: calm, normal: {} }, { label: wild, student-t: { df: 3 } }]",
        source: "McLachlan and Peel, Finite Mixture Models (2000), doi:10.1002/0471721182, "
            + "section 1.4"
    ) { r, declaration throws(JobError) in
        let elements = try r.node.list(path: r.path, limit: BaseLimits.components)
        var map = JobMapping(JobNode(.null, at: r.node.position), path: r.path, keys: [])
        var components: [Component] = []
        for (i, element) in elements.enumerated() {
            let made = map.collect { () throws(JobError) in
                try component(element, "\(r.path)[\(i)]", i, r, declaration)
            }
            if let made { components.append(made) }
        }
        try map.finish()
        return try BaseRequest.located(map) { () throws(BaseError) in
            try MixtureBase(components)
        }
    }

    /// `{ weight: 1, label: name, normal: {…} }`.
    private static func component(
        _ node: JobNode, _ path: String, _ number: Int, _ r: BaseRequest,
        _ declaration: BaseDeclaration
    ) throws(JobError) -> Component {
        guard case .mapping(let entries) = node.content else {
            throw node.expected("a component such as `{ weight: 1, normal: {} }`", path: path)
        }
        var map = JobMapping(
            node, path: path, keys: declaration.parameters.map(\.key) + r.language.names,
            others: r.language.otherNames)
        let weight = map.number(declaration.parameter("weight")) ?? .nan
        var label = "\(number)"
        if case .text(let given)? = map.value(of: declaration.parameter("label")) { label = given }
        let inner = entries.filter { r.language.declaration(of: $0.key) != nil }
        if inner.count != 1 {
            map.note(nil, "expected one base in the component, found \(inner.count)")
        }
        let base = inner.first.flatMap { entry in
            map.collect { () throws(JobError) in
                try r.language.build(
                    entry.key, at: entry.keyPosition, entry.value, r.resources, path, r.depth + 1)
            }
        }
        guard let base else { throw JobError(map.diagnostics) }
        try map.finish()
        return Component(weight: weight, label: label, base: base)
    }
}
