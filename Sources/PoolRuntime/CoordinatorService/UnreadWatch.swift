// SPDX-License-Identifier: Apache-2.0
internal import ZeroMQ

/// Bounds the memory that peers can fill with what nobody has read.
///
/// libzmq counts whole messages: it takes a message of any number of frames into memory before anybody
/// can read it, and `unread` messages more. So what each connection brought, as the system counts it, is
/// compared with what was read of it. It costs a look at the process's memory a few times a second, and
/// at the connections only while that is above the budget. Then those with the most unread are cut
///
/// - while the unread bytes of all are more than the budget;
/// - one at each look, where memory grew by more than the budget since little was unread, and what is
///   unread can be the cause: an empty frame takes 2 bytes on the way and 64 here.
struct UnreadWatch: Sendable {
    /// What was read of a connection.
    private struct Reading {
        let route: [UInt8]
        let peerPort: UInt16
        let since: Int64
        var bytes: UInt64
    }

    private static let nanosecondsBetweenLooks: Int64 = 250_000_000
    /// Heartbeats of libzmq, a second, rounded up.
    private static let idleBytesPerSecond: UInt64 = 16
    /// Greeting, handshake, and what came while this looked.
    private static let least: UInt64 = 1 << 16

    /// The most that a byte on the way takes in memory.
    private static let swelling: UInt64 = 32

    private let port: UInt16
    private let budget: UInt64
    private var readings: [Int32: Reading] = [:]
    /// The process's memory when little was unread last.
    private var calmBytes = UInt64.max
    /// Looks after which what was freed is given back to the system.
    private var looksToTrim = 0
    /// When it looks next.
    private(set) var deadline: Int64 = 0

    /// A watch over what comes in at an endpoint; nil where that is not TCP.
    init?(_ endpoint: String, budget: UInt64) {
        guard endpoint.hasPrefix("tcp://"), let colon = endpoint.lastIndex(of: ":"),
            let port = UInt16(endpoint[endpoint.index(after: colon)...]), budget < .max
        else { return nil }
        self.port = port
        self.budget = budget
    }

    /// A message was read.
    mutating func read(_ message: AuthenticatedMessage, at now: Int64) {
        guard let descriptor = message.descriptor, let route = message.frames.first else { return }
        let bytes = message.wireBytes
        if readings[descriptor]?.route == route {
            readings[descriptor]?.bytes += bytes
        } else {
            readings[descriptor] = Reading(
                route: route, peerPort: Connections.peerPort(descriptor), since: now, bytes: bytes)
        }
    }

    /// Cuts whoever has too much unread; what to tell of it.
    mutating func look(at now: Int64) -> [String] {
        guard now >= deadline else { return [] }
        deadline = now + Self.nanosecondsBetweenLooks
        let resident = Connections.residentBytes
        guard resident > budget else {
            calmBytes = .max
            return []
        }
        // At the first look above it, all that there is may be what peers sent.
        if calmBytes == .max { calmBytes = 0 }
        var found = Connections.incoming(port: port).map { ($0, unread($0, now)) }
        var total = found.reduce(0) { $0 + $1.1 }
        let cause = total * Self.swelling
        if cause < budget / 8 { calmBytes = resident }
        let grown = resident - min(resident, calmBytes)
        var isSuspect = grown > budget && cause >= grown
        var lines: [String] = []
        found.sort { $0.1 > $1.1 }
        for (connection, bytes) in found {
            guard total > budget || isSuspect, bytes > Self.least else { break }
            isSuspect = false
            Connections.cut(connection)
            looksToTrim = 32
            readings[connection.descriptor] = nil
            total -= bytes
            lines.append(
                "a connection from port \(connection.peerPort) is cut: \(bytes >> 10) KB that it "
                    + "sent are unread, and memory is at \(resident >> 20) MB")
        }
        return lines
    }

    /// Whether freed memory should be given back now: a while after a connection was cut, whose
    /// messages libzmq frees on a thread of its own, every second.
    mutating func wantsTrim() -> Bool {
        looksToTrim = max(0, looksToTrim - 1)
        return looksToTrim % 4 == 3
    }

    private func unread(_ connection: Connections.Incoming, _ now: Int64) -> UInt64 {
        var known: UInt64 = 0
        if let reading = readings[connection.descriptor], reading.peerPort == connection.peerPort {
            let seconds = UInt64(max(0, now - reading.since)) / 1_000_000_000
            known = reading.bytes + seconds * Self.idleBytesPerSecond
        }
        return connection.received - min(connection.received, known)
    }
}
