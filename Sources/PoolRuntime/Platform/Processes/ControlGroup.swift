// SPDX-License-Identifier: Apache-2.0

/// What the control groups of this process allow it: a share of the cores, and memory.
///
/// A limit of any group above counts as well; the least is what there is. Containers and batch systems
/// set them, and `taskset` does not.
///
/// Reference: Linux, "Control Group v2" (`cpu.max`, `memory.max`) and "CFS Bandwidth Control" (version 1).
struct ControlGroup {
    /// Cores' worth of time, as 1.5; nil where there is no limit.
    private(set) var cores: Double?
    /// Bytes of memory; nil where there is no limit.
    private(set) var memoryBytes: UInt64?

    /// Reads files by a function that gives a file's text, nil where there is none.
    init(read: (String) -> String?) {
        for line in (read("/proc/self/cgroup") ?? "").split(separator: "\n") {
            let parts = line.split(
                separator: ":", maxSplits: 2, omittingEmptySubsequences: false
            ).map(String.init)
            guard parts.count == 3 else { continue }
            let controllers = parts[1].split(separator: ",")
            for mount in Self.mounts(of: controllers.map(String.init), read) {
                // In a container the group may be named as its host names it.
                for path in Self.ancestors(of: parts[2]) {
                    if parts[1].isEmpty {
                        limit(cores: Self.share(read("\(mount)\(path)/cpu.max")))
                        limit(memory: Self.number(read("\(mount)\(path)/memory.max")))
                    } else if controllers.contains("cpu") {
                        let quota = Self.number(read("\(mount)\(path)/cpu.cfs_quota_us"))
                        let period = Self.number(read("\(mount)\(path)/cpu.cfs_period_us"))
                        if let quota, let period, quota > 0, period > 0 {
                            limit(cores: Double(quota) / Double(period))
                        }
                    } else if controllers.contains("memory") {
                        limit(memory: Self.number(read("\(mount)\(path)/memory.limit_in_bytes")))
                    }
                }
            }
        }
    }

    private mutating func limit(cores limit: Double?) {
        guard let limit else { return }
        cores = min(cores ?? limit, limit)
    }

    private mutating func limit(memory limit: UInt64?) {
        // Version 1 says "none" by a number near the largest.
        guard let limit, limit > 0, limit < 1 << 60 else { return }
        memoryBytes = min(memoryBytes ?? limit, limit)
    }

    /// Where a hierarchy is mounted: that of version 2 where no controllers are named.
    private static func mounts(of controllers: [String], _ read: (String) -> String?) -> [String] {
        (read("/proc/self/mountinfo") ?? "").split(separator: "\n").compactMap { line in
            let halves = line.components(around: " - ")
            let words = halves.first?.split(separator: " ") ?? []
            let kind = halves.last?.split(separator: " ") ?? []
            guard halves.count == 2, words.count >= 5, kind.count >= 3 else { return nil }
            let options = kind[2].split(separator: ",").map(String.init)
            let isOurs =
                controllers.isEmpty
                ? kind[0] == "cgroup2"
                : kind[0] == "cgroup" && controllers.allSatisfy(options.contains)
            return isOurs ? String(words[4]) : nil
        }
    }

    /// A group and those above it, the last of them the root, which is empty.
    private static func ancestors(of path: String) -> [String] {
        var parts = path.split(separator: "/")
        var result: [String] = []
        while !parts.isEmpty {
            result.append("/" + parts.joined(separator: "/"))
            parts.removeLast()
        }
        return result + [""]
    }

    /// Cores' worth of time of `150000 100000`; nil of `max 100000`.
    private static func share(_ text: String?) -> Double? {
        let words = (text ?? "").split { $0 == " " || $0 == "\n" }.map { Double($0) }
        guard words.count == 2, let quota = words[0], let period = words[1], quota > 0, period > 0
        else { return nil }
        return quota / period
    }

    /// A number; nil of `max` and of `-1`.
    private static func number(_ text: String?) -> UInt64? {
        text.flatMap { UInt64($0.filter { !$0.isWhitespace }) }
    }
}

extension Substring {
    /// The two parts around the first place where a separator stands; the whole where it does not.
    fileprivate func components(around separator: String) -> [Substring] {
        guard let place = firstRange(of: separator) else { return [self] }
        return [self[..<place.lowerBound], self[place.upperBound...]]
    }
}
