// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// The jobs that a process is at work on, in a file that outlives the process: whoever starts next
/// knows at what it died.
///
/// It is not forced to the disk, and a failure to write it loses nothing but that knowledge.
final class AtWorkFile: Sendable {
    private static let mostBytes = 1 << 20

    private let descriptor: Int32
    /// What was in it when it was opened.
    let jobs: [String]

    /// Opens a file, made where it is missing, for its owner alone.
    init(_ path: String) throws(CommitLedger.Trouble) {
        let opened = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard opened >= 0 else {
            throw CommitLedger.Trouble(
                words: unsafe String(cString: strerror(errno)), isFull: false)
        }
        descriptor = opened
        var bytes = [UInt8](repeating: 0, count: Self.mostBytes)
        let count = unsafe pread(opened, &bytes, bytes.count, 0)
        let text = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
        jobs = text.split(separator: "\n").map(String.init)
    }

    deinit { close(descriptor) }

    /// Replaces what is in it.
    func write(_ jobs: [String]) {
        let text = Array(jobs.joined(separator: "\n").utf8.prefix(Self.mostBytes))
        guard ftruncate(descriptor, 0) == 0, !text.isEmpty else { return }
        _ = unsafe pwrite(descriptor, text, text.count, 0)
    }
}
