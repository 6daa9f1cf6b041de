// SPDX-License-Identifier: Apache-2.0

/// What a job file may say of a base, and how the base is made of it: declared once, in the base's own
/// file.
///
///     static let declaration = BaseDeclaration(
///         name, "Exponential: density rate · exp(−rate x), x ≥ 0.", also: ["expon"],
///         parameters: [
///             JobParameter("rate", .number(.positive), default: .number(1), "1 / mean."), .dimension,
///         ],
///         example: "{ rate: 2 }", source: "…"
///     ) { v throws(BaseError) in
///         try ExponentialBase(rate: v.number("rate"), dimension: v.dimension)
///     }
public struct BaseDeclaration: Sendable {
    /// Makes a base of values that are in their ranges.
    typealias Maker = @Sendable (BaseValues) throws(BaseError) -> any BaseDistribution
    /// Reads a base whose parameters are more than keys with values.
    typealias Reader =
        @Sendable (BaseRequest, BaseDeclaration) throws(JobError) -> any BaseDistribution

    /// What stands behind the base's name.
    enum Form: Sendable {
        /// A mapping with the parameters.
        case parameters
        /// Something else: in words, and as JSON Schema.
        case other(String, schema: JSON)
    }

    private enum Building: Sendable {
        case make(Maker)
        case read(Reader)
    }

    /// The name in a job file, and in the normalised job.
    public let name: String
    /// Other names that the field uses; a job file may have them in the name's place.
    public let otherNames: [String]
    /// A sentence.
    public let sentence: String
    /// Its parameters.
    public let group: ParameterGroup
    /// What stands behind the name in an example, as YAML on one line.
    public let example: String
    /// Where the law and its formulas stand in the literature.
    public let source: String
    let form: Form
    private let building: Building

    /// A base of parameters alone.
    init(
        _ name: String, _ sentence: String, also otherNames: [String] = [],
        parameters: [JobParameter], choices: [ParameterGroup.Choice] = [], example: String,
        source: String,
        make: @escaping Maker
    ) {
        self.name = name
        self.sentence = sentence
        self.otherNames = otherNames
        group = ParameterGroup(parameters, choices: choices)
        self.example = example
        self.source = source
        form = .parameters
        building = .make(make)
    }

    /// A base that reads what stands behind its name itself.
    init(
        _ name: String, _ sentence: String, also otherNames: [String] = [],
        parameters: [JobParameter] = [], form: Form = .parameters, example: String, source: String,
        read: @escaping Reader
    ) {
        self.name = name
        self.sentence = sentence
        self.otherNames = otherNames
        group = ParameterGroup(parameters)
        self.example = example
        self.source = source
        self.form = form
        building = .read(read)
    }

    /// The parameters, in their usual order.
    public var parameters: [JobParameter] { group.parameters }

    /// The example as a job file has it: `{ gamma: { shape: 2 } }`.
    public var wholeExample: String { "{ \(name): \(example) }" }

    /// The parameter of a key.
    func parameter(_ key: String) -> JobParameter {
        guard let found = group.parameter(key) else {
            preconditionFailure("the base \(name) declares no parameter `\(key)`")
        }
        return found
    }

    /// Throws unless a number is one that the parameter may be.
    func check(_ key: String, _ value: Double) throws(BaseError) {
        try BaseError.check(value, key, in: parameter(key).range ?? .finite)
    }

    /// Throws unless a whole number is one that the parameter may be.
    func check(_ key: String, _ value: Int) throws(BaseError) {
        guard case .whole(let range) = parameter(key).kind, !range.contains(value) else { return }
        throw BaseError(
            key,
            "expected a whole number from \(range.lowerBound) to \(range.upperBound), "
                + "found \(value)")
    }

    /// Throws everything wrong with what a job says, each with its place.
    func build(_ r: BaseRequest) throws(JobError) -> any BaseDistribution {
        switch building {
        case .read(let read): return try read(r, self)
        case .make(let make):
            var map = group.open(r.node, path: r.path)
            let values = BaseValues(self, r, &map)
            try map.finish()
            return try BaseRequest.located(map) { () throws(BaseError) in try make(values) }
        }
    }
}

/// Handbooks that several bases cite.
enum Literature {
    /// Johnson, Kotz and Balakrishnan.
    static func continuous(_ volume: Int, chapter: Int) -> String {
        "Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions \(volume) "
            + "(\(volume == 1 ? 1994 : 1995)), chapter \(chapter)"
    }

    /// Johnson, Kemp and Kotz.
    static func discrete(chapter: Int) -> String {
        "Johnson, Kemp and Kotz, Univariate Discrete Distributions (2005), "
            + "doi:10.1002/0471715816, chapter \(chapter)"
    }
}

