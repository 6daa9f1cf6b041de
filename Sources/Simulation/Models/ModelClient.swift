// SPDX-License-Identifier: Apache-2.0
internal import PoolCore

/// A client in the simulation: the real session, and its connection.
final class ModelClient {
    var session = ClientSession(endpoint: "model")
    var route = Route([])
    var tickAt = Int64.max
    /// Whether nothing comes through in either direction.
    var isCut = false
}

/// What a client wants done about a job.
enum ClientStep: Sendable {
    case submit, watch, fetch, cancel, retry, reprioritise
    /// To so many samples in all.
    case extend(UInt64)
    /// Another client submits a text under the same id.
    case rival(String)
}
