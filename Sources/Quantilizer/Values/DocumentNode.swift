// SPDX-License-Identifier: Apache-2.0

/// A value of a result document with the path to it, so that what cannot be read is named by its place.
struct DocumentNode {
    let json: JSON
    let path: String

    init(_ json: JSON, path: String = "") {
        self.json = json
        self.path = path
    }

    private func fault(_ expected: String) -> JobError {
        JobError(at: nil, path: path, "not a result document: expected \(expected)")
    }

    private func inner(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }

    /// A member that must be there.
    func member(_ name: String) throws(JobError) -> DocumentNode {
        guard let value = json[name] else {
            throw JobError(
                at: nil, path: inner(name), "not a result document: the member is missing")
        }
        return DocumentNode(value, path: inner(name))
    }

    /// A member; nil where it is missing or null.
    func optional(_ name: String) -> DocumentNode? {
        switch json[name] {
        case nil, .null: nil
        case let value?: DocumentNode(value, path: inner(name))
        }
    }

    /// All members, in order.
    func members() throws(JobError) -> [(name: String, value: DocumentNode)] {
        guard case .object(let members) = json else { throw fault("an object") }
        return members.map { ($0.0, DocumentNode($0.1, path: inner($0.0))) }
    }

    /// All elements.
    func elements() throws(JobError) -> [DocumentNode] {
        guard case .array(let items) = json else { throw fault("a list") }
        return items.enumerated().map { DocumentNode($1, path: "\(path)[\($0)]") }
    }

    /// A number, or one of the words for what JSON has no number for.
    func double() throws(JobError) -> Double {
        switch json {
        case .number(let value): return value
        case .integer(let value): return Double(value)
        case .string("nan"): return .nan
        case .string("inf"): return .infinity
        case .string("-inf"): return -.infinity
        default: throw fault("a number")
        }
    }

    /// Numbers.
    func doubles() throws(JobError) -> [Double] {
        guard case .array(let items) = json else { throw fault("a list of numbers") }
        var result: [Double] = []
        result.reserveCapacity(items.count)
        for (i, item) in items.enumerated() {
            if case .number(let value) = item {
                result.append(value)
            } else {
                result.append(try DocumentNode(item, path: "\(path)[\(i)]").double())
            }
        }
        return result
    }

    /// A count, exactly.
    func count() throws(JobError) -> UInt64 {
        guard case .integer(let value) = json else { throw fault("a count") }
        return value
    }

    /// Text.
    func text() throws(JobError) -> String {
        guard case .string(let text) = json else { throw fault("a text") }
        return text
    }

    /// Texts.
    func texts() throws(JobError) -> [String] {
        var result: [String] = []
        for element in try elements() { result.append(try element.text()) }
        return result
    }

    /// `true` or `false`.
    func truth() throws(JobError) -> Bool {
        guard case .bool(let value) = json else { throw fault("true or false") }
        return value
    }

    /// Two ends.
    func interval() throws(JobError) -> Interval {
        let ends = try doubles()
        guard ends.count == 2 else { throw fault("an interval of two ends") }
        return Interval(ends[0], ends[1])
    }
}
