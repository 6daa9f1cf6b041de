// SPDX-License-Identifier: Apache-2.0
internal import CProcess
public import PoolCore

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// A program that runs beside this one, and ends with this value and with this process, however that
/// ends: a guard of its own sees to it.
public final class GuardedChild {
    /// Its number, while it is not ended.
    public let processNumber: Int32
    private var process: qp_process

    /// Starts a program, searched in PATH unless it has a slash.
    ///
    /// - Throws: `PoolFailure` with the system's words where it cannot be started.
    public init(_ command: [String]) throws(PoolFailure) {
        var started = qp_process()
        let words = unsafe command.map { unsafe strdup($0) }
        defer { unsafe words.forEach { unsafe free($0) } }
        let arguments = unsafe words.map { unsafe UnsafePointer($0) } + [nil]
        let number = unsafe qp_start_apart(arguments, &started)
        guard number == 0 else {
            let words = unsafe String(cString: strerror(number))
            throw PoolFailure(
                .fault, "\(command.first ?? "") cannot be started: \(words)",
                remedy: "is it there?")
        }
        process = started
        processNumber = started.child
    }

    /// What it says on standard error next, a line or more; nil when it says no more.
    public func said() -> String? {
        var bytes = [UInt8](repeating: 0, count: 4_096)
        while true {
            let count = unsafe read(process.error, &bytes, bytes.count)
            if count > 0 { return String(decoding: bytes.prefix(count), as: UTF8.self) }
            if count == 0 || errno != EINTR { return nil }
        }
    }

    /// What has to be drained so that it never waits: a thread reads and forgets what else it says.
    public func forgetTheRest() {
        let descriptor = dup(process.error)
        guard descriptor >= 0 else { return }
        Drain.start(descriptor)
    }

    /// Sends it a signal.
    public func signal(_ number: Int32) { kill(processNumber, number) }

    deinit {
        kill(processNumber, SIGTERM)
        var (status, number) = (Int32(0), Int32(0))
        unsafe qp_end(&process, 0, &status, &number)
    }
}
