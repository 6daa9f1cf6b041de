// SPDX-License-Identifier: Apache-2.0
import Foundation
import SQLite
import PoolCore
import Quantilizer
import TestMarks
import Testing

@testable import PoolRuntime

/// A folder for stores, removed with the value.
final class StoreFolder {
    let path = NSTemporaryDirectory() + "qpool-store-" + UUID().uuidString
    var file: String { path + "/pool.sqlite" }

    init() throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }
    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ bytes: [UInt8], to name: String = "pool.sqlite") throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path + "/" + name))
    }

    /// The store as a crash at this moment would leave it: what the system has, not what the
    /// process holds.
    func copy() throws -> StoreFolder {
        let other = try StoreFolder()
        for name in ["pool.sqlite", "pool.sqlite-wal", "pool.sqlite.commits"]
        where FileManager.default.fileExists(atPath: path + "/" + name) {
            try FileManager.default.copyItem(
                atPath: path + "/" + name, toPath: other.path + "/" + name)
        }
        return other
    }
}

extension SQLiteStore {
    func commitAndWait(_ records: [StoreRecord]) async -> Result<Void, PoolFailure> {
        await withCheckedContinuation { done in commit(records) { done.resume(returning: $0) } }
    }
}

/// What a store says about itself when it is opened; nil where it opens.
func refusal(_ path: String) -> PoolFailure? {
    do throws(PoolFailure) {
        try SQLiteStore(path: path).close()
        return nil
    } catch {
        return error
    }
}

@Suite struct SQLiteStoreTests {
    static func job(_ id: String, order: UInt64, bytes: Int = 0) -> StoredJob {
        let table = DataTable(columnNames: ["a", "b"], columns: [[1, -0.0], [.nan, .infinity]])
        return StoredJob(
            id: id,
            package: JobPackage(
                text: "text of \(id) ü" + String(repeating: "x", count: bytes),
                resources: JobResources(tables: ["rows.csv": table])),
            digest: "d-\(id)", name: "n-\(id)", priority: -3, order: order)
    }

    static func same(_ left: StoredJob, _ right: StoredJob) -> Bool {
        "\(left)" == "\(right)"
    }

    @Test func everyRecordComesBack() async throws {
        let folder = try StoreFolder()
        var store = try SQLiteStore(path: folder.file)
        #expect(try store.load().isEmpty)
        let failure = PoolFailure(.fault, "message", remedy: "remedy")
        let records: [StoreRecord] =
            (1...6).map { .submitted(Self.job("j\($0)", order: UInt64($0))) } + [
                .priority(job: "j1", 7),
                .merged(job: "j1", partial: [1, 2, 3]), .merged(job: "j2", partial: []),
                .merged(job: "j1", partial: [0, 255]), .merged(job: "j3", partial: [9]),
                .merged(job: "j4", partial: [9]), .merged(job: "j5", partial: [9]),
                .ended(job: "j3", .done(ResultDocument(text: "{\"ä\": 1}", digest: "abc"))),
                .ended(job: "j4", .failed(failure)), .ended(job: "j5", .cancelled),
                .forgotten(job: "j6"), .merged(job: "j6", partial: [4]),
                .merged(job: "nobody", partial: [4]),
            ]
        try await store.commitAndWait(records).get()
        try store.close()
        store = try SQLiteStore(path: folder.file)
        let jobs = try store.load()
        #expect(jobs.map(\.id) == ["j1", "j2", "j3", "j4", "j5"])
        var first = Self.job("j1", order: 1)
        first.priority = 7
        first.partials = [[1, 2, 3], [0, 255]]
        #expect(Self.same(jobs[0], first), "\(jobs[0])")
        #expect(jobs[1].partials == [[]] && jobs[1].ending == nil)
        #expect(jobs[2...].allSatisfy { $0.partials.isEmpty })
        guard case .done(let document) = jobs[2].ending, case .failed(failure) = jobs[3].ending,
            case .cancelled = jobs[4].ending
        else {
            Issue.record("endings differ: \(jobs[2...].map(\.ending))")
            return
        }
        #expect(document == ResultDocument(text: "{\"ä\": 1}", digest: "abc"))
    }

