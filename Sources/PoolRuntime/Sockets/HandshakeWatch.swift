// SPDX-License-Identifier: Apache-2.0
internal import PoolCore
internal import ZeroMQ

/// Tells a worker or a client that it will never be let in, where it would wait in vain.
///
/// libzmq does not connect again after a refusal, and tries for ever where the other side hangs up in
/// the handshake. Hanging up may also be a proxy's before a coordinator that is down: it ends a client
/// whose handshake has never succeeded, and is a worker's to say and to wait.
struct HandshakeWatch {
    /// Handshakes that break off before it counts as a refusal.
    static let breaks = 4

    /// Whether broken handshakes are said, and not the end.
    let isPatient: Bool
    /// What shall be said, once.
    private(set) var complaint: PoolFailure?
    /// Whether a handshake has ended well.
    private(set) var hasSucceeded = false
    private var broken = 0

    init(isPatient: Bool) { self.isPatient = isPatient }

    /// Takes what shall be said.
    mutating func takeComplaint() -> PoolFailure? {
        defer { complaint = nil }
        return complaint
    }

    /// Takes what a monitor heard; the failure where there is no hope.
    mutating func take(_ events: [HandshakeEvent], endpoint: String) -> PoolFailure? {
        for event in events {
            switch event {
            case .succeeded: hasSucceeded = true
            case .refused:
                return PoolFailure(
                    .refused, "the coordinator at \(endpoint) does not let this key in",
                    remedy: "have a connection file made with `qpool keygen` at the coordinator, "
                        + "or its line put back into the allow-list")
            case .mechanismMismatch:
                return PoolFailure(
                    .refused,
                    "the coordinator at \(endpoint) and this side do not agree whether to encrypt",
                    remedy:
                        "use the connection file of this coordinator; for one without keys, its "
                        + "plain endpoint")
            case .wrongKey, .malformed, .abandoned:
                broken += 1
                guard broken == Self.breaks, !hasSucceeded else { continue }
                let failure = PoolFailure(
                    .refused,
                    "the coordinator at \(endpoint) breaks off every handshake: it has another key "
                        + "than this side expects, or wants encryption, or is none",
                    remedy: "use a connection file that `qpool keygen` made at this coordinator")
                if !isPatient { return failure }
                complaint = failure
            }
        }
        return nil
    }
}
