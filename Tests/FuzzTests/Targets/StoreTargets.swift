// SPDX-License-Identifier: Apache-2.0
import Foundation
import Quantilizer
import SQLite
import Simulation
import Synchronization

@testable import PoolCore
@testable import PoolRuntime

extension FuzzTarget {
    /// Rows of a store, their checksums right, as a coordinator takes its jobs up from them.
    ///
    /// An input is a sequence of rows: a byte for the table, then the row's fields.
    static let stored = FuzzTarget(
        name: "stored", maximumBytes: 65_536,
        seeds: {
            let model = FuzzMessages.job
            var machine = JobMachine(job: model.compiled)
            let evaluator = RangeEvaluator(job: model.compiled)
            let partials = machine.missing(limit: 1).flatMap { range in
                DyadicRange.cover(range.start..<range.end, maximumLevel: 9)
            }.prefix(3).map { evaluator.evaluate(round: machine.currentRound!, range: $0) }
            _ = machine.merge(partials[0])
            let snapshot = machine.snapshot()
            let (header, columns) = try model.package.storedParts()
            func job(_ position: UInt64, _ id: String, _ writer: inout FuzzWriter) {
                writer.byte(0)
                writer.word64(position)
                writer.block(Array(id.utf8))
                writer.byte(3)
                writer.block(header)
                writer.block(columns)
            }
            func row(
                _ table: UInt8, _ position: UInt64, _ bytes: [UInt8], _ writer: inout FuzzWriter
            ) {
                writer.byte(table)
                writer.word64(position)
                writer.block(bytes)
            }
            return [
                Seed(
                    name: "running",
                    bytes: FuzzWriter.bytes {
                        job(1, "fuzz", &$0)
                        row(2, 1, snapshot, &$0)
                        for partial in partials.dropFirst() { row(1, 1, partial.encode(), &$0) }
                    }),
                Seed(
                    name: "ended",
                    bytes: FuzzWriter.bytes {
                        job(4, "done", &$0)
                        row(3, 4, Array("{}".utf8), &$0)
                        job(5, "failed", &$0)
                        row(4, 5, Array("wrong".utf8), &$0)
                        job(6, "cancelled", &$0)
                        row(5, 6, [], &$0)
                    }),
            ]
        },
        run: { bytes in
            let stored: [StoredJob]
            do {
                stored = try inMemory.withLock { database in
                    for table in ["partials", "checkpoints", "endings", "jobs"] {
                        try database.run("DELETE FROM \(table)")
                    }
                    return try database.transaction(.immediate) {
                        var reader = FuzzReader(bytes)
                        for _ in 0..<32 where !reader.isAtEnd { try writeRow(&reader, database) }
                        return try StoreRows.jobs(database, "fuzz")
                    }
                }
            } catch is SQLiteError {
                return false  // a row that no table takes
            } catch is PoolFailure {
                return false
            }
            var pool = FuzzedPool()
            for job in stored { try pool.step(.restored(job)) }
            try pool.step(.received(FuzzedPool.route(1), FuzzMessages.hello))
            for _ in 0..<12 { try pool.computeLease() }
            try pool.step(.received(FuzzedPool.route(3), FuzzMessages.submit))
            try pool.step(.received(FuzzedPool.route(3), .listRequest(.init())))
            return !stored.isEmpty
        })

    private static let inMemory: Mutex<SQLiteDatabase> = {
        do {
            let database = try SQLiteDatabase(path: ":memory:", .readWrite)
            try StoreSeal.install(database)
            try database.transaction(.immediate) { try StoreSchema.migrate(database, from: 0) }
            return Mutex(database)
        } catch {
            fatalError("no store in memory: \(error)")
        }
    }()

    private static func writeRow(_ reader: inout FuzzReader, _ database: SQLiteDatabase) throws {
        let table = reader.byte() % 6
        let position = Int64(bitPattern: reader.word64())
        switch table {
        case 0:
            let id = reader.block()
            // Far out of range for a quarter of all bytes.
            let priority = Int64(Int8(bitPattern: reader.byte())) << 26
            let text = reader.block()
            let tables = reader.block()
            try database.run(
                """
                INSERT INTO jobs (position, id, digest, name, priority, text, tables, checksum)
                VALUES (?, CAST(? AS TEXT), 'd', 'n', ?, ?, ?, ?)
                """,
                [
                    position, id, priority, text, tables,
                    StoreSeal.checksum(text, tables),
                ])
        case 1, 2:
            let name = table == 1 ? "partials" : "checkpoints"
            let bytes = reader.block()
            try database.run(
                "INSERT INTO \(name) (job, bytes, checksum) VALUES (?, ?, ?)",
                [position, bytes, StoreRows.checksum(bytes)])
        default:
            let text = String(decoding: reader.block(), as: UTF8.self)
            try database.run(
                """
                INSERT INTO endings (job, kind, text, code, remedy, checksum)
                VALUES (?, ?, ?, 'c', 'r', ?)
                """,
                [
                    position, ["done", "failed", "cancelled"][Int(table) - 3], text,
                    StoreRows.checksum(Array(text.utf8)),
                ])
        }
    }
}
