// SPDX-License-Identifier: Apache-2.0
internal import Quantilizer

/// A party that sent wrong results: nothing of it is taken any more.
public struct Quarantine: Sendable, Hashable {
    /// Whom it binds: a key, or where there are no keys the id of a worker.
    public var party: String
    /// The worker that was caught.
    public var worker: String
    /// Its host, as it said.
    public var host: String
    /// What it did, for people.
    public var reason: String

    /// A quarantine.
    public init(party: String, worker: String, host: String, reason: String) {
        self.party = party
        self.worker = worker
        self.host = host
        self.reason = reason
    }
}
