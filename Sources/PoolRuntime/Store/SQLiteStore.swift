// SPDX-License-Identifier: Apache-2.0
internal import Dispatch
internal import Foundation
public import PoolCore
internal import SQLite
internal import Synchronization

/// A store in one SQLite file: what a coordinator accepted and acknowledged survives its end,
/// `kill -9` and a power failure included.
///
///     let store = try SQLiteStore(path: "qpool.sqlite")
///     let coordinator = try CoordinatorService(.init(endpoint: endpoint, store: store, …))
///
/// It is not shared: a lock file beside it keeps a second coordinator away. Reading it meanwhile,
/// for a backup, is allowed.
///
/// Each batch is one transaction, forced to the disk before its completion is called.
///
/// **Complexity**: the file holds each job's text, its latest checkpoint and partials of about the
/// checkpoint's size, or its result: it grows with what jobs hold, not with their work.
public final class SQLiteStore: JobStore, Sendable {
    /// The file.
    public let path: String
    /// Where what is asked of the file is done, in the order in which it was asked.
    private let queue = DispatchQueue(label: "qpool.store")
    /// The connection, used on `queue` alone.
    private let connection: Mutex<SQLiteDatabase?>
    private let lock: Mutex<Locks?>
    private let ledger: CommitLedger
    private let interrupted: AtWorkFile

    /// The database, and what was written to it last.
    public var sizes: [String: UInt64] {
        var sizes: [String: UInt64] = [:]
        for (name, ending) in [("database", ""), ("log", "-wal"), ("commits", ".commits")] {
            // A file that is not there has no size.
            guard let found = try? FileManager.default.attributesOfItem(atPath: path + ending),
                let bytes = found[.size] as? UInt64
            else { continue }
            sizes[name] = bytes
        }
        return sizes
    }

    private struct Locks: ~Copyable {
        let name: FileLock
        let file: FileLock
    }

    /// Opens a file, or makes it where it is missing.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - accepting: takes a file that is short, or of which nobody knows whether it is, as it is.
    /// - Throws: `PoolFailure` with code `storeInUse` where another coordinator has it, `version`
    ///   where a newer qpool made it or one that computes other bits left work unfinished, `store`
    ///   where it is something else, damaged, short of what was acknowledged, or cannot be written. A
    ///   file that is refused is not changed.
    public convenience init(path: String, accepting: Bool = false) throws(PoolFailure) {
        try self.init(path: path, accepting: accepting, fingerprint: Sentinel.fingerprint)
    }

    /// - Parameter maximumPages: the size at which the disk counts as full, for tests.
    /// - Parameter fingerprint: the arithmetic of what will be computed, see `Sentinel`.
    init(
        path: String, maximumPages: Int? = nil, accepting: Bool = false,
        fingerprint: String = Sentinel.fingerprint
    ) throws(PoolFailure) {
        let path = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        self.path = path
        try Self.checkPresence(path)
        do throws(FileLock.Refusal) {
            // The name's lock says who has it; the file's own finds other names of it.
            lock = Mutex(
                Locks(name: try FileLock(path + ".lock"), file: try FileLock(itself: path)))
        } catch {
            throw SQLiteStore.failure(error, path)
        }
        do {
            let version = try Self.inspect(path, accepting: accepting)
            let hadSeal = version >= StoreSeal.firstVersion
            let database = try Self.open(path, .readWrite)
            let ledger = try CommitLedger(path + ".commits")
            let interrupted = try AtWorkFile(path + ".working")
            let suspects = interrupted.jobs
            try StoreSchema.prepare(database, isNew: version == 0)
            try database.transaction(.immediate) {
                try StoreSchema.migrate(database, from: version)
                try StoreSchema.adopt(fingerprint, database, path)
                if accepting { try StoreSeal.apply(database) }
                for job in suspects {
                    try database.run(
                        """
                        UPDATE jobs SET crashes = crashes + 1 WHERE id = ?
                        AND position NOT IN (SELECT job FROM endings)
                        """, [job])
                }
                try database.run("UPDATE commits SET count = count + 1")
            }
            if let maximumPages { try database.run("PRAGMA max_page_count = \(maximumPages)") }
            let entry = try StoreSeal.entry(database)
            if accepting || !hadSeal { try ledger.begin(entry) } else { try ledger.write(entry) }
            interrupted.write([])
            connection = Mutex(database)
            self.ledger = ledger
            self.interrupted = interrupted
        } catch {
            throw StoreTrouble.failure(error, path)
        }
    }

