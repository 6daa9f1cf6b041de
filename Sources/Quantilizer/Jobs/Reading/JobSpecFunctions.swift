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
                let source = try Self.external(entries[0], path, resources)
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

    // MARK: Functions from outside

    private static func external(
        _ entry: (key: String, keyPosition: SourcePosition, value: JobNode), _ path: String,
        _ resources: JobResources
    ) throws(JobError) -> ExternalSource {
        let place = "\(path).\(entry.key)"
        switch entry.key {
        case "process": return .process(try process(entry.value, place, resources))
        case "library": return .library(try library(entry.value, place, resources))
        case "swift":
            var map = JobMapping(entry.value, path: place, keys: ["function"])
            let name = map.string("function") ?? ""
            try map.finish()
            return .swift(name)
        default:
            throw JobError(
                at: entry.keyPosition, path: path,
                "unknown key `\(entry.key)`: expected a formula, or "
                    + NearestName.hint(entry.key, among: ExternalSource.kinds))
        }
    }

    static func process(
        _ node: JobNode, _ path: String, _ resources: JobResources
    ) throws(JobError) -> ProcessSource {
        var map = JobMapping(node, path: path, parameters: ProcessSource.parameters)
        let command = map.read("command") { (node, path) throws(JobError) in
            try words(node, path, limit: Limits.commandWords)
        }
        let format = map.choice("format", of: "format", default: ProcessSource.Format.frames)
        let batch = map.whole(ProcessSource.batchParameter)
        if let batch, batch % 256 != 0 { map.note("batch", "expected a multiple of 256") }
        let timeout = map.number(ProcessSource.timeoutParameter)
        let files = map.read("files", default: nil as [PinnedFile]?) {
            (node, path) throws(JobError) -> [PinnedFile]? in
            try pinned(node, path, resources)
        }
        try map.finish()
        let named = command ?? []
        return ProcessSource(
            command: named, format: format ?? .frames, batch: batch ?? 8192,
            timeoutSeconds: timeout ?? 30,
            files: ((files ?? nil) ?? implied(named, resources)).sorted { $0.path < $1.path })
    }

    /// Text or a list of words, not empty, none of them with a zero byte.
    private static func words(
        _ node: JobNode, _ path: String, limit: Int
    ) throws(JobError) -> [String] {
        var words: [String] = []
        switch node.content {
        case .scalar(let text, _): words = text.split(separator: " ").map(String.init)
        case .sequence:
            for (number, item) in try node.list(path: path, limit: limit).enumerated() {
                words.append(try item.string(path: "\(path)[\(number)]"))
            }
        case .mapping, .null: break
        }
        guard let first = words.first, !first.isEmpty, words.count <= limit,
            words.allSatisfy({ !$0.utf8.contains(0) && $0.utf8.count <= Limits.commandBytes })
        else {
            throw node.expected(
                "a command of 1 to \(limit) words, as [python3, utility.py]", path: path)
        }
        return words
    }

    /// Files by name, whose digests came with the job, or names with digests.
    private static func pinned(
        _ node: JobNode, _ path: String, _ resources: JobResources
    ) throws(JobError) -> [PinnedFile] {
        if case .mapping(let entries) = node.content {
            guard entries.count <= Limits.pinnedFiles else {
                throw JobError(
                    at: node.position, path: path, "at most \(Limits.pinnedFiles) files")
            }
            var files: [PinnedFile] = []
            for entry in entries {
                files.append(
                    PinnedFile(
                        path: entry.key,
                        sha256: try digest(entry.value, "\(path).\(entry.key)")))
            }
            return files
        }
        var files: [PinnedFile] = []
        for (number, item) in try node.list(path: path, limit: Limits.pinnedFiles).enumerated() {
            let name = try item.string(path: "\(path)[\(number)]")
            guard let sha256 = resources.fileDigest(name) else {
                throw JobError(
                    at: item.position, path: "\(path)[\(number)]",
                    "the digest of `\(name)` is not known here: give `files: { \(name): SHA256 }`")
            }
            files.append(PinnedFile(path: name, sha256: sha256))
        }
        return files
    }

    private static func digest(_ node: JobNode, _ path: String) throws(JobError) -> String {
        let text = try node.string(path: path)
        guard text.utf8.count == 64, text.allSatisfy({ $0.isHexDigit && !$0.isUppercase }) else {
            throw node.expected("a SHA-256 of 64 lower-case hexadecimal digits", path: path)
        }
        return text
    }

    /// Words of the command that were files when the job was read.
    private static func implied(_ command: [String], _ resources: JobResources) -> [PinnedFile] {
        var files: [PinnedFile] = []
        for word in command where !files.contains(where: { $0.path == word }) {
            if let sha256 = resources.fileDigest(word) {
                files.append(PinnedFile(path: word, sha256: sha256))
            }
        }
        return files
    }

    private static func library(
        _ node: JobNode, _ path: String, _ resources: JobResources
    ) throws(JobError) -> LibrarySource {
        var map = JobMapping(node, path: path, keys: ["path", "function", "sha256"])
        let file = map.string("path") ?? ""
        let function = map.string("function") ?? ""
        let given = map.read("sha256", default: nil as String?) {
            (node, path) throws(JobError) -> String? in try digest(node, path)
        }
        if map.has("path"), file.isEmpty || file.utf8.contains(0) {
            map.note("path", "expected a path")
        }
        if map.has("function"), function.isEmpty || function.utf8.contains(0) {
            map.note("function", "expected the name of a function")
        }
        let sha256 = (given ?? nil) ?? resources.fileDigest(file)
        if map.has("path"), sha256 == nil {
            map.note("path", "the digest of `\(file)` is not known here: give it as `sha256`")
        }
        try map.finish()
        return LibrarySource(
            path: PluginPolicy.plainPath(file), function: function, sha256: sha256 ?? "")
    }
}
