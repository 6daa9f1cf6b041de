// SPDX-License-Identifier: Apache-2.0

/// `sweep`: every quantile at once, and the base at several settings.
extension JobSpecReader {
    var isSweep: Bool { map.has("sweep") }

    private static let path = "sweep"
    /// The axis of a `text` base's contexts, by the name that rows have.
    private static let context = (name: "context", path: "base.text.contexts")

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
        for number in shape.axes.indices where shape.axes[number].path != Self.context.name {
            let keys = shape.axes[number].path.split(separator: ".").map(String.init)
            sweep?.axes[number].path =
                ([keys[0]] + usualNames.path(Array(keys.dropFirst()))).joined(separator: ".")
        }
        swept = (shape.quantiles, shape.value)
        let variants = map.collect { () throws(JobError) -> [any BaseDistribution] in
            var variants: [any BaseDistribution] = []
            for number in 0..<shape.sweep.variants {
                var variant = baseNode
                for axis in shape.axes {
                    let path = axis.path == Self.context.name ? Self.context.path : axis.path
                    variant = try variant.setting(
                        path.split(separator: ".").dropFirst().map(String.init),
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
        guard variants.count > 1 else { return (first, nil) }
        let recorded = variants.compactMap(\.recorded)
        return (
            first,
            recorded.count == variants.count ? RecordedFamily(recorded) : FamilyBase(variants)
        )
    }

    private static func shape(
        _ node: JobNode
    ) throws(JobError) -> (
        sweep: SweepShape, axes: [Axis], quantiles: [Double], value: String?
    ) {
        var map = SweepKeys.declaration.group.open(node, path: path)
        let value = map.text(SweepKeys.value)
        let place = map.path(of: SweepKeys.quantiles.key)
        var list = SweepKeys.usualGrid
        switch map.value(of: SweepKeys.quantiles) {
        case .numbers(let given): list = given
        case .node(let grid):
            list = map.collect { () throws(JobError) in try SweepKeys.grid(grid, place) } ?? list
        default: break
        }
        var axes: [Axis] = []
        if let over = map.node(SweepKeys.over) {
            if let found = map.collect({ () throws(JobError) in try Self.axes(over) }) {
                axes = found
            }
        }
        let written = axes.map {
            SweepShape.Axis(path: $0.path, values: $0.values.map { JSON($0) }, names: $0.names)
        }
        var reference: Int?
        if let name = map.text(SweepKeys.reference) {
            let words =
                written.first.map { axis in axis.values.indices.map { axis.word($0) } } ?? []
            reference = words.firstIndex(of: name)
            if reference == nil {
                map.note(
                    "reference",
                    words.isEmpty
                        ? "it names a setting: there are none without `over`"
                        : "it names a setting of `\(written[0].path)`: "
                            + NearestName.hint(name, among: words))
            }
        }
        if Set(list).count != list.count { map.note("quantiles", "a quantile is given twice") }
        try map.finish()
        let sweep = SweepShape(
            axes: written, variants: axes.first?.values.count ?? 1, utilities: [], costs: [],
            value: nil, reference: reference)
        return (sweep, axes, list, value)
    }

    /// A parameter of the base and its values, perhaps with names.
    private typealias Axis = (path: String, values: [JobNode], names: [String]?)

    private static func axes(_ node: JobNode) throws(JobError) -> [Axis] {
        guard case .mapping(let entries) = node.content, !entries.isEmpty else {
            throw node.expected(
                "parameters of the base with their values, as `{ base.normal.sd: [1, 2] }`",
                path: "sweep.over")
        }
        var axes: [Axis] = []
        for entry in entries {
            guard entry.key.hasPrefix("base.") || entry.key == context.name else {
                throw JobError(
                    at: entry.keyPosition, path: "sweep.over",
                    "expected a parameter of the base, as `base.normal.sd`, or `context` of a "
                        + "`text` base, found `\(entry.key)`")
            }
            let path = "sweep.over.\(entry.key)"
            var names: [String]?
            let values: [JobNode]
            if case .mapping(let named) = entry.value.content {
                names = named.map(\.key)
                values = named.map(\.value)
            } else {
                values = try entry.value.list(path: path, limit: Limits.utilities)
            }
            guard (1...Limits.utilities).contains(values.count),
                axes.isEmpty || axes[0].values.count == values.count
            else {
                throw JobError(
                    at: entry.value.position, path: path,
                    "parameters change together: each needs as many values as the first, 1 to "
                        + "\(Limits.utilities)")
            }
            axes.append((entry.key, values, names))
        }
        let labels = axes[0].values.indices.map { number in
            axes.map { $0.names?[number] ?? JSON($0.values[number]).text() }
        }
        if Set(labels).count != labels.count {
            throw JobError(at: node.position, path: "sweep.over", "a setting is given twice")
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
