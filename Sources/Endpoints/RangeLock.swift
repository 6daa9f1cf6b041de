// SPDX-License-Identifier: Apache-2.0
internal import Foundation
internal import Quantilizer

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// The right to draw a range, among all that share a journal: a worker that was thought dead and the
/// one that got its lease do not pay for the same texts. The system gives it up when a process ends.
final class RangeLock: Sendable {
    /// Ranges share so many files; those that share one wait for each other.
    private static let files: UInt64 = 64
    private static let patience = Duration.milliseconds(50)

    private let handle: FileHandle

    private init(_ handle: FileHandle) { self.handle = handle }

    /// Waits for the lock of the range that an index lies in; nil where there can be none, or
    /// `isOver` says that nobody waits any more.
    static func take(
        _ folder: String, index: UInt64, isOver: @Sendable () -> Bool
    ) async -> RangeLock? {
        try? FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        let path = "\(folder)/\(index / UInt64(BlockLanes.count) % files).lock"
        if !FileManager.default.fileExists(atPath: path) {
            _ = FileManager.default.createFile(
                atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
        }
        guard let handle = FileHandle(forUpdatingAtPath: path) else { return nil }
        while flock(handle.fileDescriptor, LOCK_EX | LOCK_NB) != 0 {
            if isOver() { return nil }
            try? await Task.sleep(for: patience)
        }
        return RangeLock(handle)
    }

    /// Lets others draw.
    func release() { try? handle.close() }
}

/// Samples of a block, which a lease has at least.
enum BlockLanes {
    static let count = 256
}
