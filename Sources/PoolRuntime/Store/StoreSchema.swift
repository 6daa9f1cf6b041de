// SPDX-License-Identifier: Apache-2.0
internal import PoolCore
internal import Quantilizer
internal import SQLite

/// The tables of a store's file, and how older files become newer ones.
enum StoreSchema {
    /// "QPol": what tells a store from other SQLite files.
    static let applicationID: Int32 = 0x5150_6f6c

    /// What leads from version n to n + 1, the first from an empty file.
    static let steps: [@Sendable (SQLiteDatabase) throws -> Void] = [
        first, second, third, fourth, fifth, sixth,
    ]

    /// The newest version that is known.
    static var version: Int { steps.count }

    /// Whose file it is: a store's version, 0 for an empty file. Changes nothing.
    static func inspect(_ database: SQLiteDatabase, _ path: String) throws -> Int {
        func number(_ sql: String, _ column: String) throws -> Int {
            Int(try database.first(sql)?.integer(column) ?? 0)
        }
        let application = try number("PRAGMA application_id", "application_id")
        let version = try number("PRAGMA user_version", "user_version")
        let tables = try number("SELECT count(*) AS tables FROM sqlite_master", "tables")
        if application == 0, version == 0, tables == 0 { return 0 }
        guard application == applicationID else { throw StoreTrouble.notAStore(path) }
        guard version <= self.version else { throw StoreTrouble.newer(path, version: version) }
        guard try database.first("PRAGMA quick_check(1)")?.values == [.text("ok")] else {
            throw StoreTrouble.damaged(path)
        }
        return version
    }

    /// How a connection works: outside of any transaction.
    ///
    /// `synchronous = FULL` in write-ahead mode forces the log to the disk at each commit, so that
    /// what was acknowledged survives a power failure. `fullfsync` is the same for macOS.
    static func prepare(_ database: SQLiteDatabase, isNew: Bool) throws {
        if isNew { try database.run("PRAGMA auto_vacuum = INCREMENTAL") }
        try database.run("PRAGMA journal_mode = WAL")
        try database.script(
            """
            PRAGMA synchronous = FULL;
            PRAGMA fullfsync = ON;
            PRAGMA checkpoint_fullfsync = ON;
            """)
        try database.run("PRAGMA journal_size_limit = 16777216")
    }

    /// Brings a file from a version to the newest, all or nothing. It writes in any case, so that
    /// a file that cannot be written shows at the start.
    static func migrate(_ database: SQLiteDatabase, from version: Int) throws {
        for step in steps.dropFirst(version) { try step(database) }
        if version < self.version { try StoreSeal.apply(database) }
        try database.script(
            "PRAGMA application_id = \(applicationID); PRAGMA user_version = \(self.version)")
    }

    /// Version 1. `position` is the order of acceptance; `text` is the job's text with the heads
    /// of its tables as protocol buffer, `tables` their columns.
    private static func first(_ database: SQLiteDatabase) throws {
        try database.script(
            """
            CREATE TABLE jobs (
                position INTEGER PRIMARY KEY,
                id TEXT NOT NULL UNIQUE,
                digest TEXT NOT NULL,
                name TEXT NOT NULL,
                priority INTEGER NOT NULL,
                text BLOB NOT NULL,
                tables BLOB NOT NULL
            ) STRICT;
            CREATE TABLE partials (
                number INTEGER PRIMARY KEY,
                job INTEGER NOT NULL,
                bytes BLOB NOT NULL,
                checksum INTEGER NOT NULL
            ) STRICT;
            CREATE INDEX partials_of_job ON partials (job, number);
            CREATE TABLE checkpoints (
                job INTEGER PRIMARY KEY,
                bytes BLOB NOT NULL,
                checksum INTEGER NOT NULL
            ) STRICT;
            CREATE TABLE endings (
                job INTEGER PRIMARY KEY,
                kind TEXT NOT NULL CHECK (kind IN ('done', 'failed', 'cancelled')),
                text TEXT NOT NULL,
                code TEXT NOT NULL,
                remedy TEXT NOT NULL,
                checksum INTEGER NOT NULL
            ) STRICT;
            """)
    }

    /// Version 2: whose word a job rests on, what its owner is warned of, and who is shut out.
    private static func second(_ database: SQLiteDatabase) throws {
        try database.script(
            """
            ALTER TABLE jobs ADD COLUMN attempt INTEGER NOT NULL DEFAULT 0;
            ALTER TABLE jobs ADD COLUMN owner TEXT NOT NULL DEFAULT '';
            ALTER TABLE jobs ADD COLUMN owner_name TEXT NOT NULL DEFAULT '';
            CREATE TABLE contributors (
                job INTEGER NOT NULL,
                party TEXT NOT NULL,
                PRIMARY KEY (job, party)
            ) STRICT, WITHOUT ROWID;
            CREATE TABLE warnings (
                number INTEGER PRIMARY KEY,
                job INTEGER NOT NULL,
                text TEXT NOT NULL
            ) STRICT;
            CREATE INDEX warnings_of_job ON warnings (job, number);
            CREATE TABLE quarantined (
                party TEXT PRIMARY KEY,
                worker TEXT NOT NULL,
                host TEXT NOT NULL,
                reason TEXT NOT NULL
            ) STRICT, WITHOUT ROWID;
            """)
    }

