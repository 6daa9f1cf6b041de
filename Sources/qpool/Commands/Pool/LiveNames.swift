// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import PoolCore
import PoolRuntime

/// Names that a shell completes by asking for them as they are now. Whatever fails completes nothing: a
/// shell that waits for its user has no place for messages.
enum LiveNames {
    /// Seconds that a completion may take.
    private static let patience = 1.0
    /// The most that are offered.
    private static let most = 200

    /// Ids of jobs of the coordinator that the command line means.
    static let jobs = CompletionKind.custom { words, _, _ in
        guard let options = try? ConnectOptions.parse(Self.connecting(words)) else { return [] }
        guard let connection = try? Settings.coordinator(of: options).resolve(),
            (try? Reachability.check(connection.endpoint, within: .zero)) != nil,
            let client = try? PoolClient(
                endpoint: connection.endpoint, security: connection.security,
                timeout: .seconds(Self.patience)),
            let jobs = try? await client.jobs(limit: Self.most).jobs
        else { return [] }
        return jobs.map(\.id)
    }

    /// Names of pools in the user's configuration.
    static let pools = CompletionKind.custom { _, _, _ in
        ((try? Settings.configuration().pools) ?? []).map(\.name)
    }

    /// The options that say where the coordinator is, among the words of a command line.
    private static func connecting(_ words: [String]) -> [String] {
        var found: [String] = []
        for (word, next) in zip(words, words.dropFirst() + [""]) {
            if ["--connect", "--pool"].contains(word), !next.isEmpty { found += [word, next] }
            if word.hasPrefix("--connect=") || word.hasPrefix("--pool=") { found.append(word) }
            if word == "--allow-plaintext" { found.append(word) }
        }
        return found
    }
}
