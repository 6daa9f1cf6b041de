// SPDX-License-Identifier: Apache-2.0
internal import Foundation
internal import PoolCore

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Files whose access rights matter: made with them, and checked on the open descriptor, so that
/// nothing can be exchanged between the look and the reading.
enum GuardedFile {
    /// Who must be kept from what.
    enum Guard {
        /// Nobody else may read it: it holds a secret.
        case secret
        /// Nobody else may write it: it says who comes in.
        case trusted
    }

    /// What tells that a file has changed.
    struct Stamp: Hashable, Sendable {
        var inode: UInt64
        var bytes: Int64
        var seconds: Int64
        var nanoseconds: Int64
    }

    /// Reads a whole file of at most `limit` bytes.
    static func read(
        _ path: String, _ wanted: Guard, limit: Int
    ) throws(SecurityError) -> (bytes: [UInt8], stamp: Stamp) {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw failure(path, "cannot be read", errno) }
        defer { close(descriptor) }
        let status = try check(descriptor, path, wanted)
        return (try contents(descriptor, path, limit: limit), stamp(status))
    }

    /// What tells that the file has changed; nil where there is none that can be looked at.
    static func stamp(_ path: String) -> Stamp? {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return nil }
        return stamp(status)
    }

    /// Makes a file that was not there, with its rights from the first moment.
    static func create(
        _ path: String, _ wanted: Guard, _ text: String
    ) throws(SecurityError) {
        let mode: mode_t = wanted == .secret ? 0o600 : 0o644
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else {
            let number = errno
            if number == EEXIST {
                throw SecurityError(
                    .taken, place: path, "it is there already, and may be in use",
                    remedy: "choose another path, or remove it if nobody needs it")
            }
            throw failure(path, "cannot be made", number)
        }
        defer { close(descriptor) }
        do throws(SecurityError) {
            try write(descriptor, path, text)
            if fsync(descriptor) != 0 { throw failure(path, "cannot be written", errno) }
        } catch {
            _ = unsafe unlink(path)
            throw error
        }
    }

    /// Lengthens a trusted file by what `line` makes of its content, while nobody else does so.
    static func append(
        _ path: String, limit: Int, _ line: ([UInt8]) throws(SecurityError) -> String
    ) throws(SecurityError) {
        let descriptor = unsafe open(path, O_RDWR | O_APPEND | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path, "cannot be written", errno) }
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_EX) == 0 else {
            throw failure(path, "cannot be locked", errno)
        }
        _ = try check(descriptor, path, .trusted)
        let old = try contents(descriptor, path, limit: limit)
        let separator = old.isEmpty || old.last == UInt8(ascii: "\n") ? "" : "\n"
        try write(descriptor, path, separator + line(old) + "\n")
        if fsync(descriptor) != 0 { throw failure(path, "cannot be written", errno) }
    }

    /// Makes a folder that only its owner may enter, unless it is there.
    static func makeFolder(_ path: String) throws(SecurityError) {
        if unsafe mkdir(path, 0o700) == 0 || errno == EEXIST { return }
        throw failure(path, "cannot be made", errno)
    }

    private static func check(
        _ descriptor: Int32, _ path: String, _ wanted: Guard
    ) throws(SecurityError) -> stat {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else {
            throw failure(path, "cannot be read", errno)
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw SecurityError(
                .file, place: path, "it is not a file", remedy: "give the path of a key file")
        }
        let mode = status.st_mode & 0o777
        let shown = "mode 0" + String(mode, radix: 8)
        guard status.st_uid == geteuid() || status.st_uid == 0 else {
            throw SecurityError(
                .mode, place: path, "it belongs to another user, who can change it",
                remedy: "copy it to a file of your own")
        }
        // Secrets that an orchestrator mounts belong to root and reach us through their group.
        let mounted = status.st_uid == 0 && geteuid() != 0
        switch wanted {
        case .secret where mode & (mounted ? 0o037 : 0o077) != 0:
            throw SecurityError(
                .mode, place: path, "others may read or write it (\(shown))",
                remedy: "chmod 600 \(path)")
        case .trusted where mode & 0o022 != 0:
            throw SecurityError(
                .mode, place: path, "others may write it, and so let anybody in (\(shown))",
                remedy: "chmod 644 \(path)")
        case .secret, .trusted: return status
        }
    }

    private static func contents(
        _ descriptor: Int32, _ path: String, limit: Int
    ) throws(SecurityError) -> [UInt8] {
        do {
            let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: false)
            let data = try file.read(upToCount: limit + 1) ?? Data()
            guard data.count <= limit else {
                throw SecurityError(
                    .content, place: path, "it has more than \(limit) bytes",
                    remedy: "give a file that `qpool keygen` made")
            }
            return [UInt8](data)
        } catch let error as SecurityError {
            throw error
        } catch {
            throw failure(path, "cannot be read", errno)
        }
    }

    private static func write(
        _ descriptor: Int32, _ path: String, _ text: String
    ) throws(SecurityError) {
        do {
            let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: false)
            try file.write(contentsOf: Data(text.utf8))
        } catch {
            throw failure(path, "cannot be written", errno)
        }
    }

    private static func stamp(_ status: stat) -> Stamp {
        #if canImport(Darwin)
            let time = status.st_mtimespec
        #else
            let time = status.st_mtim
        #endif
        return Stamp(
            inode: UInt64(status.st_ino), bytes: Int64(status.st_size),
            seconds: Int64(time.tv_sec), nanoseconds: Int64(time.tv_nsec))
    }

    private static func failure(_ path: String, _ what: String, _ number: Int32) -> SecurityError {
        let reason =
            switch number {
            case ENOENT: "there is no such file or folder"
            case EACCES, EPERM: "no permission"
            case EISDIR: "it is a folder"
            case ENOSPC: "the disk is full"
            case EROFS: "the disk is read-only"
            default:
                String(
                    describing: POSIXErrorCode(rawValue: number).map { "\($0)" }
                        ?? "errno \(number)")
            }
        let remedy =
            switch number {
            case ENOENT: "look at the path; `qpool keygen` makes key files"
            case EACCES, EPERM: "run as the file's owner"
            default: "look at the path and its disk"
            }
        return SecurityError(.file, place: path, "\(what): \(reason)", remedy: remedy)
    }
}