/// A base with a place in the registry.
protocol DeclaredBase: BaseDistribution {
    /// What a job file may say of it.
    static var declaration: BaseDeclaration { get }
}

extension JobParameter {
    /// How many independent components of a law there are.
    static let dimension = JobParameter(
        "dimension", .whole(1...BaseLimits.dimension), default: .whole(1),
        "Independent components, equal in law.", also: ["size"])

    /// A location, 0 by default.
    static func location(_ sentence: String, also otherKeys: [String] = ["loc"]) -> JobParameter {
        JobParameter(
            "location", .number(.finite), default: .number(0), unit: "value", sentence,
            also: otherKeys)
    }

    /// A scale, 1 by default.
    static func scale(_ sentence: String, also otherKeys: [String] = []) -> JobParameter {
        JobParameter(
            "scale", .number(.positive), default: .number(1), unit: "value", sentence,
            also: otherKeys)
    }
}

/// The values of a base's parameters, all in their ranges.
///
/// To ask for one that is not declared, or declared as something else, is a programmer's mistake.
struct BaseValues {
    private var values: [String: JobValue] = [:]
    private let declaration: BaseDeclaration
    private let resources: JobResources
    private(set) var given: Set<String> = []

    /// Reads all parameters; what is wrong is noted in the mapping.
    fileprivate init(
        _ declaration: BaseDeclaration, _ r: BaseRequest, _ map: inout JobMapping
    ) {
        self.declaration = declaration
        resources = r.resources
        for parameter in declaration.parameters {
            let key = parameter.key
            if map.has(key) { given.insert(key) }
            guard let value = map.value(of: parameter) else { continue }
            guard case .node(let node) = value else {
                values[key] = value
                if case .table = parameter.kind, case .text(let file) = value,
                    r.resources.tables[file] == nil
                {
                    map.note(key, "the data of `\(file)` did not come with the job")
                }
                continue
            }
            let path = map.path(of: key)
            values[key] = map.collect { () throws(JobError) -> JobValue in
                switch parameter.kind {
                case .base:
                    return .base(
                        try r.language.make(
                            node, resources: r.resources, path: path, depth: r.depth + 1))
                case .bases:
                    return .bases(
                        try r.language.marginals(
                            BaseRequest(
                                node: node, path: path, resources: r.resources, depth: r.depth,
                                language: r.language)))
                default: return value
                }
            }
        }
    }

    /// Whether a parameter was given.
    func has(_ key: String) -> Bool { given.contains(key) }

    private func wrong(_ key: String) -> Never {
        preconditionFailure("the parameter `\(key)` of \(declaration.name) is something else")
    }

    private func value(_ key: String) -> JobValue {
        guard let value = values[key] else { wrong(key) }
        return value
    }

    /// A number that is required or has a default.
    func number(_ key: String) -> Double {
        guard case .number(let x) = value(key) else { wrong(key) }
        return x
    }

    /// A number, nil where none is given.
    func optional(_ key: String) -> Double? {
        switch value(key) {
        case .number(let x): x
        case .nothing, .text, .matrix: nil
        default: wrong(key)
        }
    }

    /// A whole number.
    func whole(_ key: String) -> Int {
        guard case .whole(let x) = value(key) else { wrong(key) }
        return x
    }

    /// The number of independent components.
    var dimension: Int { whole("dimension") }

    /// Numbers; nil where none are given.
    func numbers(_ key: String) -> [Double]? {
        switch value(key) {
        case .numbers(let x): x
        case .nothing: nil
        default: wrong(key)
        }
    }

    /// A matrix; nil where none is given.
    func matrix(_ key: String) -> [[Double]]? {
        switch value(key) {
        case .matrix(let x): x
        case .nothing, .number: nil
        default: wrong(key)
        }
    }

    /// Text; nil where none is given.
    func text(_ key: String) -> String? {
        switch value(key) {
        case .text(let x): x
        case .nothing, .number: nil
        default: wrong(key)
        }
    }

    /// Texts; nil where none are given.
    func texts(_ key: String) -> [String]? {
        switch value(key) {
        case .texts(let x): x
        case .nothing: nil
        default: wrong(key)
        }
    }

    /// A base.
    func base(_ key: String) -> any BaseDistribution {
        guard case .base(let x) = value(key) else { wrong(key) }
        return x
    }

    /// Names with bases.
    func bases(_ key: String) -> [(name: String, base: any BaseDistribution)] {
        guard case .bases(let x) = value(key) else { wrong(key) }
        return x
    }

    /// The data of a file that the job names.
    func table(_ key: String) -> DataTable {
        guard let file = text(key), let table = resources.tables[file] else { wrong(key) }
        return table
    }
}
