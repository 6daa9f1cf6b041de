// SPDX-License-Identifier: Apache-2.0
internal import Foundation
internal import PoolCore
internal import SQLite

/// Records as rows, and rows as jobs.
enum StoreRows {
    /// Writes one record, within the batch's transaction. Records of jobs that were forgotten
    /// leave no trace.
    static func write(_ record: StoreRecord, _ database: SQLiteDatabase) throws {
        func run(_ sql: String, _ arguments: [any SQLiteConvertible]) throws {
            try database.run(sql, arguments)
        }
        let job = "SELECT position FROM jobs WHERE id = ?"
        func insert(
            _ table: String, _ columns: String, _ values: [any SQLiteConvertible], _ id: String
        )
            throws
        {
            let marks = columns.split(separator: ",").map { _ in "?" }.joined(separator: ", ")
            try run(
                "INSERT OR REPLACE INTO \(table) (\(columns), job) "
                    + "SELECT \(marks), position FROM jobs WHERE id = ?", values + [id])
        }
        switch record {
        case .submitted(let stored):
            let (header, columns) = try stored.package.storedParts()
            try run(
                """
                INSERT INTO jobs
                (position, id, digest, name, priority, text, tables, owner, owner_name, checksum)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (position) DO NOTHING
                """,
                [
                    Int64(bitPattern: stored.order), stored.id, stored.digest, stored.name,
                    stored.priority, header, columns, stored.owner?.key ?? "",
                    stored.owner?.name ?? "", StoreSeal.checksum(header, columns),
                ])
        case .priority(let id, let priority):
            try run("UPDATE jobs SET priority = ? WHERE id = ?", [priority, id])
        case .merged(let id, let partial):
            try insert("partials", "bytes, checksum", [partial, checksum(partial)], id)
        case .checkpoint(let id, let snapshot):
            let bytes = snapshot.bytes
            try insert("checkpoints", "bytes, checksum", [bytes, checksum(bytes)], id)
            try run("DELETE FROM partials WHERE job = (\(job))", [id])
        case .ended(let id, let ending):
            let row = Ending(ending)
            try insert(
                "endings", "kind, text, code, remedy, checksum",
                [row.kind, row.text, row.code, row.remedy, checksum(Array(row.text.utf8))], id)
            try run("DELETE FROM partials WHERE job = (\(job))", [id])
            try run("DELETE FROM checkpoints WHERE job = (\(job))", [id])
            if row.kind == "done" { try run("DELETE FROM previous WHERE job = (\(job))", [id]) }
        case .accounted(let id, let account):
            try insert(
                "accounts", "nanoseconds, done, total",
                [
                    Int64(clamping: account.workedNanoseconds),
                    Int64(clamping: account.samplesDone), Int64(clamping: account.samplesTotal),
                ], id)
        case .rested(let id, let snapshot):
            try insert("checkpoints", "bytes, checksum", [snapshot, checksum(snapshot)], id)
        case .resumed(let id):
            try run("DELETE FROM endings WHERE job = (\(job))", [id])
            try run("UPDATE jobs SET crashes = 0 WHERE id = ?", [id])
        case .progressed(let id): try run("UPDATE jobs SET crashes = 0 WHERE id = ?", [id])
        case .extended(let id, let package, let digest):
            let (header, columns) = try package.storedParts()
            try run(
                """
                INSERT OR REPLACE INTO previous (job, text, digest, checksum)
                SELECT job, text, code, checksum FROM endings
                WHERE kind = 'done' AND job = (\(job))
                """, [id])
            for table in ["endings", "checkpoints", "partials"] {
                try run("DELETE FROM \(table) WHERE job = (\(job))", [id])
            }
            try run(
                """
                UPDATE jobs SET text = ?, tables = ?, origin = coalesce(origin, digest), digest = ?,
                checksum = ? WHERE id = ?
                """,
                [header, columns, digest, StoreSeal.checksum(header, columns), id])
        case .forgotten(let id):
            let tables = [
                "partials", "checkpoints", "endings", "previous", "contributors", "warnings",
                "accounts", "events",
            ]
            for table in tables {
                try run("DELETE FROM \(table) WHERE job = (\(job))", [id])
            }
            try run("DELETE FROM jobs WHERE id = ?", [id])
        case .contributed(let id, let party):
            try insert("contributors", "party", [party], id)
        case .restarted(let id, let attempt):
            try run("UPDATE jobs SET attempt = ? WHERE id = ?", [attempt, id])
            for table in ["partials", "checkpoints", "contributors"] {
                try run("DELETE FROM \(table) WHERE job = (\(job))", [id])
            }
        case .warned(let id, let text): try insert("warnings", "text", [text], id)
        case .happened(let id, let number, let text):
            try insert(
                "events", "number, at, text", [Int64(clamping: number), clock(), text], id)
            // What the coordinator does not keep either.
            try run(
                "DELETE FROM events WHERE job = (\(job)) AND number > 1 AND number <= ?",
                [id, Int64(clamping: number) - Int64(PoolLimits.jobEvents) + 1])
        case .quarantined(let entry):
            try run(
                "INSERT OR REPLACE INTO quarantined (party, worker, host, reason) "
                    + "VALUES (?, ?, ?, ?)",
                [entry.party, entry.worker, entry.host, entry.reason])
        }
    }