    @Test func anExtendedJobKeepsItsResultAndGoesOn() async throws {
        let folder = try StoreFolder()
        let store = try SQLiteStore(path: folder.file)
        let document = ResultDocument(text: "first", digest: "abc")
        func after(_ records: StoreRecord...) async throws -> StoredJob {
            try await store.commitAndWait(records).get()
            return try #require(store.load().first)
        }
        var job = try await after(
            .submitted(Self.job("a", order: 1)), .merged(job: "a", partial: [9]),
            .ended(job: "a", .done(document)), .rested(job: "a", snapshot: [1, 2]))
        #expect(job.checkpoint == [1, 2] && job.partials.isEmpty && job.previous == nil)
        let larger = JobPackage(text: "larger", resources: JobResources())
        job = try await after(
            .extended(job: "a", larger, digest: "d2"), .checkpoint(job: "a", snapshot: [3]),
            .merged(job: "a", partial: [4]))
        #expect(job.ending == nil && job.previous == document && job.checkpoint == [3])
        #expect(job.package.text == "larger" && job.package.resources.tables.isEmpty)
        #expect(job.digest == "d2" && job.origin == "d-a" && job.partials == [[4]])
        job = try await after(
            .ended(job: "a", .cancelled), .rested(job: "a", snapshot: [5]),
            .resumed(job: "a"), .extended(job: "a", larger, digest: "d3"))
        #expect(job.ending == nil && job.previous == document && job.checkpoint == nil)
        #expect(job.digest == "d3" && job.origin == "d-a")
        job = try await after(.ended(job: "a", .done(ResultDocument(text: "2", digest: "d"))))
        #expect(job.previous == nil)
    }

    /// A file of the version before jobs could be extended.
    @Test func anOlderFileIsBroughtUpToDate() async throws {
        let folder = try StoreFolder()
        var store = try SQLiteStore(path: folder.file)
        let document = ResultDocument(text: "first", digest: "abc")
        try await store.commitAndWait([
            .submitted(Self.job("a", order: 1)), .submitted(Self.job("b", order: 2)),
            .ended(job: "b", .done(document)),
        ]).get()
        let before = try store.load()
        try store.close()
        let database = try SQLiteDatabase(path: folder.file, .readWrite)
        for row in try database.rows("SELECT name FROM sqlite_master WHERE type = 'trigger'") {
            try database.run("DROP TRIGGER \(row.text("name"))")
        }
        try database.script(
            """
            DROP TABLE commits; DROP TABLE accounts; DROP TABLE events;
            ALTER TABLE jobs DROP COLUMN crashes; ALTER TABLE jobs DROP COLUMN checksum;
            DROP TABLE arithmetic; DROP TABLE previous; ALTER TABLE jobs DROP COLUMN origin;
            PRAGMA user_version = 2
            """)
        try database.close()
        try FileManager.default.removeItem(atPath: folder.file + ".commits")
        store = try SQLiteStore(path: folder.file)
        let after = try store.load()
        #expect(after.count == 2 && zip(before, after).allSatisfy { Self.same($0, $1) })
        let larger = JobPackage(text: "larger", resources: JobResources())
        try await store.commitAndWait([.extended(job: "b", larger, digest: "d2")]).get()
        #expect(try store.load()[1].previous == document)
    }

    /// Parts of one answer come from programs that compute the same bits.
    @Test func unfinishedWorkOfAnotherArithmeticIsRefused() async throws {
        let folder = try StoreFolder()
        var store = try SQLiteStore(path: folder.file, fingerprint: "old")
        try await store.commitAndWait([
            .submitted(Self.job("a", order: 1)), .submitted(Self.job("b", order: 2)),
            .submitted(Self.job("c", order: 3)), .ended(job: "c", .cancelled),
            .rested(job: "c", snapshot: [5]), .merged(job: "b", partial: [1]),
        ]).get()
        let before = try store.load()
        try store.close()
        let failure = refusal(folder.file)
        #expect(failure?.code == .version)
        #expect(failure?.message.contains("unfinished work (b) of a qpool") == true)
        // Nothing was lost: the old program goes on, and once its job has ended the new one may.
        store = try SQLiteStore(path: folder.file, fingerprint: "old")
        #expect(try zip(before, store.load()).allSatisfy { Self.same($0, $1) })
        try await store.commitAndWait([.ended(job: "b", .cancelled)]).get()
        try store.close()
        store = try SQLiteStore(path: folder.file)
        let after = try store.load()
        #expect(after.map(\.id) == ["a", "b", "c"] && after.allSatisfy { $0.checkpoint == nil })
    }

