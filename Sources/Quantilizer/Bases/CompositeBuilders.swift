// SPDX-License-Identifier: Apache-2.0

/// Readers of bases made of bases or of data: parameters from a job file to a base's initialiser.
extension BaseRegistry {
    @Sendable static func product(_ r: Request) throws(JobError) -> any BaseDistribution {
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
                guard isName(entry.key) else {
                    throw JobError(
                        at: entry.keyPosition, path: r.path,
                        "expected a name that formulas can use, a letter or _ and then letters, "
                            + "digits or _, found `\(entry.key)`")
                }
                return try make(
                    entry.value, resources: r.resources, path: "\(r.path).\(entry.key)",
                    depth: r.depth + 1)
            }
            if let made { marginals.append((entry.key, made)) }
        }
        try map.finish()
        return try located(map) { () throws(BaseError) in try ProductBase(marginals) }
    }

    /// Whether a formula can name it.
    static func isName(_ text: String) -> Bool {
        FormulaNames.isName(text)
    }

    @Sendable static func mixture(_ r: Request) throws(JobError) -> any BaseDistribution {
        let elements = try r.node.list(path: r.path, limit: BaseLimits.components)
        var map = JobMapping(JobNode(.null, at: r.node.position), path: r.path, keys: [])
        var components: [MixtureBase.Component] = []
        for (i, element) in elements.enumerated() {
            let made = map.collect { () throws(JobError) in
                try component(element, "\(r.path)[\(i)]", i, r)
            }
            if let made { components.append(made) }
        }
        try map.finish()
        return try located(map) { () throws(BaseError) in try MixtureBase(components) }
    }

    /// `{ weight: 1, label: name, normal: {…} }`; weight 1 and the component's number by default.
    private static func component(
        _ node: JobNode, _ path: String, _ number: Int, _ r: Request
    ) throws(JobError) -> MixtureBase.Component {
        guard case .mapping(let entries) = node.content else {
            throw node.expected("a component such as `{ weight: 1, normal: {} }`", path: path)
        }
        var map = JobMapping(node, path: path, keys: ["weight", "label"] + names)
        let weight = map.double("weight", in: .nonNegative, default: 1) ?? .nan
        let label = map.string("label", default: "\(number)") ?? ""
        let inner = entries.filter { names.contains($0.key) }
        if inner.count != 1 {
            map.note(nil, "expected one base in the component, found \(inner.count)")
        }
        let base = inner.first.flatMap { entry in
            map.collect { () throws(JobError) in
                try build(
                    entry.key, at: entry.keyPosition, entry.value, r.resources, path, r.depth + 1)
            }
        }
        guard let base else { throw JobError(map.diagnostics) }
        try map.finish()
        return MixtureBase.Component(weight: weight, label: label, base: base)
    }

    @Sendable static func empirical(_ r: Request) throws(JobError) -> any BaseDistribution {
        var map = JobMapping(r.node, path: r.path, keys: ["file", "columns", "weights", "smooth"])
        let file = map.string("file") ?? ""
        let columns =
            map.has("columns")
            ? map.read("columns") { (node, path) throws(JobError) in
                var names: [String] = []
                for (i, element) in try node.list(path: path, limit: BaseLimits.dimension)
                    .enumerated()
                {
                    names.append(try element.string(path: "\(path)[\(i)]"))
                }
                return names
            } : nil
        let weights = map.has("weights") ? map.string("weights") : nil
        let smoothing = map.read("smooth", default: Smoothing.none) {
            (node, path) throws(JobError) -> Smoothing in
            if case .scalar("auto", _) = node.content { return .automatic }
            return .bandwidth(try node.double(path: path, in: .positive))
        }
        if map.has("file"), r.resources.tables[file] == nil {
            map.note("file", "the data of `\(file)` did not come with the job")
        }
        try map.finish()
        guard let table = r.resources.tables[file] else { throw JobError(map.diagnostics) }
        return try located(map) { () throws(BaseError) in
            try EmpiricalBase(
                table, file: file, columns: columns, weights: weights,
                smoothing: smoothing ?? .none)
        }
    }
}
