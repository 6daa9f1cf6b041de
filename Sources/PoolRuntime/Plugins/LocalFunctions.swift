// SPDX-License-Identifier: Apache-2.0
internal import Foundation
internal import PoolCore
public import Quantilizer

/// Runs processes and loads libraries on this machine, as far as a policy allows.
public struct LocalFunctions: FunctionProvider {
    /// What may run.
    public let policy: PluginPolicy
    private let folder: String
    private let log: @Sendable (String) -> Void

    /// Functions of plugins whose paths are relative to a folder, in which processes run too.
    ///
    /// - Parameters:
    ///   - folder: what paths are relative to.
    ///   - policy: what may run.
    ///   - log: told of failures, from any thread.
    public init(
        folder: String, policy: PluginPolicy, log: @escaping @Sendable (String) -> Void
    ) {
        self.folder = URL(fileURLWithPath: folder).standardizedFileURL.path
        self.policy = policy
        self.log = log
    }

    /// The function of a process, which is started once, or of a library, which is loaded.
    ///
    /// - Throws: `FunctionRefusal` where the policy does not allow it, it is none of the two, or it
    ///   cannot be started or loaded.
    public func function(
        _ source: ExternalSource, dimension: Int, name: String
    ) throws(FunctionRefusal) -> any ExternalFunction {
        guard policy.allows(source) else {
            throw FunctionRefusal(
                "`\(source)` is not allowed here: the operator of a worker decides, with "
                    + "`--allow-process` and `--allow-library`")
        }
        switch source {
        case .process(let process):
            let team = ProcessTeam(
                process, name: name, dimension: dimension, folder: folder, log: log)
            try team.start()
            return ProcessFunction(team)
        case .library(let library):
            return try LibraryFunction(
                library, name: name, dimension: dimension, folder: folder, log: log)
        case .swift: throw FunctionRefusal("Swift functions are brought by the program")
        case .endpoint: throw FunctionRefusal("an endpoint is no function")
        }
    }

    /// What makes samples by a process, which is started once.
    ///
    /// - Throws: `FunctionRefusal` where the policy does not allow it, or it cannot be started.
    public func generator(
        _ source: ProcessSource, noise: Int, dimension: Int
    ) throws(FunctionRefusal) -> any SampleGenerator {
        try allow(source)
        let team = ProcessTeam(
            source, name: "base", dimension: noise, results: dimension, folder: folder, log: log)
        try team.start()
        return ProcessGenerator(team, dimension: dimension)
    }

    /// What scores texts by a process, which is started once.
    ///
    /// - Throws: `FunctionRefusal` where the policy does not allow it, it does not speak JSON
    ///   Lines, or it cannot be started.
    public func scorer(
        _ source: ProcessSource, name: String
    ) throws(FunctionRefusal) -> any TextScorer {
        try allow(source)
        guard source.format == .jsonLines else {
            throw FunctionRefusal("a process that scores texts speaks `format: json-lines`")
        }
        let team = ProcessTeam(
            source, name: name, dimension: 0, folder: folder, givesUp: false, log: log)
        try team.start()
        return ProcessScorer(team)
    }

    private func allow(_ source: ProcessSource) throws(FunctionRefusal) {
        guard policy.allows(.process(source)) else {
            throw FunctionRefusal(
                "`\(ExternalSource.process(source))` is not allowed here: the operator of a worker "
                    + "decides, with `--allow-process`")
        }
    }
}

extension JobExtensions {
    /// Everything that a job of one's own may ask for on one's own machine.
    ///
    /// - Parameters:
    ///   - folder: what paths of plugins are relative to, and where processes run.
    ///   - log: told of failures, from any thread.
    public static func local(
        folder: String, log: @escaping @Sendable (String) -> Void
    ) -> JobExtensions {
        var extensions = JobExtensions()
        extensions.provider = LocalFunctions(folder: folder, policy: .everything, log: log)
        extensions.drawsTexts = false
        return extensions
    }

    /// Jobs are read, and plugins neither run nor looked for: for coordinators and clients.
    public static var absent: JobExtensions {
        var extensions = JobExtensions()
        extensions.evaluates = false
        return extensions
    }

    /// What a worker with these extensions announces.
    var capabilities: [String] {
        var policy = provider?.policy ?? PluginPolicy()
        policy.endpoints += texts?.endpointRules ?? []
        policy.functions += functions.keys.sorted()
        return evaluates ? policy.capabilities : []
    }
}

/// Files that a job relies on, compared with what they were when it was read.
enum PinnedFiles {
    /// The largest file that is pinned, in bytes.
    static let maximumBytes = 1 << 30

    static func check(_ files: [PinnedFile], folder: String) throws(FunctionRefusal) {
        for file in files {
            let path = file.path.hasPrefix("/") ? file.path : folder + "/" + file.path
            guard let found = sha256(path) else {
                throw FunctionRefusal("there is no file `\(file.path)` in \(folder)")
            }
            guard found == file.sha256 else {
                throw FunctionRefusal(
                    "the file `\(file.path)` in \(folder) is not the one that the job was made "
                        + "with (SHA-256 \(found.prefix(12))…, not \(file.sha256.prefix(12))…)")
            }
        }
    }

    /// The SHA-256 of a file, nil where it cannot be read whole.
    static func sha256(_ path: String) -> String? {
        // A link counts as what it leads to.
        let full = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        guard
            let attributes = try? FileManager.default.attributesOfItem(atPath: full),
            attributes[.type] as? FileAttributeType == .typeRegular,
            let size = attributes[.size] as? Int, size <= maximumBytes,
            let data = FileManager.default.contents(atPath: path)
        else { return nil }
        return Digest.hexadecimal(data)
    }
}
