// SPDX-License-Identifier: Apache-2.0

/// Base distributions by the names that a job file uses.
///
/// A new base is a file of its own, with its ``BaseDeclaration``, and a line in ``declarations``.
public enum BaseRegistry: BaseLanguage {

    /// All bases, in the order of the reference.
    public static let declarations: [BaseDeclaration] = [
        UniformBase.declaration,
        NormalBase.declaration,
        LognormalBase.declaration,
        ExponentialBase.declaration,
        GammaBase.declaration,
        BetaBase.declaration,
        StudentTBase.declaration,
        CauchyBase.declaration,
        ParetoBase.declaration,
        GumbelBase.declaration,
        WeibullBase.declaration,
        LaplaceBase.declaration,
        LogisticBase.declaration,
        LogLogisticBase.declaration,
        TriangularBase.declaration,
        GeneralizedParetoBase.declaration,
        ExtremeValueBase.declaration,
        RayleighBase.declaration,
        ChiSquaredBase.declaration,
        InverseGammaBase.declaration,
        HalfNormalBase.declaration,
        InverseGaussianBase.declaration,
        PoissonBase.declaration,
        BinomialBase.declaration,
        GeometricBase.declaration,
        NegativeBinomialBase.declaration,
        HypergeometricBase.declaration,
        DiscreteUniformBase.declaration,
        CategoricalBase.declaration,
        MultinomialBase.declaration,
        DirichletBase.declaration,
        MultivariateTBase.declaration,
        ProductBase.declaration,
        MixtureBase.declaration,
        EmpiricalBase.declaration,
        TruncatedBase.declaration,
        MarkovBase.declaration,
        CopulaBase.declaration,
        TextBase.declaration,
        ProcessBase.declaration,
    ]

    /// The names of all bases.
    public static let names: [String] = declarations.map(\.name)

    /// Other names of bases, and whose they are.
    static let otherNames: [String: String] = {
        var names: [String: String] = [:]
        for declaration in declarations {
            for name in declaration.otherNames { names[name] = declaration.name }
        }
        return names
    }()

    private static let byName: [String: BaseDeclaration] = Dictionary(
        uniqueKeysWithValues: declarations.map { ($0.name, $0) })

    /// The base of a name, or of another name of it.
    public static func declaration(of name: String) -> BaseDeclaration? {
        byName[name] ?? otherNames[name].flatMap { byName[$0] }
    }

    /// Builds the base that a node describes: a mapping with one key, the base's name, or the bare
    /// name where every parameter has a default.
    ///
    /// - Throws: ``JobError`` with everything wrong with it, each with its place and the nearest
    ///   valid name.
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
        // What a program adds has its name before another name of a base that is built in.
        let added = resources.extensions.bases
        if byName[name] == nil, let make = added[name] { return try make(parameters, place) }
        guard let declaration = declaration(of: name) else {
            throw JobError(
                at: position, path: path,
                "unknown base `\(name)`: "
                    + NearestName.hint(
                        name, among: names + added.keys.sorted(), also: otherNames.keys.sorted()))
        }
        return try declaration.build(
            BaseRequest(
                node: parameters, path: place, resources: resources, depth: depth,
                language: Self.self))
    }

    static func marginals(
        _ request: BaseRequest
    ) throws(JobError) -> [(name: String, base: any BaseDistribution)] {
        try ProductBase.read(request).marginals
    }
}
