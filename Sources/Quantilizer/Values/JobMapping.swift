// SPDX-License-Identifier: Apache-2.0

/// Reads a mapping's keys and collects everything wrong with it, to throw once at the end.
///
///     var map = JobMapping(node, path: path, keys: ["shape", "scale"])
///     let shape = map.double("shape", in: .positive)
///     let scale = map.double("scale", in: .positive, default: 1)
///     try map.finish()
///
/// A reading that fails returns nil after noting why; `finish()` throws if anything was noted, so
/// that values may be unwrapped behind it.
public struct JobMapping: Sendable {
    /// The mapping.
    public let node: JobNode
    /// Its path of keys.
    public let path: String
    /// What is wrong so far.
    public private(set) var diagnostics: [JobDiagnostic] = []
    private var values: [String: JobNode] = [:]
    /// Keys that stand in the file under another name.
    private var written: [String: String] = [:]

    /// Opens a mapping that may have `keys`; others and repeated ones are noted. `null` counts as
    /// an empty mapping.
    public init(_ node: JobNode, path: String, keys: [String]) {
        self.init(node, path: path, keys: keys, others: [:])
    }

    /// The same where keys have other names: those of `others`, with the keys that they stand for.
    init(_ node: JobNode, path: String, keys: [String], others: [String: String]) {
        self.node = node
        self.path = path
        switch node.content {
        case .mapping(let entries):
            for entry in entries {
                let key = keys.contains(entry.key) ? entry.key : others[entry.key]
                guard let key else {
                    diagnostics.append(
                        JobDiagnostic(
                            at: entry.keyPosition, path: path,
                            "unknown key `\(entry.key)`: "
                                + NearestName.hint(
                                    entry.key, among: keys, also: others.keys.sorted())))
                    continue
                }
                if values.updateValue(entry.value, forKey: key) != nil {
                    let same = entry.key == key && written[key] == nil
                    diagnostics.append(
                        JobDiagnostic(
                            at: entry.keyPosition, path: path,
                            "key `\(key)` is given twice"
                                + (same
                                    ? "" : ": `\(written[key] ?? entry.key)` is another name of it")
                        ))
                }
                if entry.key != key { written[key] = entry.key }
            }
        case .null: break
        case .scalar, .sequence:
            let names = keys.map { "`\($0)`" }.joined(separator: ", ")
            diagnostics += node.expected("a mapping with \(names)", path: path).diagnostics
        }
    }

    /// A key's node, nil where it is missing or `null`.
    public subscript(key: String) -> JobNode? {
        guard let value = values[key] else { return nil }
        if case .null = value.content { return nil }
        return value
    }

    /// Whether a key was given.
    public func has(_ key: String) -> Bool { self[key] != nil }

    /// Whether a key was given as `null`.
    public func isNull(_ key: String) -> Bool {
        if case .null? = values[key]?.content { true } else { false }
    }

    /// The path of a key, by the name that the file has for it.
    public func path(of key: String) -> String {
        let name = written[key] ?? key
        return path.isEmpty ? name : "\(path).\(name)"
    }

    /// Notes something wrong at a key, or at the mapping itself.
    public mutating func note(_ key: String?, _ message: String) {
        let place = key.flatMap { values[$0] } ?? node
        diagnostics.append(
            JobDiagnostic(at: place.position, path: key.map { path(of: $0) } ?? path, message))
    }

    /// Runs a reading, noting what it throws.
    public mutating func collect<Value>(_ body: () throws(JobError) -> Value) -> Value? {
        do throws(JobError) {
            return try body()
        } catch {
            diagnostics += error.diagnostics
            return nil
        }
    }

    /// Reads a key's node; a missing key gives `fallback`, or is noted where there is none.
    public mutating func read<Value>(
        _ key: String, default fallback: Value? = nil,
        _ body: (JobNode, String) throws(JobError) -> Value
    ) -> Value? {
        guard let value = self[key] else {
            if fallback == nil { note(nil, "missing key `\(key)`") }
            return fallback
        }
        let place = path(of: key)
        return collect { () throws(JobError) in try body(value, place) }
    }

    /// A number.
    public mutating func double(
        _ key: String, in range: JobRange = .finite, default fallback: Double? = nil
    ) -> Double? {
        read(key, default: fallback) { (node, path) throws(JobError) in
            try node.double(path: path, in: range)
        }
    }

    /// A whole number.
    public mutating func integer(
        _ key: String, in range: ClosedRange<Int>, default fallback: Int? = nil
    ) -> Int? {
        read(key, default: fallback) { (node, path) throws(JobError) in
            try node.integer(path: path, in: range)
        }
    }

    /// Text.
    public mutating func string(_ key: String, default fallback: String? = nil) -> String? {
        read(key, default: fallback) { (node, path) throws(JobError) in
            try node.string(path: path)
        }
    }

    /// `true` or `false`.
    public mutating func boolean(_ key: String, default fallback: Bool? = nil) -> Bool? {
        read(key, default: fallback) { (node, path) throws(JobError) in
            try node.boolean(path: path)
        }
    }

    /// Notes it unless exactly one of the keys is given (at most one where `optional`).
    public mutating func exactlyOne(of keys: [String], optional: Bool = false) {
        let given = keys.filter { has($0) }
        let names = keys.map { "`\($0)`" }.joined(separator: ", ")
        if given.count > 1 { note(given[1], "give only one of \(names)") }
        if given.isEmpty && !optional { note(nil, "missing key: one of \(names)") }
    }

    /// Throws everything noted, if anything was.
    ///
    /// - Throws: ``JobError`` with all of it.
    public func finish() throws(JobError) {
        if !diagnostics.isEmpty { throw JobError(diagnostics) }
    }
}
