// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// TCP as the HTTP server needs it: descriptors that never block.
enum HTTPSocket {
    /// Why nobody can listen there.
    struct Failure: Error, Hashable {
        /// Whether somebody else listens there already.
        let isTaken: Bool
        /// The system's words.
        let words: String
    }

    /// What came by a connection.
    enum Received {
        case bytes([UInt8])
        /// Nothing now.
        case nothing
        /// The other side has gone.
        case ended
    }

    /// Listens at a numeric address; port 0 takes any that is free.
    ///
    /// - Returns: the descriptor, and the port.
    static func listen(host: String, port: UInt16) throws(Failure) -> (Int32, UInt16) {
        var hints = unsafe addrinfo()
        unsafe hints.ai_family = AF_UNSPEC
        #if canImport(Glibc)
            let kind = Int32(SOCK_STREAM.rawValue)
        #else
            let kind = SOCK_STREAM
        #endif
        unsafe hints.ai_socktype = kind
        unsafe hints.ai_flags = AI_NUMERICHOST | AI_PASSIVE | AI_NUMERICSERV
        var found: UnsafeMutablePointer<addrinfo>? = nil
        let wrong = unsafe getaddrinfo(host, "\(port)", &hints, &found)
        guard wrong == 0, let info = unsafe found else {
            throw Failure(isTaken: false, words: "it is not an address of this machine")
        }
        defer { unsafe freeaddrinfo(info) }
        let descriptor = unsafe socket(info.pointee.ai_family, kind, 0)
        guard descriptor >= 0 else { throw failure() }
        var one: Int32 = 1
        _ = unsafe setsockopt(
            descriptor, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
        guard unsafe bind(descriptor, info.pointee.ai_addr, info.pointee.ai_addrlen) == 0,
            systemListen(descriptor, 128) == 0, prepare(descriptor)
        else {
            let failure = failure()
            close(descriptor)
            throw failure
        }
        return (descriptor, boundPort(descriptor) ?? port)
    }

    private static func systemListen(_ descriptor: Int32, _ backlog: Int32) -> Int32 {
        #if canImport(Glibc)
            Glibc.listen(descriptor, backlog)
        #elseif canImport(Musl)
            Musl.listen(descriptor, backlog)
        #else
            Darwin.listen(descriptor, backlog)
        #endif
    }

    private static func boundPort(_ descriptor: Int32) -> UInt16? {
        var address = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { general in
                guard unsafe getsockname(descriptor, general, &length) == 0 else { return nil }
                // The port stands at the same place in both families.
                return unsafe UInt16(
                    bigEndian: UnsafeRawPointer(general).load(fromByteOffset: 2, as: UInt16.self))
            }
        }
    }

    private static func prepare(_ descriptor: Int32) -> Bool {
        fcntl(descriptor, F_SETFL, O_NONBLOCK) == 0 && fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0
    }

    private static func failure() -> Failure {
        Failure(
            isTaken: errno == EADDRINUSE, words: unsafe String(cString: strerror(errno)))
    }

    /// The next connection that waits; nil where none does.
    static func accept(_ listener: Int32) -> Int32? {
        #if canImport(Glibc)
            let descriptor = Glibc.accept(listener, nil, nil)
        #elseif canImport(Musl)
            let descriptor = Musl.accept(listener, nil, nil)
        #else
            let descriptor = Darwin.accept(listener, nil, nil)
        #endif
        guard descriptor >= 0 else { return nil }
        guard prepare(descriptor) else {
            close(descriptor)
            return nil
        }
        return descriptor
    }

    /// Takes at most so many bytes.
    static func receive(_ descriptor: Int32, most: Int) -> Received {
        var buffer = [UInt8](repeating: 0, count: most)
        let count = unsafe recv(descriptor, &buffer, most, 0)
        if count > 0 { return .bytes(Array(buffer.prefix(count))) }
        if count < 0, errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR { return .nothing }
        return .ended
    }

    /// Sends what the system takes of the bytes from a place on; nil where the other side has gone.
    static func send(_ descriptor: Int32, _ bytes: [UInt8], from start: Int) -> Int? {
        #if canImport(Darwin)
            let flags: Int32 = 0
        #else
            let flags = Int32(MSG_NOSIGNAL)
        #endif
        let count = unsafe bytes.withUnsafeBytes { bytes in
            let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[start...])
            #if canImport(Glibc)
                return unsafe Glibc.send(descriptor, rest.baseAddress, rest.count, flags)
            #elseif canImport(Musl)
                return unsafe Musl.send(descriptor, rest.baseAddress, rest.count, flags)
            #else
                return unsafe Darwin.send(descriptor, rest.baseAddress, rest.count, flags)
            #endif
        }
        if count >= 0 { return count }
        return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? 0 : nil
    }

    /// Says that nothing more will be sent.
    static func finishSending(_ descriptor: Int32) { _ = shutdown(descriptor, Int32(SHUT_WR)) }

    /// Ends a connection, or stops listening.
    static func close(_ descriptor: Int32) {
        #if canImport(Glibc)
            _ = Glibc.close(descriptor)
        #elseif canImport(Musl)
            _ = Musl.close(descriptor)
        #else
            _ = Darwin.close(descriptor)
        #endif
    }
}

/// What a thread waits for at its descriptors.
struct DescriptorSet {
    private var entries: [pollfd] = []

    mutating func removeAll() { entries.removeAll(keepingCapacity: true) }

    /// Adds a descriptor; the system tells of its end in any case.
    mutating func add(_ descriptor: Int32, reads: Bool, writes: Bool) {
        let events = (reads ? Int16(POLLIN) : 0) | (writes ? Int16(POLLOUT) : 0)
        entries.append(pollfd(fd: descriptor, events: events, revents: 0))
    }

    /// Waits; the descriptors at which something is to be done, with whether they can be read and
    /// written.
    mutating func wait(milliseconds: Int32) -> [(descriptor: Int32, reads: Bool, writes: Bool)] {
        guard unsafe poll(&entries, nfds_t(entries.count), milliseconds) > 0 else { return [] }
        return entries.filter { $0.revents != 0 }.map { entry in
            let ended = entry.revents & Int16(POLLHUP | POLLERR | POLLNVAL) != 0
            return (
                entry.fd, ended || entry.revents & Int16(POLLIN) != 0,
                entry.revents & Int16(POLLOUT) != 0
            )
        }
    }
}

/// Wakes a thread that waits at descriptors.
final class WakePipe: Sendable {
    let readEnd: Int32
    private let writeEnd: Int32

    /// Nil where no descriptor is left.
    init?() {
        var ends: [Int32] = [-1, -1]
        guard unsafe pipe(&ends) == 0 else { return nil }
        for end in ends {
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
        readEnd = ends[0]
        writeEnd = ends[1]
    }

    deinit {
        HTTPSocket.close(readEnd)
        HTTPSocket.close(writeEnd)
    }

    /// From any thread; a pipe that is full has been written to.
    func signal() {
        var byte: UInt8 = 1
        _ = unsafe write(writeEnd, &byte, 1)
    }

    func clear() {
        var bytes = [UInt8](repeating: 0, count: 64)
        while unsafe read(readEnd, &bytes, bytes.count) > 0 {}
    }
}
