// SPDX-License-Identifier: Apache-2.0

/// Utilities and costs of a job file: formulas, and functions from outside.
extension JobSpecReader {
    /// A function, or a mapping from names to functions.
    mutating func readFunctions(
        _ key: String, _ base: (any BaseDistribution)?, _ resources: JobResources, limit: Int,
        single: String
    ) -> [NamedUtility] {
        guard let node = map[key] else { return [] }
        let path = map.path(of: key)
        guard case .mapping(let entries) = node.content, !Self.isExternal(node),
            !Self.isEnsemble(node)
        else {
            return compile(single, node, path, base, resources).map { [$0] } ?? []
        }
        if entries.isEmpty { map.note(key, "expected a formula, or names with formulas") }
        if entries.count > limit { map.note(key, "at most \(limit) formulas") }
        var result: [NamedUtility] = []
        var seen: Set<String> = []
        for entry in entries.prefix(limit) {
            if entry.key.isEmpty || entry.key.count > Limits.nameCharacters {
                note(
                    entry.keyPosition, path,
                    "expected a name of 1 to \(Limits.nameCharacters) characters")
            }
            if !seen.insert(entry.key).inserted {
                note(entry.keyPosition, path, "`\(entry.key)` is given twice")
            }
            let place = "\(path).\(entry.key)"
            if let found = compile(entry.key, entry.value, place, base, resources) {
                result.append(found)
            }
        }
        return result
    }

    /// One key, a kind of function from outside, with a mapping: formulas are never mappings.
    private static func isExternal(_ node: JobNode) -> Bool {
        guard case .mapping(let entries) = node.content, entries.count == 1,
            case .mapping = entries[0].value.content
        else { return false }
        return ExternalSource.kinds.contains(entries[0].key)
    }

    private mutating func note(_ position: SourcePosition, _ path: String, _ message: String) {
        _ = map.collect { () throws(JobError) -> Void in
            throw JobError(at: position, path: path, message)
        }
    }

    /// Notes functions from outside where there may be none.
    mutating func refusePlugins(_ functions: [NamedUtility], _ words: String) {
        for function in functions {
            if let first = function.externals.first {
                map.note(nil, "\(words): `\(function.name)` is `\(first)`")
                return
            }
        }
    }

    mutating func compile(
        _ name: String, _ node: JobNode, _ path: String, _ base: (any BaseDistribution)?,
        _ resources: JobResources
    ) -> NamedUtility? {
        if Self.isEnsemble(node) { return ensemble(name, node, path, base, resources) }
        // Without a base there are no names to check against: the base's error is enough.
        let schema = base.map { self.schema(of: $0) }
        return map.collect { () throws(JobError) -> NamedUtility? in
            switch node.content {
            case .scalar(let text, _):
                guard let schema else { return nil }
                do throws(FormulaError) {
                    let formula = try Formula.compile(text, schema: schema)
                    return NamedUtility(name: name, source: text, utility: formula)
                } catch {
                    throw JobError(at: node.position, path: path, error.rendered)
                }
            case .mapping(let entries):
                guard entries.count == 1 else { throw node.expected("a formula", path: path) }
                let source = try ExternalReader.external(entries[0], path, resources)
                guard let base else { return nil }
                do throws(FunctionRefusal) {
                    let function = try resources.extensions.function(
                        source, dimension: base.dimension, name: name)
                    return NamedUtility(name: name, external: source, utility: function)
                } catch {
                    throw JobError(at: node.position, path: path, error.message)
                }
            case .sequence, .null:
                throw node.expected("a formula", path: path)
            }
        } ?? nil
    }
}
