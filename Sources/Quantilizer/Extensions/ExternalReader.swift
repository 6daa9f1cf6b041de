// SPDX-License-Identifier: Apache-2.0

/// Reads what a job file says of a function from outside, and of a process.
enum ExternalReader {
    static func external(
        _ entry: (key: String, keyPosition: SourcePosition, value: JobNode), _ path: String,
        _ resources: JobResources
    ) throws(JobError) -> ExternalSource {
        let place = "\(path).\(entry.key)"
        switch entry.key {
        case ProcessSource.declaration.name:
            return .process(try process(entry.value, place, resources))
        case LibrarySource.declaration.name:
            return .library(try library(entry.value, place, resources))
        case ExternalSource.hostedDeclaration.name:
            var map = ExternalSource.hostedDeclaration.group.open(entry.value, path: place)
            let name = map.text(ExternalSource.hostedParameter) ?? ""
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
        var map = ProcessSource.declaration.group.open(node, path: path)
        let command = map.read("command") { (node, path) throws(JobError) in
            try words(node, path, limit: Limits.commandWords)
        }
        let format = map.choice(ProcessSource.formatParameter, as: ProcessSource.Format.self)
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
        var map = LibrarySource.declaration.group.open(node, path: path)
        let file = map.text(LibrarySource.pathParameter) ?? ""
        let function = map.text(LibrarySource.functionParameter) ?? ""
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
