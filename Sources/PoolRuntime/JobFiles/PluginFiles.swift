// SPDX-License-Identifier: Apache-2.0
internal import Quantilizer

/// The digests of the files that a job's plugins name, read when the job file is.
struct PluginFiles {
    private let folder: String
    private(set) var digests: [String: String] = [:]

    init(folder: String) { self.folder = folder }

    /// Looks through a job's tree. Files whose digests stand in the job already are not read.
    mutating func collect(_ node: JobNode, path: String) throws(JobError) {
        switch node.content {
        case .sequence(let items):
            for (number, item) in items.enumerated() {
                try collect(item, path: "\(path)[\(number)]")
            }
        case .mapping(let pairs):
            for pair in pairs {
                let inner = path.isEmpty ? pair.key : "\(path).\(pair.key)"
                if case .mapping(let fields) = pair.value.content {
                    func field(_ name: String) -> JobNode? {
                        fields.first { $0.key == name }?.value
                    }
                    if pair.key == "process", let command = field("command") {
                        try process(command, files: field("files"), path: inner)
                    } else if pair.key == "library", let file = field("path"),
                        field("sha256") == nil, field("function") != nil
                    {
                        try require(file, path: "\(inner).path")
                    }
                }
                try collect(pair.value, path: inner)
            }
        case .scalar, .null: break
        }
    }

    private mutating func process(
        _ command: JobNode, files: JobNode?, path: String
    ) throws(JobError) {
        switch files?.content {
        case .sequence(let items):
            for item in items.prefix(Limits.pinnedFiles) {
                try require(item, path: "\(path).files")
            }
        case .mapping, .scalar: break
        case .null, nil:
            var words: [String] = []
            switch command.content {
            case .scalar(let text, _): words = text.split(separator: " ").map(String.init)
            case .sequence(let items):
                for item in items.prefix(Limits.commandWords) {
                    if case .scalar(let word, _) = item.content { words.append(word) }
                }
            case .mapping, .null: break
            }
            // Programs of the system differ from machine to machine; files beside the job must not.
            for word in words where !word.isEmpty && !word.hasPrefix("/") {
                if let sha256 = PinnedFiles.sha256("\(folder)/\(word)") { digests[word] = sha256 }
            }
        }
    }

    private mutating func require(_ node: JobNode, path: String) throws(JobError) {
        guard case .scalar(let name, _) = node.content else { return }
        let full = name.hasPrefix("/") ? name : "\(folder)/\(name)"
        guard let sha256 = PinnedFiles.sha256(full) else {
            throw JobError(
                at: node.position, path: path,
                "\(name): there is no such file; where only workers have it, give its SHA-256 in "
                    + "the job")
        }
        digests[name] = sha256
    }
}
