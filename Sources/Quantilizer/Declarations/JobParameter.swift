// SPDX-License-Identifier: Apache-2.0

/// A parameter of the job language, declared once: its key, what it may be, what it is where it is not
/// given, and a sentence about it.
///
/// The reader and its errors (``JobMapping``), the JSON Schema, `qpool help` and the pages under
/// `docs/reference` all come from here, so that none of them can say anything else.
///
///     JobParameter("shape", .number(GammaBase.shapes), "The shape.", also: ["k", "alpha"])
public struct JobParameter: Sendable {
    /// What a parameter may be.
    public indirect enum Kind: Sendable {
        /// A number.
        case number(JobRange)
        /// A whole number.
        case whole(ClosedRange<Int>)
        /// A number for all components, or a list with one for each.
        case numberOrList(JobRange, most: Int)
        /// A list of numbers, not empty.
        case numbers(JobRange, most: Int)
        /// A square matrix, row by row.
        case matrix(JobRange, most: Int)
        /// A number for all pairs, or a square matrix.
        case numberOrMatrix(JobRange, most: Int)
        /// A number, or one word in its place.
        case numberOr(String, JobRange)
        /// Text.
        case text
        /// A list of texts.
        case texts(most: Int)
        /// One of several words.
        case choice([String])
        /// `true` or `false`.
        case flag
        /// The path of a data file, whose numbers travel with the job.
        case table
        /// A base.
        case base
        /// Names with bases.
        case bases
        /// What its owner reads itself: in words, and as JSON Schema.
        case other(String, schema: JSON)
    }

    /// What a parameter is where it is not given.
    public enum Fallback: Sendable {
        /// It must be given.
        case required
        /// This number.
        case number(Double)
        /// This whole number.
        case whole(Int)
        /// This truth.
        case flag(Bool)
        /// This text.
        case text(String)
        /// Nothing; what that means, in words.
        case nothing(String)
    }

    /// The key in a job file, and in the normalised job.
    public let key: String
    /// Other names that the field uses; a job file may have them in the key's place.
    public let otherKeys: [String]
    /// What it may be.
    public let kind: Kind
    /// What it is where it is not given.
    public let fallback: Fallback
    /// Its unit, where it has one: `value` is the unit of the sample's values.
    public let unit: String?
    /// A sentence.
    public let sentence: String

    /// A parameter.
    public init(
        _ key: String, _ kind: Kind, default fallback: Fallback = .required, unit: String? = nil,
        _ sentence: String, also otherKeys: [String] = []
    ) {
        self.key = key
        self.otherKeys = otherKeys
        self.kind = kind
        self.fallback = fallback
        self.unit = unit
        self.sentence = sentence
    }

    /// The numbers that it may be or hold; nil of what is no number.
    var range: JobRange? {
        switch kind {
        case .number(let range), .numberOrList(let range, _), .numbers(let range, _),
            .matrix(let range, _), .numberOrMatrix(let range, _), .numberOr(_, let range):
            range
        case .whole(let range):
            JobRange(Double(range.lowerBound), Double(range.upperBound))
        case .text, .texts, .choice, .flag, .table, .base, .bases, .other: nil
        }
    }

    /// The key and its other names.
    var allKeys: [String] { [key] + otherKeys }

    /// Whether it must be given.
    var isRequired: Bool {
        if case .required = fallback { true } else { false }
    }
}

/// A parameter's value, as a job file gives it or by default.
enum JobValue: Sendable {
    /// Not given, and without a default.
    case nothing
    case number(Double)
    case whole(Int)
    /// One number is the list of it.
    case numbers([Double])
    case matrix([[Double]])
    case text(String)
    case texts([String])
    case flag(Bool)
    case base(any BaseDistribution)
    case bases([(name: String, base: any BaseDistribution)])
    case node(JobNode)
}

extension JobMapping {
    /// Opens a mapping that may have these parameters, by their keys or their other names.
    init(_ node: JobNode, path: String, parameters: [JobParameter]) {
        var others: [String: String] = [:]
        for parameter in parameters {
            for name in parameter.otherKeys { others[name] = parameter.key }
        }
        self.init(node, path: path, keys: parameters.map(\.key), others: others)
    }

