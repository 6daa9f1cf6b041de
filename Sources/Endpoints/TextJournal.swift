// SPDX-License-Identifier: Apache-2.0
internal import Foundation
internal import Quantilizer
internal import Sodium
internal import Synchronization

/// Everything that was paid for, in files: whoever draws looks here first, so nothing that was stored
/// is asked for again, whatever was killed in between.
///
/// A stream, all samples that one identity decides, is a folder; each process appends to a file of its
/// own there and reads those of the others. An entry is written before anyone hears of it. What the
/// end of a process cut short is passed over. It is not shared between machines, and nobody empties
/// it: its folder may be deleted whenever nothing runs.
final class TextJournal: Sendable {
    /// Names a sample in a stream.
    struct Key: Hashable, Sendable {
        var index: UInt64
        var word: UInt64
    }

    private struct Place {
        var file: Int
        var offset: UInt64
        var length: Int
    }

    private struct Stream {
        var places: [Key: Place] = [:]
        var files: [String] = []
        /// Bytes read of each file.
        var seen: [UInt64] = []
        var own: FileHandle?
        var ownFile = -1
    }

    private static let magic: [UInt8] = Array("QPTJ0001".utf8)
    private static let headerBytes = 28
    private static let entryBytes = 16 << 20

    /// The folder.
    let folder: String
    private let name = "\(ProcessInfo.processInfo.processIdentifier)-\(UUID().uuidString).journal"
    private let streams = Mutex<[String: Stream]>([:])

    /// A journal in a folder, which is made where it is not there.
    init(folder: String) throws(FunctionRefusal) {
        self.folder = folder
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        } catch {
            throw FunctionRefusal(
                "the journal's folder \(folder) cannot be made, so texts that were paid for could be "
                    + "lost: name another with --journal")
        }
        guard FileManager.default.isWritableFile(atPath: folder) else {
            throw FunctionRefusal(
                "the journal's folder \(folder) cannot be written: name another with --journal")
        }
    }

    /// The name of the stream of an identity.
    static func stream(_ identity: String) -> String {
        SHA256.hexadecimal(SHA256.hash(Array(identity.utf8)).prefix(16))
    }

    /// 64 bits that stand for tokens.
    static func digest(of tokens: [SampleRecord.Token]) -> UInt64 {
        var hash = SHA256()
        for token in tokens {
            hash.update("\(token.text.utf8.count) \(token.text)")
        }
        return hash.finalized().prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// What is stored of these samples, by any process.
    func entries(_ stream: String, _ keys: [Key]) -> [Key: [UInt8]] {
        streams.withLock { streams in
            var known = streams[stream] ?? Stream()
            let place = "\(folder)/\(stream)"
            readOn(&known, place)
            var result: [Key: [UInt8]] = [:]
            var handles: [Int: FileHandle] = [:]
            for key in keys {
                guard let found = known.places[key] else { continue }
                if found.length == 0 {
                    result[key] = []
                    continue
                }
                let handle =
                    handles[found.file]
                    ?? FileHandle(forReadingAtPath: "\(place)/\(known.files[found.file])")
                handles[found.file] = handle
                guard let handle, (try? handle.seek(toOffset: found.offset)) != nil,
                    let data = try? handle.read(upToCount: found.length),
                    data.count == found.length
                else { continue }
                result[key] = Array(data)
            }
            for handle in handles.values { try? handle.close() }
            streams[stream] = known
            return result
        }
    }

    /// Reads what was added to the stream's files since the last look.
    private func readOn(_ known: inout Stream, _ folder: String) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        for name in names.sorted() where name.hasSuffix(".journal") {
            let number: Int
            if let found = known.files.firstIndex(of: name) {
                number = found
            } else {
                number = known.files.count
                known.files.append(name)
                known.seen.append(0)
            }
            guard number != known.ownFile,
                let handle = FileHandle(forReadingAtPath: "\(folder)/\(name)")
            else { continue }
            defer { try? handle.close() }
            var position = known.seen[number]
            guard (try? handle.seek(toOffset: position)) != nil,
                let data = try? handle.readToEnd()
            else { continue }
            let bytes = Array(data)
            var at = 0
            if position == 0 {
                guard bytes.starts(with: Self.magic) else { continue }
                at = Self.magic.count
            }
            let start = position
            while at + Self.headerBytes <= bytes.count {
                let length = Int(Self.word(bytes, at, bytes: 4))
                let body = at + Self.headerBytes
                guard length <= Self.entryBytes, body + length <= bytes.count,
                    Self.check(bytes[body..<body + length]) == Self.word(bytes, at + 20, bytes: 8)
                else { break }
                let key = Key(
                    index: Self.word(bytes, at + 4, bytes: 8),
                    word: Self.word(bytes, at + 12, bytes: 8))
                known.places[key] = Place(
                    file: number, offset: start + UInt64(body), length: length)
                at = body + length
            }
            position = start + UInt64(at)
            known.seen[number] = position
        }
    }

    /// Stores a sample.
    ///
    /// - Throws: where the disk does not take it.
    func store(_ stream: String, _ key: Key, _ bytes: [UInt8]) throws {
        try streams.withLock { streams in
            var known = streams[stream] ?? Stream()
            defer { streams[stream] = known }
            let place = "\(folder)/\(stream)"
            if known.own == nil {
                try FileManager.default.createDirectory(
                    atPath: place, withIntermediateDirectories: true,
                    attributes: [.posixPermissions: 0o700])
                guard
                    FileManager.default.createFile(
                        atPath: "\(place)/\(name)", contents: Data(Self.magic),
                        attributes: [.posixPermissions: 0o600])
                else { throw CocoaError(.fileWriteUnknown) }
                known.own = FileHandle(forWritingAtPath: "\(place)/\(name)")
                known.ownFile = known.files.count
                known.files.append(name)
                known.seen.append(UInt64(Self.magic.count))
            }
            guard let own = known.own else { throw CocoaError(.fileWriteUnknown) }
            var entry: [UInt8] = []
            Self.append(UInt64(bytes.count), bytes: 4, to: &entry)
            Self.append(key.index, bytes: 8, to: &entry)
            Self.append(key.word, bytes: 8, to: &entry)
            Self.append(Self.check(bytes[...]), bytes: 8, to: &entry)
            let offset = known.seen[known.ownFile]
            try own.seek(toOffset: offset)
            try own.write(contentsOf: Data(entry + bytes))
            known.places[key] = Place(
                file: known.ownFile, offset: offset + UInt64(entry.count), length: bytes.count)
            known.seen[known.ownFile] = offset + UInt64(entry.count + bytes.count)
        }
    }

    /// Sees to it that what was stored outlives the machine's power too.
    func flush(_ stream: String) {
        let own = streams.withLock { $0[stream]?.own }
        try? own?.synchronize()
    }

    // MARK: Bytes

    /// FNV-1a: it finds what was cut short, not what was forged.
    private static func check(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }

    private static func word(_ bytes: [UInt8], _ start: Int, bytes count: Int) -> UInt64 {
        (0..<count).reduce(0) { $0 | UInt64(bytes[start + $1]) << UInt64(8 * $1) }
    }

    private static func append(_ word: UInt64, bytes count: Int, to list: inout [UInt8]) {
        for byte in 0..<count { list.append(UInt8(truncatingIfNeeded: word >> UInt64(8 * byte))) }
    }
}
