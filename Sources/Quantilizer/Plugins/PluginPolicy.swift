// SPDX-License-Identifier: Apache-2.0

/// Which functions from outside a program computes: what its operator allowed.
///
/// A process rule is a command's words with spaces between; it allows just that command, or, where
/// its last word is `*`, also any further words. A library rule is a path, or a folder that ends in
/// `/` and allows all below it. Paths are compared as they are written in the job, without `.`
/// parts; a job's path with `..` parts is allowed by no folder. An endpoint rule is a URL, or one
/// that ends in `/` and allows all below it.
public struct PluginPolicy: Sendable, Hashable {
    /// Whether everything is allowed, as for a job of one's own on one's own machine.
    public var allowsAll = false
    /// Rules for commands.
    public var processes: [String]
    /// Rules for libraries.
    public var libraries: [String]
    /// Names of Swift functions that the program brings.
    public var functions: [String]
    /// Rules for endpoints.
    public var endpoints: [String] = []

    /// A policy; by default nothing is allowed.
    public init(processes: [String] = [], libraries: [String] = [], functions: [String] = []) {
        self.processes = processes
        self.libraries = libraries
        self.functions = functions
    }

    /// Everything.
    public static let everything: PluginPolicy = {
        var policy = PluginPolicy()
        policy.allowsAll = true
        return policy
    }()

    /// Whether a function may be computed.
    public func allows(_ source: ExternalSource) -> Bool {
        if allowsAll { return true }
        switch source {
        case .process(let process):
            return processes.contains { Self.rule($0, allows: process.command) }
        case .library(let library):
            return libraries.contains { Self.rule($0, allows: library.path) }
        case .swift(let name): return functions.contains(name)
        case .endpoint(let url): return endpoints.contains { Self.rule($0, allowsURL: url) }
        }
    }

    private static func rule(_ rule: String, allows command: [String]) -> Bool {
        let words = rule.split(separator: " ").map(String.init)
        guard let last = words.last else { return false }
        if last == "*" { return words.count > 1 && command.starts(with: words.dropLast()) }
        return command == words
    }

    private static func rule(_ rule: String, allows path: String) -> Bool {
        let plain = plainPath(rule)
        if rule.hasSuffix("/") {
            return path.hasPrefix(plain + "/")
                && !path.split(separator: "/").contains("..")
        }
        return path == plain
    }

    private static func rule(_ rule: String, allowsURL url: String) -> Bool {
        guard let plain = plainURL(rule) else { return false }
        return url == plain || rule.hasSuffix("/") && url.hasPrefix(plain + "/")
    }

    /// A URL without closing slashes; nil where it is none, or holds more than scheme, host, port and
    /// plain path.
    public static func plainURL(_ text: String) -> String? {
        var url = text[...]
        while url.last == "/" { url.removeLast() }
        guard let scheme = ["http://", "https://"].first(where: { url.hasPrefix($0) }),
            url.utf8.count <= Limits.commandBytes
        else { return nil }
        let rest = url.dropFirst(scheme.count)
        let parts = rest.split(separator: "/", omittingEmptySubsequences: false)
        guard let host = parts.first, !host.isEmpty,
            parts.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." }),
            rest.unicodeScalars.allSatisfy({ isPlain($0) })
        else { return nil }
        return String(url)
    }

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9": true
        default: "-._~:/[]!$&'()*+,;=".unicodeScalars.contains(scalar)
        }
    }

    /// A path without `.` parts and doubled or closing slashes.
    static func plainPath(_ path: String) -> String {
        let parts = path.split(separator: "/").filter { $0 != "." }
        return (path.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
    }

    /// The policy as a worker announces it, a rule each.
    public var capabilities: [String] {
        if allowsAll { return ["plugins *"] }
        return processes.map { "process \($0)" } + libraries.map { "library \($0)" }
            + functions.map { "swift \($0)" } + endpoints.map { "endpoint \($0)" }
    }

    /// The policy that a worker announced; capabilities of other kinds are passed over.
    public init(capabilities: [String]) {
        self.init()
        for capability in capabilities {
            let parts = capability.split(separator: " ", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { continue }
            switch parts[0] {
            case "plugins": allowsAll = allowsAll || parts[1] == "*"
            case "process": processes.append(parts[1])
            case "library": libraries.append(parts[1])
            case "swift": functions.append(parts[1])
            case "endpoint": endpoints.append(parts[1])
            default: continue
            }
        }
    }
}