    /// Every job, in order of acceptance.
    static func jobs(_ database: SQLiteDatabase, _ path: String) throws -> [StoredJob] {
        var jobs: [StoredJob] = []
        try database.forEachRow("SELECT * FROM jobs ORDER BY position") { row in
            jobs.append(try job(row, database, path))
        }
        return jobs
    }

    private static func job(
        _ row: SQLiteRow, _ database: SQLiteDatabase, _ path: String
    ) throws -> StoredJob {
        let position = try row.integer("position")
        // Orders count up from 1; the next one must fit too.
        guard (0..<1 << 62).contains(position) else { throw StoreTrouble.damaged(path) }
        let header = try row.blob("text")
        let columns = try row.blob("tables")
        guard try row.integer("checksum") == StoreSeal.checksum(header, columns),
            let priority = Int32(exactly: try row.integer("priority")),
            let attempt = UInt32(exactly: try row.integer("attempt")),
            let crashes = Int(exactly: try row.integer("crashes"))
        else { throw StoreTrouble.damaged(path) }
        let package = try JobPackage(storedHeader: header, columns: columns)
        var job = StoredJob(
            id: try row.text("id"), package: package, digest: try row.text("digest"),
            name: try row.text("name"), priority: priority, order: UInt64(bitPattern: position))
        job.attempt = attempt
        job.crashes = crashes
        let owner = JobOwner(key: try row.text("owner"), name: try row.text("owner_name"))
        if !owner.key.isEmpty { job.owner = owner }
        job.contributors = try texts(
            database, "SELECT party AS text FROM contributors WHERE job = ? ORDER BY party",
            position)
        job.warnings = try texts(
            database, "SELECT text FROM warnings WHERE job = ? ORDER BY number", position)
        job.checkpoint = try blobs(database, "checkpoints", of: position, path).first
        job.partials = try blobs(database, "partials", of: position, path)
        job.ending = try ending(database, of: position, path)
        job.account = try account(database, of: position, path)
        job.events = try events(database, of: position, path)
        job.previous = try previous(database, of: position, path)
        job.origin = try row.textIfAny("origin")
        return job
    }

    private static func account(
        _ database: SQLiteDatabase, of job: Int64, _ path: String
    ) throws -> JobAccount? {
        guard let row = try database.first("SELECT * FROM accounts WHERE job = ?", [job]) else {
            return nil
        }
        guard let nanoseconds = UInt64(exactly: try row.integer("nanoseconds")),
            let done = UInt64(exactly: try row.integer("done")),
            let total = UInt64(exactly: try row.integer("total"))
        else { throw StoreTrouble.damaged(path) }
        return JobAccount(workedNanoseconds: nanoseconds, samplesDone: done, samplesTotal: total)
    }

    /// Milliseconds of the wall clock, since 1970.
    private static func clock() -> Int64 { Int64(Date().timeIntervalSince1970 * 1_000) }

