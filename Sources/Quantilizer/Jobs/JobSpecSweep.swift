// SPDX-License-Identifier: Apache-2.0

/// `sweep`: every quantile at once, and the base at several settings.
extension JobSpecReader {
    var isSweep: Bool { map.has("sweep") }

    private static let steps = 25
    private static let path = "sweep"

    /// The variants of the base, and the shape without its functions; the base alone where nothing is
    /// swept over.
    mutating func readVariants(
        _ resources: JobResources
    ) -> (base: any BaseDistribution, family: (any BaseDistribution)?)? {
        guard let node = map["sweep"] else {
            return map.read("base") { (node, path) throws(JobError) in
                try BaseRegistry.make(node, resources: resources, path: path)
            }.map { ($0, nil) }
        }
        for key in ["quantile", "quantiles", "draws", "event", "precision"] where map.has(key) {
            map.note(
                key,
                key == "quantile" || key == "quantiles"
                    ? "give the quantiles of a sweep as `sweep: { quantiles: … }`"
                    : "a sweep gives curves and has no `\(key)`")
        }
        guard let baseNode = map["base"] else {
            map.note(nil, "missing key `base`")
            return nil
        }
        guard let shape = map.collect({ () throws(JobError) in try Self.shape(node) }) else {
            return nil
        }
        sweep = shape.sweep
        swept = (shape.quantiles, shape.value)
        let variants = map.collect { () throws(JobError) -> [any BaseDistribution] in
            var variants: [any BaseDistribution] = []
            for number in 0..<shape.sweep.variants {
                var variant = baseNode
                for axis in shape.axes {
                    variant = try variant.setting(
                        axis.path.split(separator: ".").dropFirst().map(String.init),
                        to: axis.values[number], path: axis.path)
                }
                let base = try BaseRegistry.make(variant, resources: resources, path: "base")
                guard variants.isEmpty || base.dimension == variants[0].dimension,
                    variants.isEmpty || base.componentNames == variants[0].componentNames
                else {
                    throw JobError(
                        at: node.position, path: "sweep.over",
                        "the base must have the same values at every setting; at "
                            + "\(shape.sweep.label(number)) it has others")
                }
                variants.append(base)
            }
            return variants
        }
        guard let variants, let first = variants.first else { return nil }
        return (first, variants.count > 1 ? FamilyBase(variants) : nil)
    }

    private static func shape(
        _ node: JobNode
    ) throws(JobError) -> (
        sweep: SweepShape, axes: [(path: String, values: [JobNode])], quantiles: [Double],
        value: String?
    ) {
        var map = JobMapping(node, path: path, keys: ["quantiles", "over", "value"])
        let value = map.has("value") ? map.string("value") : nil
        let quantiles = map.read("quantiles", default: nil as [Double]?) {
            (node, path) throws(JobError) -> [Double]? in try grid(node, path)
        }
        var axes: [(path: String, values: [JobNode])] = []
        if let over = map["over"] {
            if let found = map.collect({ () throws(JobError) in try Self.axes(over) }) {
                axes = found
            }
        }
        let list = (quantiles ?? nil) ?? logarithmic(1e-4, 1, steps)
        if Set(list).count != list.count { map.note("quantiles", "a quantile is given twice") }
        try map.finish()
        let sweep = SweepShape(
            axes: axes.map { ($0.path, $0.values.map { JSON($0) }) },
            variants: axes.first?.values.count ?? 1, utilities: [], costs: [], value: nil)
        return (sweep, axes, list, value)
    }

    /// A list, or `{ from, to, steps }` in equal steps of the logarithm.
    private static func grid(_ node: JobNode, _ path: String) throws(JobError) -> [Double] {
        guard case .mapping = node.content else {
            return try node.doubles(path: path, limit: Limits.quantiles, in: .fraction)
        }
        var map = JobMapping(node, path: path, keys: ["from", "to", "steps"])
        let from = map.double("from", in: .fraction, default: 1e-4) ?? 1e-4
        let to = map.double("to", in: .fraction, default: 1) ?? 1
        let count = map.integer("steps", in: 2...Limits.quantiles, default: steps) ?? steps
        if from >= to { map.note("from", "expected less than `to`") }
        try map.finish()
        return logarithmic(from, to, count)
    }

    private static func logarithmic(_ from: Double, _ to: Double, _ count: Int) -> [Double] {
        let low = Kernels.log10(from)
        let high = Kernels.log10(to)
        return (0..<count).map { number in
            if number == 0 { return from }
            if number == count - 1 { return to }
            let x = Elementary.pow(
                10, low + (high - low) * Double(number) / Double(count - 1))
            // Six digits are enough to swear by, and readable.
            let digits = Elementary.pow(10, 5 - Kernels.log10(x).rounded(.down))
            return (x * digits).rounded() / digits
        }
    }

