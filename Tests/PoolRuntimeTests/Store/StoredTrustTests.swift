// SPDX-License-Identifier: Apache-2.0
import Foundation
import SQLite
import PoolCore
import Testing

@testable import PoolRuntime

/// What a store keeps of who is trusted.
@Suite struct StoredTrustTests {
    @Test func whoWasShutOutStaysOut() async throws {
        let folder = try StoreFolder()
        var store = try SQLiteStore(path: folder.file)
        let liar = Quarantine(party: "key x", worker: "w1", host: "h", reason: "lied")
        try await store.commitAndWait([
            .submitted(SQLiteStoreTests.job("a", order: 1)),
            .submitted(SQLiteStoreTests.job("b", order: 2)),
            .contributed(job: "a", party: "key x"), .contributed(job: "a", party: "key y"),
            .contributed(job: "b", party: "key x"), .checkpoint(job: "a", snapshot: [1]),
            .merged(job: "a", partial: [2]), .merged(job: "b", partial: [3]),
            .warned(job: "b", text: "first"), .warned(job: "b", text: "second"),
            .quarantined(liar), .restarted(job: "a", attempt: 3),
            .contributed(job: "a", party: "key z"),
        ]).get()
        try store.close()
        store = try SQLiteStore(path: folder.file)
        #expect(try store.quarantined() == [liar])
        let jobs = try store.load()
        #expect(jobs[0].attempt == 3 && jobs[0].contributors == ["key z"])
        #expect(jobs[0].checkpoint == nil && jobs[0].partials.isEmpty)
        #expect(jobs[1].attempt == 0 && jobs[1].contributors == ["key x"])
        #expect(jobs[1].partials == [[3]] && jobs[1].warnings == ["first", "second"])
        try await store.commitAndWait([.forgotten(job: "b")]).get()
        try store.close()
        let file = try SQLiteDatabase(path: folder.file, .readOnly)
        let left = try file.first(
            "SELECT (SELECT count(*) FROM contributors WHERE job = 2) "
                + "+ (SELECT count(*) FROM warnings)")
        #expect(left?.values == [.integer(0)])
    }

    /// The first event of a job and the latest ones, as old as they are; none of a job that was forgotten.
    @Test func eventsAreKeptAsFarAsTheyAreTold() async throws {
        let folder = try StoreFolder()
        var store = try SQLiteStore(path: folder.file)
        try await store.commitAndWait([
            .submitted(SQLiteStoreTests.job("a", order: 1)),
            .submitted(SQLiteStoreTests.job("b", order: 2)),
            .happened(job: "b", number: 1, text: "submitted"),
        ]).get()
        let most = UInt64(PoolLimits.jobEvents)
        for number in 1...(most + 5) {
            try await store.commitAndWait([
                .happened(job: "a", number: number, text: "event \(number)")
            ]).get()
        }
        try await store.commitAndWait([.forgotten(job: "b")]).get()
        try store.close()
        try await Task.sleep(for: .milliseconds(30))
        store = try SQLiteStore(path: folder.file)
        let jobs = try store.load()
        #expect(jobs.count == 1)
        #expect(jobs[0].events.map(\.number) == [1] + Array(7...(most + 5)))
        #expect(jobs[0].events.first?.text == "event 1")
        #expect(
            jobs[0].events.allSatisfy {
                $0.ageNanoseconds >= 20_000_000 && $0.ageNanoseconds < 600_000_000_000
            })
    }

    @Test func aStoreOfVersionOneIsBroughtUpToDate() async throws {
        let folder = try StoreFolder()
        let old = try SQLiteDatabase(path: folder.file, .readWrite)
        try StoreSchema.steps[0](old)
        try old.script(
            "PRAGMA application_id = \(StoreSchema.applicationID); PRAGMA user_version = 1")
        let job = SQLiteStoreTests.job("a", order: 1)
        let (header, columns) = try job.package.storedParts()
        try old.run(
            "INSERT INTO jobs (position, id, digest, name, priority, text, tables) "
                + "VALUES (1, 'a', 'd-a', 'n-a', -3, ?, ?)", [header, columns])
        try old.close()
        let store = try SQLiteStore(path: folder.file)
        let jobs = try store.load()
        #expect(jobs.count == 1)
        #expect(SQLiteStoreTests.same(jobs[0], SQLiteStoreTests.job("a", order: 1)))
        #expect(try store.quarantined().isEmpty)
    }
}
