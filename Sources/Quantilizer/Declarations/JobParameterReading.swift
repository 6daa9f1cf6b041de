// SPDX-License-Identifier: Apache-2.0

/// A parameter's value, as a job file gives it or by default.
enum JobValue: Sendable {
    /// Not given, and without a default.
    case nothing
    case number(Double)
    case whole(Int)
    case wholes([Int])
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
                note(nil, "missing key `\(key)`: \(parameter.sentenceWithin)")
                return nil
            }
            return parameter.defaultValue
        }
        let place = path(of: key)
        return collect { () throws(JobError) in try parameter.read(node, place) }
    }
}

/// Values of declared parameters. Each is nil where something was noted, and where none is given and there is no
/// default; `fallback` takes the place of the declared default, where that depends on other keys.
extension JobMapping {
    /// A number.
    mutating func number(_ parameter: JobParameter, default fallback: Double? = nil) -> Double? {
        if let fallback, !has(parameter.key) { return fallback }
        guard case .number(let value)? = value(of: parameter) else { return nil }
        return value
    }

    /// A whole number, or a power of two.
    mutating func whole(_ parameter: JobParameter, default fallback: Int? = nil) -> Int? {
        if let fallback, !has(parameter.key) { return fallback }
        guard case .whole(let value)? = value(of: parameter) else { return nil }
        return value
    }

    /// A truth.
    mutating func flag(_ parameter: JobParameter) -> Bool? {
        guard case .flag(let value)? = value(of: parameter) else { return nil }
        return value
    }

    /// Text, or the path of a table.
    mutating func text(_ parameter: JobParameter) -> String? {
        guard case .text(let value)? = value(of: parameter) else { return nil }
        return value
    }

    /// One of several words, by the names of a type's cases.
    mutating func choice<Choice: RawRepresentable<String>>(
        _ parameter: JobParameter, as type: Choice.Type
    ) -> Choice? {
        text(parameter).flatMap { Choice(rawValue: $0) }
    }

    /// What its owner reads itself: a base, a function, settings of its own.
    mutating func node(_ parameter: JobParameter) -> JobNode? {
        guard case .node(let node)? = value(of: parameter) else { return nil }
        return node
    }
}

extension JobParameter {
    /// The sentence as a part of another.
    fileprivate var sentenceWithin: String {
        let words = sentence.hasSuffix(".") ? sentence.dropLast() : sentence[...]
        let rest = words.dropFirst()
        // An acronym, a symbol or a name stays as it is.
        guard rest.first?.isLowercase == true || rest.first == " " else { return String(words) }
        return words.prefix(1).lowercased() + rest
    }

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
        try read(node, path, as: kind)
    }

    private func read(
        _ node: JobNode, _ path: String, as kind: Kind
    ) throws(JobError) -> JobValue {
        switch kind {
        case .number(let range): return .number(try node.double(path: path, in: range))
        case .whole(let range): return .whole(try node.integer(path: path, in: range))
        case .powerOfTwo(let range):
            guard let value = try? node.integer(path: path, in: range), value.nonzeroBitCount == 1
            else { throw node.expected("a \(kind.words)", path: path) }
            return .whole(value)
        case .wholes(let range, let most):
            var numbers: [Int] = []
            for (i, element) in try node.list(path: path, limit: most).enumerated() {
                numbers.append(try element.integer(path: "\(path)[\(i)]", in: range))
            }
            guard !numbers.isEmpty else { throw node.expected("a \(kind.words)", path: path) }
            return .wholes(numbers)
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
        case .either(let kinds):
            let fitting = kinds.filter { $0.fits(node) }
            if fitting.count == 1 { return try read(node, path, as: fitting[0]) }
            for kind in fitting {
                if let value = try? read(node, path, as: kind) { return value }
            }
            let words = Kind.either(fitting.isEmpty ? kinds : fitting).words
            throw node.expected(words.hasPrefix("`") ? words : "a " + words, path: path)
        case .base, .bases, .formula, .function, .functions, .group, .groups, .declared, .other:
            return .node(node)
        }
    }
}

extension JobParameter.Kind {
    /// Whether a node has the form that this is written in, whatever it says.
    fileprivate func fits(_ node: JobNode) -> Bool {
        switch (self, node.content) {
        case (.either(let kinds), _): kinds.contains { $0.fits(node) }
        case (.base, _), (.function, _), (.functions, _), (.declared, _), (.other, _): true
        case (.numberOrList, .scalar), (.numberOrMatrix, .scalar): true
        case (.numbers, .sequence), (.matrix, .sequence), (.texts, .sequence), (.wholes, .sequence),
            (.numberOrList, .sequence), (.numberOrMatrix, .sequence), (.groups, .sequence):
            true
        case (.bases, .mapping), (.group, .mapping): true
        case (.number, .scalar), (.whole, .scalar), (.powerOfTwo, .scalar), (.numberOr, .scalar),
            (.text, .scalar), (.choice, .scalar), (.flag, .scalar), (.table, .scalar),
            (.formula, .scalar):
            true
        default: false
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
