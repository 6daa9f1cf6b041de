// SPDX-License-Identifier: Apache-2.0
internal import CProcess
#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Why a stream of this process took nothing more.
public struct StreamFailure: Error, Hashable {
    /// Whether whoever read it has gone, as `head` does.
    public let isReaderGone: Bool
    /// The system's words.
    public let words: String

    init(_ number: Int32) {
        isReaderGone = number == EPIPE
        words = unsafe String(cString: strerror(number))
    }
}

/// A stream that this process was started with. SIGPIPE must be ignored.
public enum StandardStream: Int32, Sendable {
    /// Answers.
    case output = 1
    /// Progress and messages.
    case error = 2

    /// True where a terminal stands at its other end.
    public var isTerminal: Bool { isatty(rawValue) == 1 }

    /// The columns of that terminal at this moment; nil where it does not say.
    public var columns: Int? {
        let columns = Int(qp_terminal_columns(rawValue))
        return columns > 0 ? columns : nil
    }

    /// Writes all bytes.
    ///
    /// - Throws: ``StreamFailure`` where the stream took nothing more.
    public func write(_ bytes: [UInt8]) throws(StreamFailure) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { bytes in
                #if canImport(Glibc)
                    unsafe Glibc.write(rawValue, bytes.baseAddress, bytes.count)
                #elseif canImport(Musl)
                    unsafe Musl.write(rawValue, bytes.baseAddress, bytes.count)
                #else
                    unsafe Darwin.write(rawValue, bytes.baseAddress, bytes.count)
                #endif
            }
            if count >= 0 {
                rest = rest.dropFirst(count)
                continue
            }
            switch errno {
            case EINTR: continue
            case EAGAIN:
                // Somebody who shares the stream made it so.
                var ready = pollfd(fd: rawValue, events: Int16(POLLOUT), revents: 0)
                _ = unsafe poll(&ready, 1, 1_000)
            default: throw StreamFailure(errno)
            }
        }
    }

    /// Closes it: some systems say only then that what was written is lost.
    ///
    /// - Throws: ``StreamFailure`` with what the system said.
    public func finish() throws(StreamFailure) {
        if close(rawValue) != 0, errno != EINTR, errno != EBADF { throw StreamFailure(errno) }
    }

    /// Puts something in the place of streams that this process was started without, or the first
    /// file that is opened takes it, and gets what is meant for people. Answers cannot be written then.
    public static func fillGaps() {
        for descriptor: Int32 in 0...2 where fcntl(descriptor, F_GETFD) < 0 {
            let mode = descriptor == StandardStream.error.rawValue ? O_WRONLY : O_RDONLY
            _ = unsafe open("/dev/null", mode)
        }
    }
}