    /// A connection that waits for a backup or a reader, who may hold the file for a moment.
    private static func open(
        _ path: String, _ access: SQLiteDatabase.Access
    ) throws -> SQLiteDatabase {
        let database = try SQLiteDatabase(path: path, access, busySeconds: 5)
        try StoreSeal.install(database)
        return database
    }

    /// Looks at a file before anything may change it, its log included: whose it is, and whether it is
    /// whole. Returns its version.
    private static func inspect(_ path: String, accepting: Bool) throws -> Int {
        let reader = try open(path, .readOnly)
        let version = try reader.transaction(.deferred) {
            let version = try StoreSchema.inspect(reader, path)
            guard !accepting else { return version }
            if version >= StoreSeal.firstVersion {
                try checkWhole(reader, path)
            } else {
                try checkYoung(path)
            }
            return version
        }
        try reader.close()
        return version
    }

    /// Does something with the connection, after all that was asked before.
    private func ask<Answer>(
        _ body: (SQLiteDatabase) throws -> sending Answer
    ) throws(PoolFailure) -> Answer {
        do {
            return try queue.sync {
                try connection.withLock { try body(Self.opened($0)) }
            }
        } catch {
            throw StoreTrouble.failure(error, path)
        }
    }

    private static func opened(_ connection: SQLiteDatabase?) throws(SQLiteError) -> SQLiteDatabase
    {
        guard let connection else { throw SQLiteError(.cannotOpen, "the store was closed") }
        return connection
    }

    /// Refuses a place where a store was: its log or its count are there, and the file is not.
    private static func checkPresence(_ path: String) throws(PoolFailure) {
        func bytes(_ path: String) -> Int {
            GuardedFile.stamp(path).map { Int(clamping: $0.bytes) } ?? 0
        }
        guard bytes(path) == 0 else { return }
        for beside in [path + "-wal", path + ".commits"] where bytes(beside) > 0 {
            throw StoreTrouble.missing(path, beside: beside)
        }
    }

    /// Refuses a file that is empty, or of a version without a count, and has a count beside it: its
    /// first commits are in a log that is damaged.
    private static func checkYoung(_ path: String) throws {
        switch try CommitLedger(path + ".commits").content() {
        case .missing: return
        case .damaged: throw StoreTrouble.uncounted(path, has: 0, isDamaged: true)
        case .entry(let told):
            throw StoreTrouble.short(path, has: 0, acknowledged: told.count)
        }
    }

    /// Refuses a file that is short of what was acknowledged, or whose rows changed on the disk. The
    /// ledger may be a commit behind: a commit is counted after it is durable, and before it is told.
    private static func checkWhole(_ database: SQLiteDatabase, _ path: String) throws {
        let entry = try StoreSeal.entry(database)
        guard try UInt64(bitPattern: StoreSeal.computed(database)) == entry.seal else {
            throw StoreTrouble.unsealed(path)
        }
        switch try CommitLedger(path + ".commits").content() {
        // Ended between its making, which is the first commit, and the count: nobody was told of any.
        case .missing where entry.count <= 1: return
        case .missing: throw StoreTrouble.uncounted(path, has: entry.count, isDamaged: false)
        case .damaged: throw StoreTrouble.uncounted(path, has: entry.count, isDamaged: true)
        case .entry(let told):
            guard entry.count >= told.count else {
                throw StoreTrouble.short(path, has: entry.count, acknowledged: told.count)
            }
            guard entry.count > told.count || entry.seal == told.seal else {
                throw StoreTrouble.unsealed(path)
            }
        }
    }

