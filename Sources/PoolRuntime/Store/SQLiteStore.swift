// SPDX-License-Identifier: Apache-2.0
internal import Foundation
internal import GRDB
public import PoolCore
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
    private let queue: DatabaseQueue
    private let lock: Mutex<FileLock?>

    /// Opens a file, or makes it where it is missing.
    ///
    /// - Throws: `PoolFailure` with code `storeInUse` where another coordinator has it, `version`
    ///   where a newer qpool made it or one that computes other bits left work unfinished, `store` where it is something else, damaged, or cannot be
    ///   written. A file that is refused is not changed.
    public convenience init(path: String) throws(PoolFailure) {
        try self.init(path: path, fingerprint: Sentinel.fingerprint)
    }

    /// - Parameter maximumPages: the size at which the disk counts as full, for tests.
    /// - Parameter fingerprint: the arithmetic of what will be computed, see ``Sentinel``.
    init(
        path: String, maximumPages: Int? = nil, fingerprint: String = Sentinel.fingerprint
    ) throws(PoolFailure) {
        let path = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        self.path = path
        do throws(FileLock.Refusal) {
            lock = Mutex(try FileLock(path + ".lock"))
        } catch {
            throw SQLiteStore.failure(error, path)
        }
        do {
            var configuration = Configuration()
            configuration.label = "qpool.store"
            // A backup or a reader may hold the file for a moment.
            configuration.busyMode = .timeout(5)
            queue = try DatabaseQueue(path: path, configuration: configuration)
            let version = try queue.read { try StoreSchema.inspect($0, path) }
            try queue.writeWithoutTransaction { database in
                try StoreSchema.prepare(database, isNew: version == 0)
                try database.inTransaction(.immediate) {
                    try StoreSchema.migrate(database, from: version)
                    try StoreSchema.adopt(fingerprint, database, path)
                    return .commit
                }
                if let maximumPages {
                    _ = try Int.fetchOne(database, sql: "PRAGMA max_page_count = \(maximumPages)")
                }
            }
        } catch {
            throw StoreTrouble.failure(error, path)
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
    public func load() throws(PoolFailure) -> [StoredJob] {
        do {
            return try queue.read { try StoreRows.jobs($0, path) }
        } catch {
            throw StoreTrouble.failure(error, path)
        }
    }

    /// Every party that was shut out.
    public func quarantined() throws(PoolFailure) -> [Quarantine] {
        do {
            return try queue.read { try StoreRows.quarantined($0) }
        } catch {
            throw StoreTrouble.failure(error, path)
        }
    }

    /// Writes records in one transaction, all or none, and forces them to the disk.
    public func commit(
        _ records: [StoreRecord],
        completion: @escaping @Sendable (Result<Void, PoolFailure>) -> Void
    ) {
        let path = path
        queue.asyncWrite({ database in
            for record in records { try StoreRows.write(record, database) }
        }) { database, result in
            switch result {
            case .success:
                completion(.success(()))
                if records.contains(where: \.frees) { SQLiteStore.shrink(database) }
            case .failure(let error): completion(.failure(StoreTrouble.failure(error, path)))
            }
        }
    }

    /// Gives space back to the disk once most of the file is free. A failure here loses nothing:
    /// it is tried again when the next job ends.
    private static func shrink(_ database: Database) {
        guard let free = try? Int.fetchOne(database, sql: "PRAGMA freelist_count"),
            let pages = try? Int.fetchOne(database, sql: "PRAGMA page_count"),
            free > 1_024, free > pages / 2
        else { return }
        try? database.execute(sql: "PRAGMA incremental_vacuum")
    }

    /// Waits for what is under way and gives the file up; nothing may be committed after it.
    public func close() throws(PoolFailure) {
        do { try queue.close() } catch { throw StoreTrouble.failure(error, path) }
        lock.withLock { $0 = nil }
    }
}

extension StoreRecord {
    /// Whether it takes rows away for good.
    fileprivate var frees: Bool {
        switch self {
        case .ended, .forgotten, .restarted, .extended: true
        case .submitted, .priority, .merged, .checkpoint, .rested, .resumed, .contributed, .warned,
            .quarantined:
            false
        }
    }
}
