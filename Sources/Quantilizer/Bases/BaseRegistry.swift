// SPDX-License-Identifier: Apache-2.0

/// Base distributions by the names that a job file uses.
///
/// A new base is a file of its own and a line in ``builders``.
public enum BaseRegistry {
    /// What a builder gets.
    struct Request {
        var node: JobNode
        var path: String
        var resources: JobResources
        var depth: Int
    }

    typealias Builder = @Sendable (Request) throws(JobError) -> any BaseDistribution

    static let builders: [(name: String, build: Builder)] = [
        (UniformBase.name, uniform),
        (NormalBase.name, normal),
        (LognormalBase.name, lognormal),
        (ExponentialBase.name, exponential),
        (GammaBase.name, gamma),
        (BetaBase.name, beta),
        (StudentTBase.name, studentT),
        (CauchyBase.name, cauchy),
        (ParetoBase.name, pareto),
        (GumbelBase.name, gumbel),
        (WeibullBase.name, weibull),
        (PoissonBase.name, poisson),
        (BinomialBase.name, binomial),
        (CategoricalBase.name, categorical),
        (ProductBase.name, product),
        (MixtureBase.name, mixture),
        (EmpiricalBase.name, empirical),
        (TruncatedBase.name, truncated),
        (MarkovBase.name, markov),
        (CopulaBase.name, copula),
        (TextBase.name, text),
        (ProcessBase.name, process),
    ]

    /// The names of all bases.
    public static var names: [String] { builders.map(\.name) }

    /// Builds the base that a node describes: a mapping with one key, the base's name, or the bare
    /// name where every parameter has a default.
    ///
    /// Throws everything wrong with it, each with its place and the nearest valid name.
    public static func make(
        _ node: JobNode, resources: JobResources, path: String
    ) throws(JobError) -> any BaseDistribution {
        try make(node, resources: resources, path: path, depth: 0)
    }

    static func make(
        _ node: JobNode, resources: JobResources, path: String, depth: Int
    ) throws(JobError) -> any BaseDistribution {
        guard depth <= BaseLimits.nesting else {
            throw JobError(
                at: node.position, path: path,
                "bases are nested more than \(BaseLimits.nesting) deep")
        }
        switch node.content {
        case .scalar(let name, _):
            let empty = JobNode(.null, at: node.position)
            return try build(name, at: node.position, empty, resources, path, depth)
        case .mapping(let entries):
            guard entries.count == 1 else {
                throw JobError(
                    at: node.position, path: path,
                    "expected one base, found \(entries.count) keys")
            }
            let entry = entries[0]
            return try build(
                entry.key, at: entry.keyPosition, entry.value, resources, path, depth)
        case .sequence, .null:
            throw node.expected("a base such as `{ normal: { dimension: 2 } }`", path: path)
        }
    }

    static func build(
        _ name: String, at position: SourcePosition, _ parameters: JobNode,
        _ resources: JobResources, _ path: String, _ depth: Int
    ) throws(JobError) -> any BaseDistribution {
        let place = path.isEmpty ? name : "\(path).\(name)"
        guard let builder = builders.first(where: { $0.name == name }) else {
            let added = resources.extensions.bases
            if let make = added[name] { return try make(parameters, place) }
            let known = names + added.keys.sorted()
            throw JobError(
                at: position, path: path,
                "unknown base `\(name)`: \(NearestName.hint(name, among: known))")
        }
        return try builder.build(
            Request(node: parameters, path: place, resources: resources, depth: depth))
    }
}
