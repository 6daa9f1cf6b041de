// SPDX-License-Identifier: Apache-2.0
internal import Quantilizer
internal import Synchronization

/// The tokens that an endpoint reads prompts as, each asked for once.
final class PromptTokens: Sendable {
    private static let most = 4_096

    private let known = Mutex<[String: [String]]>([:])

    /// The tokens of a prompt, and what asking took.
    func tokens(
        of prompt: String, _ source: TextSource, _ caller: EndpointCaller
    ) async -> EndpointCaller.Outcome<[String]> {
        if let tokens = known.withLock({ $0[prompt] }) {
            return EndpointCaller.Outcome(result: .success(tokens))
        }
        let outcome = await caller.call(
            source.endpoints, path: "/completions", body: EndpointWords.echo(source, prompt)
        ) { bytes throws(Malformed) in try EndpointWords.tokens(bytes, prompt: prompt) }
        if case .success(let tokens) = outcome.result {
            known.withLock { known in
                if known.count >= Self.most { known.removeAll() }
                known[prompt] = tokens
            }
        }
        return outcome
    }
}