    private static func axes(
        _ node: JobNode
    ) throws(JobError) -> [(path: String, values: [JobNode])] {
        guard case .mapping(let entries) = node.content, !entries.isEmpty else {
            throw node.expected(
                "parameters of the base with their values, as `{ base.normal.sd: [1, 2] }`",
                path: "sweep.over")
        }
        var axes: [(path: String, values: [JobNode])] = []
        for entry in entries {
            guard entry.key.hasPrefix("base.") else {
                throw JobError(
                    at: entry.keyPosition, path: "sweep.over",
                    "expected a parameter of the base, as `base.normal.sd`, found `\(entry.key)`")
            }
            let values = try entry.value.list(
                path: "sweep.over.\(entry.key)", limit: Limits.utilities)
            guard !values.isEmpty, axes.isEmpty || axes[0].values.count == values.count else {
                throw JobError(
                    at: entry.value.position, path: "sweep.over.\(entry.key)",
                    "parameters change together: each needs as many values as the first, at least 1"
                )
            }
            axes.append((entry.key, values))
        }
        return axes
    }

    /// The functions of all variants; notes what does not go with a sweep.
    mutating func spread(
        _ utilities: [NamedUtility], _ costs: [NamedUtility], dimension: Int
    ) -> (utilities: [NamedUtility], costs: [NamedUtility]) {
        guard var shape = sweep else { return (utilities, costs) }
        if shape.variants > 1 {
            refusePlugins(utilities + costs, "a sweep over the base takes formulas, no plugins")
        }
        let quantiles = swept?.quantiles.count ?? 1
        if shape.variants * utilities.count > Limits.utilities
            || shape.variants * costs.count > Limits.costs
            || shape.variants * utilities.count * quantiles > Limits.selections
        {
            map.note(
                "sweep",
                "\(shape.variants) settings with \(utilities.count) utilities, \(costs.count) costs "
                    + "and \(quantiles) quantiles are too many at once: at most "
                    + "\(Limits.utilities) settings × utilities, \(Limits.costs) settings × costs "
                    + "and \(Limits.selections) points")
        }
        if let name = swept?.value {
            shape.value = costs.firstIndex { $0.name == name }
            if shape.value == nil {
                map.note(
                    "sweep",
                    "`value` names a cost: \(NearestName.hint(name, among: costs.map(\.name)))")
            }
        }
        shape.utilities = utilities
        shape.costs = costs
        sweep = shape
        return (
            shape.spread(utilities, dimension: dimension),
            shape.spread(costs, dimension: dimension)
        )
    }
}

extension SweepShape {
    /// The sweep as a job file has it.
    func normalised(quantiles: [Double]) -> JSON {
        var members: [(String, JSON)] = [
            ("quantiles", .array(quantiles.map { .number($0) }))
        ]
        if !axes.isEmpty {
            members.append(("over", .object(axes.map { ($0.path, .array($0.values)) })))
        }
        if let value { members.append(("value", .string(costs[value].name))) }
        return .object(members)
    }
}

extension JobNode {
    /// The same tree with a node at a path of keys and list positions.
    ///
    /// - Throws: where the path does not lead on.
    fileprivate func setting(
        _ keys: [String], to value: JobNode, path: String
    ) throws(JobError) -> JobNode {
        guard let key = keys.first else { return value }
        let rest = Array(keys.dropFirst())
        var result = self
        func lost(_ message: String) -> JobError {
            JobError(at: value.position, path: "sweep.over.\(path)", message)
        }
        switch content {
        case .mapping(var entries):
            if let place = entries.firstIndex(where: { $0.key == key }) {
                entries[place].value = try entries[place].value.setting(rest, to: value, path: path)
            } else if rest.isEmpty {
                entries.append((key, value.position, value))
            } else {
                let names = entries.map(\.key)
                throw lost(
                    "the base has no `\(key)` here: \(NearestName.hint(key, among: names))")
            }
            result.content = .mapping(entries)
        case .sequence(var items):
            guard let place = Int(key), items.indices.contains(place) else {
                throw lost("expected a place in a list of \(items.count), from 0, found `\(key)`")
            }
            items[place] = try items[place].setting(rest, to: value, path: path)
            result.content = .sequence(items)
        case .null:
            let inner = try JobNode(.null, at: position).setting(rest, to: value, path: path)
            result.content = .mapping([(key, value.position, inner)])
        case .scalar(let name, quoted: false) where name == key:
            // A bare base name, as in `base: normal`.
            let inner = try JobNode(.null, at: position).setting(rest, to: value, path: path)
            result.content = .mapping([(key, value.position, inner)])
        case .scalar: throw lost("there is no `\(key)` in \(words)")
        }
        return result
    }
}
