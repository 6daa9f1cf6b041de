// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// Tells of failures, each kind once; when it is closed it says how often those came that came again.
final class PluginLog: Sendable {
    /// Kinds that are told.
    private static let most = 20

    private struct Kind {
        var words: String
        var count = 1
    }

    private let name: String
    private let say: @Sendable (String) -> Void
    /// nil where it is closed.
    private let kinds = Mutex<[String: Kind]?>([:])

    /// - Parameter name: what fails, as the job calls it.
    init(_ name: String, _ say: @escaping @Sendable (String) -> Void) {
        self.name = name
        self.say = say
    }

    deinit { close() }

    /// Says how often failures came, and tells of no more.
    func close() {
        let again = kinds.withLock { kinds in
            defer { kinds = nil }
            return (kinds ?? [:]).values.filter { $0.count > 1 }.sorted { $0.words < $1.words }
        }
        for kind in again {
            say("`\(name)`: \(Self.short(kind.words)): \(kind.count) times in all")
        }
    }

    /// Tells of a failure, and what follows from it, unless one of its kind was told.
    func failed(_ reason: String, _ consequence: String) {
        let isNew = kinds.withLock { kinds in
            let key = Self.kind(reason)
            guard let told = kinds else { return false }
            if told[key] != nil {
                kinds?[key]?.count += 1
                return false
            }
            guard told.count < Self.most else { return false }
            kinds?[key] = Kind(words: reason)
            return true
        }
        if isNew { say("`\(name)`: \(consequence): \(reason)") }
    }

    /// A reason without its numbers, which differ from sample to sample.
    private static func kind(_ reason: String) -> String {
        reason.filter { !$0.isNumber && !"+-.".contains($0) }
    }

    /// A reason on one line: how it ended, and the last thing that it said.
    static func short(_ reason: String) -> String {
        let lines = reason.split(separator: "\n")
        guard let first = lines.first, let last = lines.last, lines.count > 1 else { return reason }
        let head = first.split(separator: ";").first ?? first
        return "\(head) (\(last.trimmingPrefix { $0 == " " }))"
    }
}
