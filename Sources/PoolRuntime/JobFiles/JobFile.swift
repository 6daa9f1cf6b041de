// SPDX-License-Identifier: Apache-2.0
import Foundation
public import PoolCore
public import Quantilizer

/// A job as read from disk: its tree, and the data files that it names.
public struct JobFile: Sendable {
    /// The path as given; `-` is standard input.
    public var path: String
    /// The job's text.
    public var text: String
    /// The job's tree.
    public var node: JobNode
    /// The data files it names, read whole.
    public var resources: JobResources
    /// The folder that its files are relative to.
    public var folder: String
    /// Whether the tree was changed, so that ``text`` is not that of the job.
    private var isChanged = false

    /// Reads a job file and the data files it names (relative to the job file's folder).
    ///
    /// - Parameters:
    ///   - path: the file; `-` is standard input.
    ///   - settings: changes of the tree, in order, before anything is made of it; ``text`` is that of
    ///     the file all the same.
    /// - Throws: `JobError`; put ``path`` before its places, but where they are
    ///   ``JobSetting/position``.
    public init(path: String, settings: [JobSetting] = []) throws(JobError) {
        let text = try Self.text(path: path)
        var node = try JobText.parse(text)
        for setting in settings { node = try setting.applied(to: node) }
        try self.init(node: node, text: text, path: path)
        isChanged = !settings.isEmpty
    }

    /// The job as it travels to a coordinator: as its author wrote it, or with every default filled in
    /// where settings changed it.
    public func package(of spec: JobSpec) -> JobPackage {
        JobPackage(
            text: isChanged ? spec.normalised.text(pretty: true) + "\n" : text,
            resources: resources)
    }

    /// A job whose tree is read already; reads the data files it names, relative to the folder of `path`.
    init(node: JobNode, text: String, path: String) throws(JobError) {
        self.path = path
        self.text = text
        self.node = node
        folder =
            path == "-"
            ? FileManager.default.currentDirectoryPath
            : URL(fileURLWithPath: path).deletingLastPathComponent().path
        resources = JobResources(tables: try Self.tables(named: node, folder: folder))
        var plugins = PluginFiles(folder: folder)
        try plugins.collect(node, path: "")
        for (name, sha256) in plugins.digests {
            resources.setFileDigest(name, sha256: sha256)
        }
    }

    /// The text of a file, or of standard input for `-`.
    static func text(path: String) throws(JobError) -> String {
        let data: Data
        do {
            data =
                path == "-"
                ? try FileHandle.standardInput.readToEnd() ?? Data()
                : try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw JobError(
                at: nil, path: "", "cannot be read: \(FileProblem.describe(error, path))")
        }
        guard let text = String(data: data, encoding: .utf8) else {
            throw JobError(at: nil, path: "", "is not UTF-8 text")
        }
        return text
    }

    /// Reads every table that the tree names, where the language says that a table is named.
    private static func tables(
        named node: JobNode, folder: String
    ) throws(JobError) -> [String: DataTable] {
        var wanted: [String: TableRequest] = [:]
        TableRequest.collect(from: node, path: "", into: &wanted)
        var tables: [String: DataTable] = [:]
        for (name, request) in wanted.sorted(by: { $0.key < $1.key }) {
            let full = name.hasPrefix("/") ? name : folder + "/" + name
            do {
                tables[name] = try TableFile.read(path: full, columns: request.columns)
            } catch {
                throw JobError(
                    at: request.position, path: request.path, "\(name): \(error.message)")
            }
        }
        return tables
    }
}

/// A data file that a job names, and which of its columns the job uses.
struct TableRequest {
    var position: SourcePosition
    var path: String
    /// The columns named, nil for all.
    var columns: [String]?

    static func collect(
        from node: JobNode, path: String, into wanted: inout [String: TableRequest]
    ) {
        switch node.content {
        case .sequence(let items):
            for (i, item) in items.enumerated() {
                collect(from: item, path: "\(path)[\(i)]", into: &wanted)
            }
        case .mapping(let pairs):
            for pair in pairs {
                let inner = path.isEmpty ? pair.key : "\(path).\(pair.key)"
                if let file = JobLanguage.tableKeys[pair.key],
                    case .mapping(let fields) = pair.value.content
                {
                    add(fields, file: file, path: inner, into: &wanted)
                }
                collect(from: pair.value, path: inner, into: &wanted)
            }
        case .scalar, .null:
            break
        }
    }

    private static func add(
        _ fields: [(key: String, keyPosition: SourcePosition, value: JobNode)], file key: String,
        path: String, into wanted: inout [String: TableRequest]
    ) {
        guard let file = fields.first(where: { $0.key == key }),
            case .scalar(let name, _) = file.value.content
        else { return }
        var columns: [String]?
        for field in fields where ["columns", "column", "weights"].contains(field.key) {
            switch field.value.content {
            case .scalar(let column, _): columns = (columns ?? []) + [column]
            case .sequence(let items):
                for item in items {
                    if case .scalar(let column, _) = item.content {
                        columns = (columns ?? []) + [column]
                    }
                }
            case .mapping, .null: break
            }
        }
        if !fields.contains(where: { $0.key == "columns" || $0.key == "column" }) {
            columns = nil
        }
        if let earlier = wanted[name] {
            let both = earlier.columns.flatMap { first in columns.map { first + $0 } }
            wanted[name]?.columns = both
        } else {
            wanted[name] = TableRequest(
                position: file.value.position, path: "\(path).\(key)", columns: columns)
        }
    }
}