    /// What happened to a job, as long ago as the wall clock says.
    private static func events(
        _ database: SQLiteDatabase, of job: Int64, _ path: String
    ) throws -> [JobEvent] {
        let now = clock()
        return try database.rows(
            "SELECT number, at, text FROM events WHERE job = ? ORDER BY number", [job]
        ).map { row in
            guard let number = UInt64(exactly: try row.integer("number")) else {
                throw StoreTrouble.damaged(path)
            }
            // A clock that was set back counts as standing.
            let age = max(0, now.subtractingReportingOverflow(try row.integer("at")).partialValue)
            return JobEvent(
                number: number,
                ageNanoseconds: UInt64(age).multipliedReportingOverflow(by: 1_000_000).partialValue,
                text: try row.text("text"))
        }
    }

    /// Every party that was shut out.
    static func quarantined(_ database: SQLiteDatabase) throws -> [Quarantine] {
        try database.rows("SELECT * FROM quarantined ORDER BY party").map { row in
            Quarantine(
                party: try row.text("party"), worker: try row.text("worker"),
                host: try row.text("host"), reason: try row.text("reason"))
        }
    }

    private static func texts(
        _ database: SQLiteDatabase, _ sql: String, _ job: Int64
    ) throws -> [String] {
        try database.rows(sql, [job]).map { try $0.text("text") }
    }

    private static func blobs(
        _ database: SQLiteDatabase, _ table: String, of job: Int64, _ path: String
    ) throws -> [[UInt8]] {
        let order = table == "partials" ? " ORDER BY number" : ""
        var blobs: [[UInt8]] = []
        try database.forEachRow(
            "SELECT bytes, checksum FROM \(table) WHERE job = ?\(order)", [job]
        ) { row in
            let blob = try row.blob("bytes")
            guard try row.integer("checksum") == checksum(blob) else {
                throw StoreTrouble.damaged(path)
            }
            blobs.append(blob)
        }
        return blobs
    }

    private static func ending(
        _ database: SQLiteDatabase, of job: Int64, _ path: String
    ) throws -> JobEnding? {
        guard let row = try database.first("SELECT * FROM endings WHERE job = ?", [job]) else {
            return nil
        }
        let ending = Ending(
            kind: try row.text("kind"), text: try row.text("text"), code: try row.text("code"),
            remedy: try row.text("remedy"))
        guard try row.integer("checksum") == checksum(Array(ending.text.utf8)) else {
            throw StoreTrouble.damaged(path)
        }
        return ending.value
    }

    private static func previous(
        _ database: SQLiteDatabase, of job: Int64, _ path: String
    ) throws -> ResultDocument? {
        guard
            let row = try database.first(
                "SELECT text, digest, checksum FROM previous WHERE job = ?", [job])
        else { return nil }
        let text = try row.text("text")
        guard try row.integer("checksum") == checksum(Array(text.utf8)) else {
            throw StoreTrouble.damaged(path)
        }
        return ResultDocument(text: text, digest: try row.text("digest"))
    }

    /// FNV-1a over 64 bits: finds a row whose bytes changed on the disk. It is no signature.
    static func checksum(_ bytes: [UInt8]) -> Int64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return Int64(bitPattern: hash)
    }
}

/// A row of the table `endings`: for a result its text and digest, for a failure its message.
private struct Ending {
    var kind: String
    var text: String
    var code: String
    var remedy: String

    init(kind: String, text: String, code: String, remedy: String) {
        self.kind = kind
        self.text = text
        self.code = code
        self.remedy = remedy
    }

    init(_ ending: JobEnding) {
        switch ending {
        case .done(let document):
            self.init(kind: "done", text: document.text, code: document.digest, remedy: "")
        case .failed(let failure):
            self.init(
                kind: "failed", text: failure.message, code: failure.code.rawValue,
                remedy: failure.remedy)
        case .cancelled: self.init(kind: "cancelled", text: "", code: "", remedy: "")
        }
    }

    var value: JobEnding {
        switch kind {
        case "done": .done(ResultDocument(text: text, digest: code))
        case "failed": .failed(PoolFailure(.init(rawValue: code), text, remedy: remedy))
        default: .cancelled
        }
    }
}