    /// Reads a parameter that needs nothing but its node; nil where something was noted.
    mutating func value(of parameter: JobParameter) -> JobValue? {
        let key = parameter.key
        guard let node = self[key] else {
            if parameter.isRequired {
                note(nil, "missing key `\(key)`")
                return nil
            }
            return parameter.defaultValue
        }
        let place = path(of: key)
        return collect { () throws(JobError) in try parameter.read(node, place) }
    }
}

extension JobMapping {
    /// A declared number; nil where something was noted, or there is none.
    mutating func number(_ parameter: JobParameter) -> Double? {
        guard case .number(let value)? = value(of: parameter) else { return nil }
        return value
    }

    /// A declared whole number.
    mutating func whole(_ parameter: JobParameter) -> Int? {
        guard case .whole(let value)? = value(of: parameter) else { return nil }
        return value
    }

    /// A declared truth.
    mutating func flag(_ parameter: JobParameter) -> Bool? {
        guard case .flag(let value)? = value(of: parameter) else { return nil }
        return value
    }
}

extension JobParameter {
    /// The value where none is given.
    fileprivate var defaultValue: JobValue {
        switch (kind, fallback) {
        case (_, .required), (_, .nothing): .nothing
        case (.numberOrList, .number(let x)), (.numbers, .number(let x)): .numbers([x])
        case (_, .number(let x)): .number(x)
        case (_, .whole(let x)): .whole(x)
        case (_, .flag(let x)): .flag(x)
        case (_, .text(let x)): .text(x)
        }
    }

    fileprivate func read(_ node: JobNode, _ path: String) throws(JobError) -> JobValue {
        switch kind {
        case .number(let range): return .number(try node.double(path: path, in: range))
        case .whole(let range): return .whole(try node.integer(path: path, in: range))
        case .numberOrList(let range, let most):
            if case .sequence = node.content {
                return .numbers(try node.doubles(path: path, limit: most, in: range))
            }
            return .numbers([try node.double(path: path, in: range)])
        case .numbers(let range, let most):
            return .numbers(try node.doubles(path: path, limit: most, in: range))
        case .matrix(let range, let most):
            return .matrix(try node.matrix(path: path, limit: most, in: range))
        case .numberOrMatrix(let range, let most):
            if case .scalar = node.content {
                return .number(try node.double(path: path, in: range))
            }
            return .matrix(try node.matrix(path: path, limit: most, in: range))
        case .numberOr(let word, let range):
            if case .scalar(word, _) = node.content { return .text(word) }
            return .number(try node.double(path: path, in: range))
        case .text, .table: return .text(try node.string(path: path))
        case .texts(let most):
            var texts: [String] = []
            for (i, element) in try node.list(path: path, limit: most).enumerated() {
                texts.append(try element.string(path: "\(path)[\(i)]"))
            }
            return .texts(texts)
        case .choice(let words):
            let word = try node.string(path: path)
            guard words.contains(word) else {
                throw JobError(
                    at: node.position, path: path,
                    "unknown \(key) `\(word)`: \(NearestName.hint(word, among: words))")
            }
            return .text(word)
        case .flag: return .flag(try node.boolean(path: path))
        case .base, .bases, .other: return .node(node)
        }
    }
}

extension JobNode {
    /// Rows of numbers, each as long as there are rows.
    func matrix(path: String, limit: Int, in range: JobRange) throws(JobError) -> [[Double]] {
        let rows = try list(path: path, limit: limit)
        var matrix: [[Double]] = []
        for (i, row) in rows.enumerated() {
            let numbers = try row.doubles(path: "\(path)[\(i)]", limit: limit, in: range)
            guard numbers.count == rows.count else {
                throw JobError(
                    at: row.position, path: "\(path)[\(i)]",
                    "expected \(rows.count) numbers, as many as rows, found \(numbers.count)")
            }
            matrix.append(numbers)
        }
        if matrix.isEmpty { throw expected("rows of numbers", path: path) }
        return matrix
    }
}
