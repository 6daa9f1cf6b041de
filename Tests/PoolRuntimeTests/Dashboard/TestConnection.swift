// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// A TCP connection that a test reads and writes as it likes.
final class TestConnection {
    private let descriptor: Int32
    private var buffer: [UInt8] = []

    struct NotConnected: Error {}

    init(port: UInt16) throws {
        #if canImport(Glibc)
            descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
            descriptor = socket(AF_INET, SOCK_STREAM, 0)
        #endif
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw NotConnected() }
    }

    deinit { close(descriptor) }

    func send(_ text: String) {
        let bytes = Array(text.utf8)
        _ = Foundation.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    /// Whether something came, or the other side has gone.
    var hasInput: Bool { wait(milliseconds: 0) }

    private func wait(milliseconds: Int32) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&entry, 1, milliseconds) > 0
    }

    private func more() -> Bool {
        guard wait(milliseconds: 15_000) else { return false }
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = recv(descriptor, &bytes, bytes.count, 0)
        guard count > 0 else { return false }
        buffer += bytes.prefix(count)
        return true
    }

    /// Text up to and with a piece; what there is where it does not come.
    func read(until piece: String) -> String {
        let wanted = Array(piece.utf8)
        repeat {
            if let end = buffer.firstRange(of: wanted)?.upperBound {
                defer { buffer.removeFirst(end) }
                return String(decoding: buffer[..<end], as: UTF8.self)
            }
        } while more()
        return String(decoding: buffer, as: UTF8.self)
    }

    func readToEnd() -> [UInt8] {
        while more() {}
        return buffer
    }
}
