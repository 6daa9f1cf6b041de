// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// A lock of one process on a path, given up by the system when the process ends, however it ends.
struct FileLock: ~Copyable {
    /// Why there is no lock.
    enum Refusal: Error, Hashable {
        /// Another process has it; its number, where it wrote one.
        case held(by: Int?)
        /// The file cannot be opened or locked; the system's words.
        case impossible(String)
    }

    private let descriptor: Int32

    /// Locks a file, made where it is missing, and writes this process's number into it.
    init(_ path: String) throws(Refusal) {
        let opened = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard opened >= 0 else { throw .impossible(FileLock.words(errno)) }
        guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
            let number = errno
            defer { close(opened) }
            guard number == EWOULDBLOCK else { throw .impossible(FileLock.words(number)) }
            throw .held(by: FileLock.owner(opened))
        }
        descriptor = opened
        // The number is for people only: a full disk does not matter here.
        let text = Array("\(getpid())\n".utf8)
        if ftruncate(opened, 0) == 0 { _ = unsafe pwrite(opened, text, text.count, 0) }
    }

    /// Locks a file itself, whatever name leads to it, and makes it this user's alone: made where it is
    /// missing, and closed to others where it was open.
    init(itself path: String) throws(Refusal) {
        let opened = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard opened >= 0 else { throw .impossible(FileLock.words(errno)) }
        guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
            let number = errno
            defer { close(opened) }
            guard number == EWOULDBLOCK else { throw .impossible(FileLock.words(number)) }
            throw .held(by: nil)
        }
        descriptor = opened
        var status = stat()
        if unsafe fstat(opened, &status) == 0, status.st_mode & 0o077 != 0,
            status.st_uid == geteuid()
        {
            _ = fchmod(opened, 0o600)
        }
    }

    deinit { close(descriptor) }

    private static func owner(_ descriptor: Int32) -> Int? {
        var bytes = [UInt8](repeating: 0, count: 24)
        let count = unsafe pread(descriptor, &bytes, bytes.count, 0)
        guard count > 0 else { return nil }
        return Int(String(decoding: bytes.prefix(count).prefix { $0 != 10 }, as: UTF8.self))
    }

    private static func words(_ number: Int32) -> String {
        unsafe String(cString: strerror(number))
    }
}