    private static func failure(_ refusal: FileLock.Refusal, _ path: String) -> PoolFailure {
        switch refusal {
        case .held(let owner):
            PoolFailure(
                .storeInUse,
                "another coordinator\(owner.map { " (process \($0))" } ?? "") keeps its jobs in "
                    + path,
                remedy: "stop it first, or name another file with --store")
        case .impossible(let words):
            PoolFailure(
                .store, "the store \(path) cannot be opened or made: \(words)",
                remedy: "name a file in a folder that exists and that this user may write")
        }
    }

    /// Every job that was stored and not forgotten, in order of acceptance.
    ///
    /// - Throws: `PoolFailure` where the file cannot be read, or a row is not what was written.
    public func load() throws(PoolFailure) -> [StoredJob] {
        try ask { database in
            try database.transaction(.deferred) { try StoreRows.jobs(database, path) }
        }
    }

    /// Every party that was shut out.
    ///
    /// - Throws: `PoolFailure` where the file cannot be read.
    public func quarantined() throws(PoolFailure) -> [Quarantine] {
        try ask { try StoreRows.quarantined($0) }
    }

    /// Writes records in one transaction, all or none, and forces them to the disk.
    public func commit(
        _ records: [StoreRecord],
        completion: @escaping @Sendable (Result<Void, PoolFailure>) -> Void
    ) {
        queue.async { [self] in
            do {
                try connection.withLock { connection in
                    let database = try Self.opened(connection)
                    let entry = try database.transaction(.immediate) {
                        for record in records { try StoreRows.write(record, database) }
                        try database.run("UPDATE commits SET count = count + 1")
                        return try StoreSeal.entry(database)
                    }
                    try acknowledge(entry)
                }
                completion(.success(()))
            } catch {
                return completion(.failure(StoreTrouble.failure(error, path)))
            }
            if records.contains(where: \.frees) {
                connection.withLock { if let database = $0 { Self.shrink(database) } }
            }
        }
    }

    /// Counts a commit that is durable, before anybody is told of it.
    private func acknowledge(_ entry: CommitLedger.Entry) throws {
        try ledger.write(entry)
    }

    /// Says which jobs are being worked at: not forced to the disk, since it is about the end of this
    /// process alone.
    public func atWork(_ jobs: [String]) { interrupted.write(jobs) }

    /// Gives space back to the disk once most of the file is free. A failure here loses nothing:
    /// it is tried again when the next job ends.
    private static func shrink(_ database: SQLiteDatabase) {
        guard
            let free = try? database.first("PRAGMA freelist_count")?.integer("freelist_count"),
            let pages = try? database.first("PRAGMA page_count")?.integer("page_count"),
            free > 1_024, free > pages / 2
        else { return }
        try? database.run("PRAGMA incremental_vacuum")
    }

    /// Waits for what is under way and gives the file up; nothing may be committed after it.
    ///
    /// - Throws: `PoolFailure` where the file cannot be closed: what was acknowledged is durable
    ///   all the same.
    public func close() throws(PoolFailure) {
        do {
            try queue.sync {
                try connection.withLock { connection in
                    try connection?.close()
                    connection = nil
                }
            }
        } catch {
            throw StoreTrouble.failure(error, path)
        }
        interrupted.write([])
        lock.withLock { $0 = nil }
    }
}

extension StoreRecord {
    /// Whether it takes rows away for good.
    fileprivate var frees: Bool {
        switch self {
        case .ended, .forgotten, .restarted, .extended: true
        case .submitted, .priority, .merged, .checkpoint, .rested, .resumed, .progressed,
            .contributed, .warned, .quarantined, .accounted, .happened:
            false
        }
    }
}
