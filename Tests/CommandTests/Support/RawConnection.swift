// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A TCP connection to loopback without ZeroMQ, for bytes that ZeroMQ would not send.
final class RawConnection {
    private let descriptor: Int32

    /// Connects; nil where nobody listens or no descriptor is left.
    init?(port: UInt16) {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        if connected != 0 {
            close(descriptor)
            return nil
        }
        var limit = timeval(tv_sec: 1, tv_usec: 0)
        setsockopt(
            descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    /// Sends what fits; false where the other side has closed.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) >= 0
    }

    deinit { close(descriptor) }

    /// The 64 bytes that open a ZMTP 3.1 connection.
    static func greeting(mechanism: String) -> [UInt8] {
        var bytes: [UInt8] = [0xFF] + [UInt8](repeating: 0, count: 8) + [0x7F, 3, 1]
        bytes += Array(mechanism.utf8) + [UInt8](repeating: 0, count: 20 - mechanism.utf8.count)
        return bytes + [UInt8](repeating: 0, count: 32)
    }

    /// What a DEALER says after the greeting where there is no encryption.
    static let ready: [UInt8] = {
        let property: [UInt8] =
            [11] + Array("Socket-Type".utf8) + [0, 0, 0, 6] + Array("DEALER".utf8)
        let body: [UInt8] = [5] + Array("READY".utf8) + property
        return [4, UInt8(body.count)] + body
    }()
}
