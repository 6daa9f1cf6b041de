// SPDX-License-Identifier: Apache-2.0
import Foundation
public import PoolCore
internal import Quantilizer

/// What a user set once for every command, in a YAML file of their own: pools by name, threads, files.
///
///     pool: lab
///     pools:
///       lab: { connect: client-ann.yaml }
///       bench: { connect: "tcp://10.0.0.5:7411", allow-plaintext: true, timeout: 30 }
///     threads: 8
///
/// Flags and environment variables win over it. Relative paths in it are relative to its own folder.
public struct UserConfiguration: Sendable, Hashable {
    /// A coordinator with a name.
    public struct Pool: Sendable, Hashable {
        /// The name.
        public var name: String
        /// A connection file, or an endpoint for plain TCP.
        public var connect: String
        /// Whether an endpoint beyond this machine is taken without encryption; nil where nothing is said.
        public var allowsPlaintext: Bool?
        /// Seconds to wait for an answer; nil where nothing is said.
        public var timeout: Double?
    }

    /// The file, whether it is there or not.
    public var path: String
    /// Whether it is there.
    public var isThere = false
    /// The pool that is meant where nobody names one.
    public var pool: String?
    /// The pools, in the order of the file.
    public var pools: [Pool] = []
    /// Threads to compute on.
    public var threads: Int?
    /// The folder where paid texts are kept.
    public var journal: String?
    /// The file with keys of endpoints.
    public var endpointKeys: String?

    /// The largest file, in bytes.
    private static let bytesLimit = 1 << 20

    /// The user's own file: `QPOOL_CONFIG`, else `qpool/config.yaml` in the user's folder of
    /// configurations. That there is none is no error, unless the variable names it.
    ///
    /// - Throws: `SecurityError` with the place of what is wrong.
    public init(environment: [String: String]) throws(SecurityError) {
        if let named = environment["QPOOL_CONFIG"], !named.isEmpty {
            try self.init(path: named)
            guard isThere else {
                throw SecurityError(
                    .file, place: named, "QPOOL_CONFIG names it, and it is not there",
                    remedy: "write it, or unset QPOOL_CONFIG")
            }
            return
        }
        try self.init(path: Self.usualPath(environment))
    }

    /// A file; an empty configuration where it is not there.
    ///
    /// - Throws: `SecurityError` with the place where it cannot be read, is no YAML of at most 1
    ///   MB, or has an unknown key.
    public init(path: String) throws(SecurityError) {
        self.path = path
        guard FileManager.default.fileExists(atPath: path) else { return }
        isThere = true
        let data: Data
        do {
            data = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw SecurityError(
                .file, place: path, "it cannot be read: \(FileProblem.describe(error, path))",
                remedy: "mend its rights, or remove it")
        }
        guard data.count <= Self.bytesLimit, let text = String(data: data, encoding: .utf8) else {
            throw SecurityError(
                .content, place: path, "it is not UTF-8 text of at most 1 MB", remedy: Self.remedy)
        }
        guard text.contains(where: { !$0.isWhitespace }) else { return }
        do throws(JobError) {
            try read(try JobText.parse(text))
        } catch {
            let first = error.diagnostics[0]
            throw SecurityError(
                .content, place: path, line: first.position?.line,
                first.path.isEmpty ? first.message : "\(first.path): \(first.message)",
                remedy: Self.remedy)
        }
    }

    private static let remedy = "`qpool config --help` shows such a file"

    private static func usualPath(_ environment: [String: String]) -> String {
        if let folder = environment["XDG_CONFIG_HOME"], folder.hasPrefix("/") {
            return folder + "/qpool/config.yaml"
        }
        let home = environment["HOME"] ?? FileManager.default.homeDirectoryForCurrentUser.path
        return home + "/.config/qpool/config.yaml"
    }

    private mutating func read(_ node: JobNode) throws(JobError) {
        var map = JobMapping(
            node, path: "", keys: ["pool", "pools", "threads", "journal", "endpoint-keys"])
        func text(_ key: String) -> String? { map.has(key) ? map.string(key) : nil }
        pool = text("pool")
        threads = map.has("threads") ? map.integer("threads", in: 1...4096) : nil
        journal = text("journal").map(located)
        endpointKeys = text("endpoint-keys").map(located)
        if let node = map["pools"] {
            if case .mapping(let entries) = node.content {
                for entry in entries {
                    if let pool = map.collect({ () throws(JobError) in
                        try readPool(entry.key, entry.value)
                    }) {
                        pools.append(pool)
                    }
                }
            } else {
                map.note(
                    "pools", "expected names with `connect`, as { lab: { connect: lab.yaml } }")
            }
        }
        if let pool, map.has("pools"), !pools.contains(where: { $0.name == pool }) {
            map.note(
                "pool",
                "there is no pool `\(pool)`: \(NearestName.hint(pool, among: pools.map(\.name)))")
        }
        try map.finish()
    }

    private func readPool(_ name: String, _ node: JobNode) throws(JobError) -> Pool {
        var map = JobMapping(
            node, path: "pools.\(name)", keys: ["connect", "allow-plaintext", "timeout"])
        let connect = map.string("connect")
        let allows = map.has("allow-plaintext") ? map.boolean("allow-plaintext") : nil
        let seconds = map.has("timeout") ? map.string("timeout") : nil
        let timeout = seconds.flatMap(Double.init)
        if seconds != nil, !(timeout.map { $0 > 0 && $0 < 1e6 } ?? false) {
            map.note("timeout", "expected seconds above 0")
        }
        try map.finish()
        guard let connect else { preconditionFailure("a missing key was noted") }
        let isEndpoint =
            connect.contains("://")
            || (Endpoint.hasPort(connect)
                && !FileManager.default.fileExists(atPath: located(connect)))
        return Pool(
            name: name, connect: isEndpoint ? connect : located(connect), allowsPlaintext: allows,
            timeout: timeout)
    }

    /// A path as it is from anywhere.
    private func located(_ path: String) -> String {
        if path.hasPrefix("~/") {
            return FileManager.default.homeDirectoryForCurrentUser.path + path.dropFirst()
        }
        return path.hasPrefix("/")
            ? path : URL(fileURLWithPath: self.path).deletingLastPathComponent().path + "/" + path
    }

    /// The pool of a name.
    ///
    /// - Throws: where the file has none, with the nearest name.
    public func pool(named name: String, place: String) throws(SecurityError) -> Pool {
        if let pool = pools.first(where: { $0.name == name }) { return pool }
        throw SecurityError(
            .usage, place: place,
            pools.isEmpty
                ? "there is no pool `\(name)`: \(path) \(isThere ? "names none" : "is not there")"
                : "there is no pool `\(name)` in \(path): "
                    + NearestName.hint(name, among: pools.map(\.name)),
            remedy: "`qpool config` shows where each setting comes from")
    }
}
