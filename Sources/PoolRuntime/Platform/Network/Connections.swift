// SPDX-License-Identifier: Apache-2.0
internal import CProcess

/// TCP connections of this process, as the system sees them.
enum Connections {
    /// One that came in.
    struct Incoming {
        let descriptor: Int32
        let peerPort: UInt16
        /// Bytes that came by it and were taken from the system.
        let received: UInt64
    }

    /// Those that came in at a local port; none where the system does not tell.
    static func incoming(port: UInt16) -> [Incoming] {
        var room = 64
        while true {
            var buffer = [qp_connection](repeating: qp_connection(), count: room)
            let count = unsafe qp_connections(port, &buffer, room)
            if count <= room {
                return buffer.prefix(count).map {
                    Incoming(descriptor: $0.fd, peerPort: $0.peer_port, received: $0.received)
                }
            }
            room = count + 64
        }
    }

    /// The port of a connection's other end, 0 where it has none.
    static func peerPort(_ descriptor: Int32) -> UInt16 { qp_peer_port(descriptor) }

    /// Bytes that a connection's other end has taken, nil where the system does not tell.
    static func acknowledged(_ descriptor: Int32) -> UInt64? {
        let bytes = qp_acknowledged_bytes(descriptor)
        return bytes == .max ? nil : bytes
    }

    /// Ends a connection, if it is still that one.
    static func cut(_ descriptor: Int32, peerPort: UInt16) {
        qp_cut_connection(descriptor, peerPort)
    }

    /// Ends a connection, if it is still that one.
    static func cut(_ connection: Incoming) {
        qp_cut_connection(connection.descriptor, connection.peerPort)
    }

    /// Bytes of memory that this process occupies, 0 where the system does not tell.
    static var residentBytes: UInt64 { qp_resident_bytes() }
}