    /// The arithmetic before jobs measured a part of their samples is that of today where all are measured.
    @Test(arguments: [("1000", true), ("1e7", false)])
    func workOfBeforePartsGoesOnWhereAllIsMeasured(_ samples: String, _ goesOn: Bool) async throws {
        let folder = try StoreFolder()
        let text = """
            base: { normal: { dimension: 1 } }
            utility: "x[0]"
            quantile: 0.5
            samples: \(samples)
            """
        let store = try SQLiteStore(path: folder.file, fingerprint: Sentinel.beforeParts)
        let job = StoredJob(
            id: "a", package: JobPackage(text: text, resources: JobResources()), digest: "d",
            name: "a", priority: 0, order: 1)
        try await store.commitAndWait([.submitted(job), .merged(job: "a", partial: [1])]).get()
        try store.close()
        if goesOn {
            #expect(try SQLiteStore(path: folder.file).load().map(\.partials) == [[[1]]])
        } else {
            #expect(
                refusal(folder.file)?.message.contains("unfinished work (a) of a qpool") == true)
        }
    }

    @Test func aCheckpointReplacesThePartialsBeforeIt() async throws {
        let folder = try StoreFolder()
        let store = try SQLiteStore(path: folder.file)
        try await store.commitAndWait([
            .submitted(Self.job("a", order: 1)), .submitted(Self.job("b", order: 2)),
            .merged(job: "a", partial: [1]), .merged(job: "b", partial: [2]),
            .checkpoint(job: "a", snapshot: [10]), .merged(job: "a", partial: [3]),
        ]).get()
        var jobs = try store.load()
        #expect(jobs[0].checkpoint == [10] && jobs[0].partials == [[3]])
        #expect(jobs[1].checkpoint == nil && jobs[1].partials == [[2]])
        try await store.commitAndWait([.checkpoint(job: "a", snapshot: [11])]).get()
        jobs = try store.load()
        #expect(jobs[0].checkpoint == [11] && jobs[0].partials.isEmpty)
    }

    @Test(.disabled(if: isQuick, "slow without an optimiser"))
    func whatWasCommittedSurvivesACrashAtAnyMoment() async throws {
        let folder = try StoreFolder()
        let store = try SQLiteStore(path: folder.file)
        try await store.commitAndWait([.submitted(Self.job("a", order: 1))]).get()
        for number in 1...20 as ClosedRange<UInt8> {
            let told = try Data(contentsOf: URL(fileURLWithPath: folder.file + ".commits"))
            try await store.commitAndWait([
                .merged(job: "a", partial: [number]),
                .merged(job: "a", partial: [UInt8](repeating: number, count: 9_000)),
            ]).get()
            let crashed = try folder.copy()
            let partials = try SQLiteStore(path: crashed.file).load()[0].partials
            #expect(partials.count == 2 * Int(number) && partials.last?.count == 9_000)
            // Cut within the last batch: all of it is gone, nothing before it.
            let torn = try folder.copy()
            let bytes = try Data(contentsOf: URL(fileURLWithPath: torn.file + "-wal"))
            try torn.write([UInt8](bytes.dropLast(3_000)), to: "pool.sqlite-wal")
            // Somebody was told of that batch: a file without it is short.
            #expect(refusal(torn.file)?.message.contains("is short") == true)
            // Where nobody was, the write was interrupted.
            try torn.write([UInt8](told), to: "pool.sqlite.commits")
            let left = try SQLiteStore(path: torn.file).load()
            #expect(left.first.map { $0.partials.count == 2 * Int(number) - 2 } ?? (number == 1))
        }
    }

    @Test func aBatchIsAllOrNothing() async throws {
        let folder = try StoreFolder()
        let store = try SQLiteStore(path: folder.file)
        try await store.commitAndWait([.submitted(Self.job("a", order: 1))]).get()
        let result = await store.commitAndWait([
            .merged(job: "a", partial: [1]), .submitted(Self.job("a", order: 2)),
        ])
        #expect(throws: PoolFailure.self) { try result.get() }
        #expect(try store.load().map { $0.partials.count } == [0])
    }

    @Test func aFullDiskRefusesAndRecovers() async throws {
        let folder = try StoreFolder()
        let store = try SQLiteStore(path: folder.file, maximumPages: 40)
        try await store.commitAndWait([.submitted(Self.job("a", order: 1))]).get()
        let large = StoreRecord.merged(job: "a", partial: [UInt8](repeating: 1, count: 400_000))
        guard case .failure(let failure) = await store.commitAndWait([large]) else {
            Issue.record("400,000 bytes went into 40 pages")
            return
        }
        #expect(failure.code == .store && failure.message.contains("the disk is full"))
        try await store.commitAndWait([.merged(job: "a", partial: [2])]).get()
        #expect(try store.load()[0].partials == [[2]])
    }

    @Test(.disabled(if: isQuick, "slow without an optimiser")) func theFileGivesSpaceBack()
        async throws
    {
        let folder = try StoreFolder()
        let store = try SQLiteStore(path: folder.file)
        try await store.commitAndWait([.submitted(Self.job("a", order: 1))]).get()
        let partial = [UInt8](repeating: 5, count: 1 << 20)
        for _ in 0..<16 {
            try await store.commitAndWait([.merged(job: "a", partial: partial)]).get()
        }
        try await store.commitAndWait([.ended(job: "a", .cancelled)]).get()
        try store.close()
        let attributes = try FileManager.default.attributesOfItem(atPath: folder.file)
        #expect((attributes[.size] as? Int ?? .max) < 1 << 20)
    }
}

