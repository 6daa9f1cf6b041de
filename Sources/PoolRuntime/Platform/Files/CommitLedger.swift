// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// How many commits a store has acknowledged, in a file beside it.
///
/// A write-ahead log that is damaged ends early, and looks like one whose last commits never were. So
/// each commit is counted here, on the disk, before anybody is told of it: a store that has fewer is
/// short, and one that has as many and another seal is not the one that was written.
///
/// Two places of the file are written in turn, so that a torn write leaves the other.
final class CommitLedger: Sendable {
    /// A commit: its number from 1, and the seal of all rows after it.
    struct Entry: Equatable {
        var count: UInt64
        var seal: UInt64
    }

    /// What a file holds.
    enum Content: Equatable {
        case missing
        case entry(Entry)
        case damaged
    }

    /// Why it cannot be opened or written: the system's words.
    struct Trouble: Error {
        let words: String
        let isFull: Bool
    }

    private static let magic: UInt64 = 0x7365_756d_6d6f_6351
    private static let slotBytes = 512
    private static let words = 4

    private let descriptor: Int32

    /// Opens a file, made where it is missing, for its owner alone.
    init(_ path: String) throws(Trouble) {
        let opened = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard opened >= 0 else { throw CommitLedger.trouble() }
        descriptor = opened
    }

    deinit { close(descriptor) }

    /// What it holds: of two entries that are whole the later one.
    func content() -> Content {
        var entries: [Entry] = []
        var isEmpty = true
        for slot in 0..<2 {
            var record = [UInt64](repeating: 0, count: Self.words)
            let size = Self.words * 8
            let got = unsafe record.withUnsafeMutableBytes {
                unsafe pread(descriptor, $0.baseAddress, size, off_t(slot * Self.slotBytes))
            }
            if got > 0, record.contains(where: { $0 != 0 }) { isEmpty = false }
            guard got == size else { continue }
            let entry = Entry(
                count: UInt64(littleEndian: record[1]), seal: UInt64(littleEndian: record[2]))
            guard record == Self.record(entry), entry.count % 2 == UInt64(slot) else { continue }
            entries.append(entry)
        }
        if let latest = entries.max(by: { $0.count < $1.count }) { return .entry(latest) }
        return isEmpty ? .missing : .damaged
    }

    /// Writes an entry and forces it to the disk.
    func write(_ entry: Entry) throws(Trouble) {
        let record = Self.record(entry)
        let size = Self.words * 8
        let place = off_t(Int(entry.count % 2) * Self.slotBytes)
        let put = unsafe record.withUnsafeBytes {
            unsafe pwrite(descriptor, $0.baseAddress, size, place)
        }
        guard put == size, Self.force(descriptor) else { throw Self.trouble() }
    }

    /// Begins anew with an entry, whatever was there.
    func begin(_ entry: Entry) throws(Trouble) {
        guard ftruncate(descriptor, 0) == 0 else { throw Self.trouble() }
        try write(entry)
    }

    private static func force(_ descriptor: Int32) -> Bool {
        #if canImport(Darwin)
            fcntl(descriptor, F_FULLFSYNC) == 0
        #else
            fdatasync(descriptor) == 0
        #endif
    }

    private static func record(_ entry: Entry) -> [UInt64] {
        let check = (entry.count &* 0x9e37_79b9_7f4a_7c15) ^ entry.seal.byteSwapped ^ magic
        return [magic, entry.count, entry.seal, check &* 0xff51_afd7_ed55_8ccd].map(\.littleEndian)
    }

    private static func trouble() -> Trouble {
        let number = errno
        return Trouble(
            words: unsafe String(cString: strerror(number)),
            isFull: number == ENOSPC || number == EDQUOT)
    }
}
