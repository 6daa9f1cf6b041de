// SPDX-License-Identifier: Apache-2.0

/// Independent named marginals, side by side.
///
/// Each marginal may be any base. The components' names are the marginals' names; a marginal of
/// several values gives `name[0]`, `name[1]`, …, or, where it has names itself, `name.part`.
/// **Determinism**: slots and columns follow one another in the order of the marginals.
///
/// **Source**: Billingsley, *Probability and Measure* (1995), section 18.
public struct ProductBase: BaseDistribution {
    /// `product`.
    public static let name = "product"
    /// The marginals.
    public let marginals: [(name: String, base: any BaseDistribution)]
    /// Their values together.
    public let dimension: Int
    /// The components' names.
    public let componentNames: [String]
    /// The slots of all.
    public let noise: NoiseLayout
    /// The most that a marginal needs.
    public let scratchColumns: Int

    /// A product.
    ///
    /// - Throws: ``BaseError`` where there is no marginal, a name stands twice, or there are more
    ///   than ``BaseLimits/dimension`` values.
    public init(_ marginals: [(name: String, base: any BaseDistribution)]) throws(BaseError) {
        guard !marginals.isEmpty else { throw BaseError("", "expected at least one marginal") }
        var names: [String] = []
        var layout = NoiseLayout()
        var dimension = 0
        for (name, base) in marginals {
            guard !name.isEmpty else { throw BaseError("", "a marginal's name cannot be empty") }
            dimension += base.dimension
            guard dimension <= BaseLimits.dimension else {
                throw BaseError(
                    name, "the product would have more than \(BaseLimits.dimension) values")
            }
            if !base.componentNames.isEmpty {
                names += base.componentNames.map { "\(name).\($0)" }
            } else {
                names +=
                    base.dimension == 1 ? [name] : (0..<base.dimension).map { "\(name)[\($0)]" }
            }
            layout.normals += base.noise.normals
            layout.words += base.noise.words
        }
        var seen = Set<String>()
        for name in names where !seen.insert(name).inserted {
            throw BaseError(name, "two components are named `\(name)`")
        }
        self.marginals = marginals
        self.dimension = dimension
        componentNames = names
        noise = layout
        scratchColumns = marginals.reduce(0) { max($0, $1.base.scratchColumns) }
    }

    /// Every marginal holds standard normals only.
    public var passesNormalsThrough: Bool { marginals.allSatisfy { $0.base.passesNormalsThrough } }

    /// Marginal by marginal.
    public func transform(
        lanes: Int, noise: borrowing NoiseBlock, values: inout Columns, scratch: inout Columns,
        at place: Placement
    ) {
        var place = place
        for (_, base) in marginals {
            base.transform(
                lanes: lanes, noise: noise, values: &values, scratch: &scratch, at: place)
            place.normal += base.noise.normals
            place.word += base.noise.words
            place.value += base.dimension
        }
    }

    /// Those of all marginals, where each has some.
    public var componentSlots: [NoiseSlot] {
        var all: [NoiseSlot] = []
        var first = NoiseLayout()
        for (_, base) in marginals {
            let own = base.componentSlots
            guard own.count == base.dimension else { return [] }
            for slot in own {
                switch slot {
                case .normal(let number): all.append(.normal(first.normals + number))
                case .word(let number): all.append(.word(first.words + number))
                }
            }
            first.normals += base.noise.normals
            first.words += base.noise.words
        }
        return all
    }

    /// The component's marginal, for it alone.
    ///
    /// **Complexity**: O(marginals) beside the lanes.
    public func transform(
        component: Int, lanes: Int, noise: borrowing NoiseBlock, values: inout Columns,
        scratch: inout Columns, at place: Placement
    ) {
        var place = place
        var component = component
        for (_, base) in marginals {
            if component < base.dimension {
                base.transform(
                    component: component, lanes: lanes, noise: noise, values: &values,
                    scratch: &scratch, at: place)
                return
            }
            component -= base.dimension
            place.normal += base.noise.normals
            place.word += base.noise.words
            place.value += base.dimension
        }
    }

    /// Name and marginals.
    public var specification: JobNode {
        .base(Self.name, marginals.map { ($0.name, $0.base.specification) })
    }

    /// Those of all marginals, where each has some.
    public var densityMeasures: [DensityMeasure]? {
        var all: [DensityMeasure] = []
        for (_, base) in marginals {
            guard let own = base.densityMeasures else { return nil }
            all += own
        }
        return all
    }

    /// The marginals' together.
    public func logDensity(lane: Int, values: borrowing Columns, at column: Int) -> Double {
        var sum = 0.0
        var column = column
        for (_, base) in marginals {
            sum += base.logDensity(lane: lane, values: values, at: column)
            column += base.dimension
        }
        return sum
    }
}

extension ProductBase: DeclaredBase {
    static let declaration = BaseDeclaration(
        name, "Independent named marginals, side by side.",
        form: .other(
            "Names that formulas use, each with a base.",
            schema: .object([
                ("type", .string("object")), ("minProperties", .integer(1)),
                ("additionalProperties", JobParameter.reference("base")),
            ])),
        example: "{ x: { normal: {} }, y: { gamma: { shape: 2 } } }",
        source: "Billingsley, Probability and Measure (1995), section 18"
    ) { r, _ throws(JobError) in
        try read(r)
    }

    /// The bases under their names.
    static func read(_ r: BaseRequest) throws(JobError) -> ProductBase {
        guard case .mapping(let entries) = r.node.content, !entries.isEmpty else {
            throw r.node.expected("a mapping of names to bases", path: r.path)
        }
        guard entries.count <= BaseLimits.dimension else {
            throw JobError(
                at: r.node.position, path: r.path,
                "expected at most \(BaseLimits.dimension) marginals, found \(entries.count)")
        }
        var map = JobMapping(r.node, path: r.path, keys: entries.map(\.key))
        var marginals: [(name: String, base: any BaseDistribution)] = []
        for entry in entries {
            let made = map.collect { () throws(JobError) in
                guard FormulaNames.isName(entry.key) else {
                    throw JobError(
                        at: entry.keyPosition, path: r.path,
                        "expected a name that formulas can use, a letter or _ and then letters, "
                            + "digits or _, found `\(entry.key)`")
                }
                return try r.language.make(
                    entry.value, resources: r.resources, path: "\(r.path).\(entry.key)",
                    depth: r.depth + 1)
            }
            if let made { marginals.append((entry.key, made)) }
        }
        try map.finish()
        do throws(BaseError) {
            return try ProductBase(marginals)
        } catch {
            // What is wrong belongs to the marginal that is named.
            let key = map.has(error.parameter) ? error.parameter : nil
            map.note(key, key == nil ? error.description : error.message)
            throw JobError(map.diagnostics)
        }
    }
}