@Suite struct StoreRefusalTests {
    @Test func aSecondCoordinatorIsRefused() throws {
        let folder = try StoreFolder()
        let store = try SQLiteStore(path: folder.file)
        let failure = refusal(folder.file)
        #expect(failure?.code == .storeInUse)
        #expect(failure?.message.contains("process \(getpid())") == true)
        // Another name of the same file is the same file.
        let link = folder.path + "/link.sqlite"
        try FileManager.default.createSymbolicLink(
            atPath: link, withDestinationPath: folder.file)
        #expect(refusal(link)?.code == .storeInUse)
        _ = store.path
    }

    @Test func otherFilesAreRefusedAndNotChanged() async throws {
        let folder = try StoreFolder()
        var state: UInt64 = 20_261_120
        for bytes in [
            Array("not a database, and longer than a header of a hundred bytes".utf8)
                + [UInt8](repeating: 7, count: 100),
            (0..<5_000).map { _ in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return UInt8(state >> 56) | 1
            },
        ] {
            try folder.write(bytes)
            let failure = refusal(folder.file)
            #expect(failure?.code == .store)
            #expect(failure?.message.contains("is not a store of qpool") == true)
            #expect(try Data(contentsOf: URL(fileURLWithPath: folder.file)) == Data(bytes))
        }
        try FileManager.default.removeItem(atPath: folder.file)
        let other = try SQLiteDatabase(path: folder.file, .readWrite)
        try other.run("CREATE TABLE letters (text)")
        try other.close()
        let before = try Data(contentsOf: URL(fileURLWithPath: folder.file))
        #expect(refusal(folder.file)?.message.contains("is not a store of qpool") == true)
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder.file)) == before)
    }

    @Test func aNewerVersionIsRefusedAndBothAreNamed() async throws {
        let folder = try StoreFolder()
        try SQLiteStore(path: folder.file).close()
        let file = try SQLiteDatabase(path: folder.file, .readWrite)
        try file.run("PRAGMA user_version = 41")
        try file.close()
        let failure = refusal(folder.file)
        #expect(failure?.code == .version)
        #expect(failure?.message.contains("version 41") == true)
        #expect(failure?.message.contains("up to \(StoreSchema.version)") == true)
    }

    @Test func damageIsFound() async throws {
        let folder = try StoreFolder()
        let store = try SQLiteStore(path: folder.file)
        let partial = [UInt8](repeating: 0xa5, count: 3_000)
        try await store.commitAndWait([
            .submitted(SQLiteStoreTests.job("a", order: 1)), .merged(job: "a", partial: partial),
        ]).get()
        try store.close()
        var bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: folder.file)))
        // One bit of a partial: the pages are well formed, the row is not what was written.
        let place = try #require(bytes.indices.last { bytes[$0] == 0xa5 })
        bytes[place - 100] ^= 1
        try folder.write(bytes)
        let damaged = try SQLiteStore(path: folder.file)
        let failure = #expect(throws: PoolFailure.self) { try damaged.load() }
        #expect(failure?.message.contains("is damaged") == true)
        try damaged.close()
        // A page that is no page.
        for index in 4_096..<8_192 { bytes[index] = 0xff }
        try folder.write(bytes)
        #expect(refusal(folder.file)?.code == .store)
    }

    @Test func aMissingFolderIsSaid() throws {
        let folder = try StoreFolder()
        let failure = refusal(folder.path + "/missing/pool.sqlite")
        #expect(failure?.code == .store && failure?.message.contains("cannot be opened") == true)
        #expect(refusal(folder.path)?.code == .store)
    }
}
