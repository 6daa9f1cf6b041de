// SPDX-License-Identifier: Apache-2.0
import Foundation
import PoolCore
import Quantilizer
import TestMarks
import Testing

@testable import PoolRuntime

/// Disks that lie: whatever happens to the files of a store, what it answers is right, or it refuses.
@Suite struct StorageFaultTests {
    /// Faults that are tried; `QPOOL_STORAGE_FAULTS=10000` is the campaign of docs/reliability.md.
    static let faults =
        ProcessInfo.processInfo.environment["QPOOL_STORAGE_FAULTS"].flatMap { Int($0) } ?? 400

    private struct Chance: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state ^ (state >> 33)) &* 0xff51_afd7_ed55_8ccd
        }
    }

    private static let names = ["pool.sqlite", "pool.sqlite-wal", "pool.sqlite.commits"]

    /// The files of a store that was killed, with much in its log, and what it holds.
    private func killed() async throws -> (files: [String: [UInt8]], jobs: String) {
        let folder = try StoreFolder()
        var store = try SQLiteStore(path: folder.file)
        for number in 1...20 as ClosedRange<UInt64> {
            if number == 11 {
                // A proper end folds the log into the file: each has a half.
                try store.close()
                store = try SQLiteStore(path: folder.file)
            }
            try await store.commitAndWait([
                .submitted(SQLiteStoreTests.job("j\(number)", order: number, bytes: 300)),
                .merged(job: "j\(number)", partial: [UInt8](repeating: UInt8(number), count: 700)),
            ]).get()
            if number % 4 == 0 {
                try await store.commitAndWait([
                    .checkpoint(job: "j\(number)", snapshot: [1, 2, UInt8(number)]),
                    .warned(job: "j\(number)", text: "a warning"),
                ]).get()
            }
            if number % 5 == 0 {
                let document = ResultDocument(text: "{\"answer\": \(number)}", digest: "d\(number)")
                try await store.commitAndWait([.ended(job: "j\(number)", .done(document))]).get()
            }
        }
        try await store.commitAndWait([
            .quarantined(Quarantine(party: "p", worker: "w", host: "h", reason: "r")),
            .forgotten(job: "j3"), .contributed(job: "j1", party: "p"),
        ]).get()
        let copy = try folder.copy()
        var files: [String: [UInt8]] = [:]
        for name in Self.names {
            files[name] = try [UInt8](
                Data(contentsOf: URL(fileURLWithPath: copy.path + "/" + name)))
        }
        return (files, try "\(store.load())\(store.quarantined())")
    }

    /// Does one thing to one file; says what.
    private func damage(
        _ files: inout [String: [UInt8]], _ chance: inout Chance
    ) -> String {
        // The log has most of what matters.
        let name = Self.names[[0, 0, 1, 1, 1, 1, 2][Int.random(in: 0..<7, using: &chance)]]
        var bytes = files[name] ?? []
        guard !bytes.isEmpty else { return "nothing" }
        let place = Int.random(in: 0..<bytes.count, using: &chance)
        let what: String
        switch Int.random(in: 0..<10, using: &chance) {
        case 0...4:
            bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &chance)
            what = "a bit of byte \(place) of \(name)"
        case 5, 6:
            bytes.removeLast(bytes.count - place)
            what = "\(name) ends at \(place)"
        case 7:
            // A sector that was never written.
            let start = place / 512 * 512
            for index in start..<min(bytes.count, start + 512) { bytes[index] = 0 }
            what = "a lost sector at \(start) of \(name)"
        case 8:
            // A page that is another's.
            let (from, to) = (place / 4_096 * 4_096, Int.random(in: 0...place, using: &chance))
            let target = to / 4_096 * 4_096
            for offset in 0..<4_096
            where from + offset < bytes.count && target + offset < bytes.count {
                bytes[target + offset] = bytes[from + offset]
            }
            what = "the page at \(from) of \(name) at \(target) too"
        default:
            files[name] = nil
            return "\(name) is gone"
        }
        files[name] = bytes
        return what
    }

    @Test(.disabled(if: isQuick, "slow without an optimiser")) func aDamagedStoreIsRightOrRefused()
        async throws
    {
        let (files, expected) = try await killed()
        var chance = Chance(state: 20_261_128)
        var (right, refused) = (0, 0)
        let folder = try StoreFolder()
        for number in 0..<Self.faults {
            var damaged = files
            let what = damage(&damaged, &chance)
            for name in Self.names + ["pool.sqlite-shm", "pool.sqlite.working"] {
                try? FileManager.default.removeItem(atPath: folder.path + "/" + name)
            }
            for (name, bytes) in damaged { try folder.write(bytes, to: name) }
            do throws(PoolFailure) {
                let store = try SQLiteStore(path: folder.file)
                let found = try "\(store.load())\(store.quarantined())"
                if found == expected {
                    right += 1
                } else {
                    Issue.record("fault \(number), \(what): neither right nor refused")
                }
                try store.close()
            } catch {
                refused += 1
                #expect(!error.remedy.isEmpty && !error.message.isEmpty, "\(what)")
            }
        }
        print("\(Self.faults) faults: \(right) right, \(refused) refused")
        #expect(right + refused == Self.faults)
        #expect(right > Self.faults / 50 && refused > Self.faults / 3)
    }

    /// What was found by trying it: twenty jobs accepted, killed, one bit of the log turned.
    @Test func aTurnedBitOfTheLogIsToldWithTheRemedy() async throws {
        let (files, _) = try await killed()
        let folder = try StoreFolder()
        var damaged = files
        damaged["pool.sqlite-wal"]?[9_000] ^= 4
        for (name, bytes) in damaged { try folder.write(bytes, to: name) }
        let failure = refusal(folder.file)
        #expect(failure?.code == .store)
        #expect(failure?.message.contains("is short") == true)
        #expect(failure?.remedy.contains("--accept-store") == true)
        // A refusal changes nothing: the log can still be mended.
        let log = try Data(contentsOf: URL(fileURLWithPath: folder.file + "-wal"))
        #expect([UInt8](log) == damaged["pool.sqlite-wal"])
        // Taken as it is, it opens, and from then on as usual.
        try SQLiteStore(path: folder.file, accepting: true).close()
        #expect(refusal(folder.file) == nil)
    }

    /// The first commit of a young store is in its log too: with that damaged the file looks new.
    @Test func aYoungStoreWhoseLogIsDamagedIsNotNew() async throws {
        let folder = try StoreFolder()
        let store = try SQLiteStore(path: folder.file)
        try await store.commitAndWait([.submitted(SQLiteStoreTests.job("a", order: 1))]).get()
        for place in [40, 900, 5_000] {
            let copy = try folder.copy()
            let path = copy.file + "-wal"
            var log = try [UInt8](Data(contentsOf: URL(fileURLWithPath: path)))
            log[place] ^= 1
            try copy.write(log, to: "pool.sqlite-wal")
            #expect(refusal(copy.file)?.message.contains("is short") == true, "\(place)")
        }
        _ = store.path
    }

    @Test func aMissingFileBesideItsLogIsTold() async throws {
        let (files, _) = try await killed()
        let folder = try StoreFolder()
        for (name, bytes) in files where name != "pool.sqlite" {
            try folder.write(bytes, to: name)
        }
        let failure = refusal(folder.file)
        #expect(failure?.message.contains("is missing or empty") == true)
        #expect(!FileManager.default.fileExists(atPath: folder.file))
        // Emptied is as bad.
        try folder.write([])
        #expect(refusal(folder.file)?.message.contains("is missing or empty") == true)
        // And a file without its count.
        try folder.write(files["pool.sqlite"]!)
        try FileManager.default.removeItem(atPath: folder.file + ".commits")
        #expect(refusal(folder.file)?.message.contains(".commits") == true)
    }

    @Test func anotherNameOfTheFileIsTheSameFile() throws {
        let folder = try StoreFolder()
        let store = try SQLiteStore(path: folder.file)
        let link = folder.path + "/hard.sqlite"
        try FileManager.default.linkItem(atPath: folder.file, toPath: link)
        #expect(refusal(link)?.code == .storeInUse)
        _ = store.path
    }

    /// It holds prompts and answers.
    @Test func theFilesAreTheirOwnersAlone() async throws {
        let folder = try StoreFolder()
        #expect(
            FileManager.default.createFile(
                atPath: folder.file, contents: Data(), attributes: [.posixPermissions: 0o644]))
        let store = try SQLiteStore(path: folder.file)
        try await store.commitAndWait([.submitted(SQLiteStoreTests.job("a", order: 1))]).get()
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
            let attributes = try FileManager.default.attributesOfItem(
                atPath: folder.path + "/" + name)
            #expect((attributes[.posixPermissions] as? Int ?? 0) & 0o077 == 0, "\(name)")
        }
        _ = store.path
    }

    /// The jobs that a process was at work on when it died are counted, and forgiven when they go on.
    @Test func theStoreKnowsAtWhatAProcessDied() async throws {
        let folder = try StoreFolder()
        var store = try SQLiteStore(path: folder.file)
        try await store.commitAndWait([
            .submitted(SQLiteStoreTests.job("a", order: 1)),
            .submitted(SQLiteStoreTests.job("b", order: 2)),
        ]).get()
        try store.close()
        for crashes in 1...2 {
            // As a process leaves it that is killed at work on `a`.
            try folder.write(Array("a".utf8), to: "pool.sqlite.working")
            store = try SQLiteStore(path: folder.file)
            #expect(try store.load().map(\.crashes) == [crashes, 0])
            try store.close()
        }
        store = try SQLiteStore(path: folder.file)
        #expect(try store.load().map(\.crashes) == [2, 0])
        try await store.commitAndWait([.progressed(job: "a")]).get()
        #expect(try store.load().map(\.crashes) == [0, 0])
        // One that works now is told by the file, and taken out at a proper end.
        store.atWork(["b"])
        let path = folder.file + ".working"
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data("b".utf8))
        try store.close()
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)).isEmpty)
    }
}