    /// Version 3: jobs may be extended. `origin` is the digest that the job was submitted with,
    /// `previous` its result of the smaller extent until there is one of the larger.
    private static func third(_ database: SQLiteDatabase) throws {
        try database.script(
            """
            ALTER TABLE jobs ADD COLUMN origin TEXT;
            CREATE TABLE previous (
                job INTEGER PRIMARY KEY,
                text TEXT NOT NULL,
                digest TEXT NOT NULL,
                checksum INTEGER NOT NULL
            ) STRICT;
            """)
    }

    /// Version 4: whose arithmetic the work in the file is of, one row.
    private static func fourth(_ database: SQLiteDatabase) throws {
        try database.run("CREATE TABLE arithmetic (fingerprint TEXT NOT NULL) STRICT")
    }

    /// Version 5: commits are counted, rows sealed, jobs have a checksum, and the file tells at which
    /// of them coordinators died and what people were told of their work.
    private static func fifth(_ database: SQLiteDatabase) throws {
        try database.script(
            """
            ALTER TABLE jobs ADD COLUMN crashes INTEGER NOT NULL DEFAULT 0;
            ALTER TABLE jobs ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;
            UPDATE jobs SET checksum = qpool_checksum(text, tables);
            CREATE TABLE commits (count INTEGER NOT NULL, seal INTEGER NOT NULL) STRICT;
            INSERT INTO commits (count, seal) VALUES (0, 0);
            CREATE TABLE accounts (
                job INTEGER PRIMARY KEY,
                nanoseconds INTEGER NOT NULL,
                done INTEGER NOT NULL,
                total INTEGER NOT NULL
            ) STRICT;
            """)
    }

    /// Version 6: what happened to jobs, with milliseconds of the wall clock.
    private static func sixth(_ database: SQLiteDatabase) throws {
        try database.script(
            """
            CREATE TABLE events (
                job INTEGER NOT NULL,
                number INTEGER NOT NULL,
                at INTEGER NOT NULL,
                text TEXT NOT NULL,
                PRIMARY KEY (job, number)
            ) STRICT;
            """)
    }

    /// Makes the file one of this arithmetic, unless it holds unfinished work of another: the parts of
    /// one answer have to come from programs that compute the same bits.
    ///
    /// What ended jobs kept to be extended from goes, so that an extension begins anew.
    static func adopt(_ fingerprint: String, _ database: SQLiteDatabase, _ path: String) throws {
        let known = try database.first("SELECT fingerprint FROM arithmetic")?.text("fingerprint")
        if known == fingerprint { return }
        if known == Sentinel.beforeParts {
            return try adoptBeforeParts(fingerprint, database, path)
        }
        let unfinished = try database.rows(
            """
            SELECT id FROM jobs WHERE position NOT IN (SELECT job FROM endings) AND position IN
            (SELECT job FROM partials UNION SELECT job FROM checkpoints) ORDER BY position
            """
        ).map { try $0.text("id") }
        if let job = unfinished.first {
            throw StoreTrouble.otherArithmetic(path, job: job, jobs: unfinished.count)
        }
        try database.script("DELETE FROM checkpoints; DELETE FROM arithmetic")
        try database.run("INSERT INTO arithmetic (fingerprint) VALUES (?)", [fingerprint])
    }

    /// The same of the arithmetic before jobs measured a part of their samples: the bits of those that measure all
    /// are what they were, so only the others count.
    private static func adoptBeforeParts(
        _ fingerprint: String, _ database: SQLiteDatabase, _ path: String
    ) throws {
        let begun = try database.rows(
            """
            SELECT id, position, text, tables, position IN (SELECT job FROM endings) AS ended
            FROM jobs WHERE position IN (SELECT job FROM partials UNION SELECT job FROM checkpoints)
            ORDER BY position
            """
        ).filter { row in
            let package = try JobPackage(
                storedHeader: try row.blob("text"), columns: try row.blob("tables"))
            do {
                return try JobCompiler.compile(
                    try JobText.parse(package.text), resources: package.resources
                ).job.measuresPart
            } catch {
                // Nobody can say that its bits are the same.
                return true
            }
        }
        let unfinished = try begun.filter { try $0.integer("ended") == 0 }.map {
            try $0.text("id")
        }
        if let job = unfinished.first {
            throw StoreTrouble.otherArithmetic(path, job: job, jobs: unfinished.count)
        }
        for row in begun {
            try database.run(
                "DELETE FROM checkpoints WHERE job = ?", [try row.integer("position")])
        }
        try database.script("DELETE FROM arithmetic")
        try database.run("INSERT INTO arithmetic (fingerprint) VALUES (?)", [fingerprint])
    }
}
