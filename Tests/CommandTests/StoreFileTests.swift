// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestMarks
import Testing

/// Store files that cannot be used: what a user of `qpool coordinator` is told, and that the file stays
/// as it was.
@Suite(.disabled(if: isQuick, "starts pools"), .serialized) struct StoreFileTests {
    let folder: TemporaryFolder
    let path: String

    init() throws {
        folder = try TemporaryFolder()
        path = folder.path + "/pool.sqlite"
    }

    private func start(_ path: String) throws -> Finished {
        try qpool("coordinator", "--listen", "tcp://127.0.0.1:0", "--store", path, seconds: 20)
    }

    /// A store with a finished job and one that waits for workers.
    private func fill(_ path: String) throws {
        let pool = try LocalPool(["--store", path])
        let worker = try pool.addWorker()
        let small = try folder.write(SecurityTests.job, to: "small.yaml")
        let done = try pool.client("submit", small, "--id", "ended", "--wait", "--quiet")
        try #require(done.status == 0, "\(done.error)")
        worker.signal(SIGKILL)
        let waiting = try pool.client("submit", small, "--id", "open")
        try #require(waiting.status == 0, "\(waiting.error)")
        pool.coordinator.signal(SIGTERM)
        try #require(pool.coordinator.finish(seconds: 20).status == 0)
    }

    private func bytes(_ path: String) throws -> Data {
        try Data(contentsOf: URL(fileURLWithPath: path))
    }

    @Test func otherFilesAreNotTouched() throws {
        let text = try folder.write(String(repeating: "my thesis\n", count: 500), to: "thesis.txt")
        let refused = try start(text)
        #expect(refused.status == 1)
        #expect(refused.error.contains("\(text) is there and is not a store of qpool"))
        #expect(refused.error.contains("name another file with --store"))
        #expect(try bytes(text) == Data(String(repeating: "my thesis\n", count: 500).utf8))
        let missing = try start(folder.path + "/missing/pool.sqlite")
        #expect(missing.status == 1 && missing.error.contains("cannot be opened or made"))
    }

    @Test func damageIsSaidAndTheFileStays() throws {
        try fill(path)
        let whole = try bytes(path)
        // Pages overwritten, the file cut short, one bit of a kept result turned.
        var scribbled = whole
        for index in 4_096..<12_288 { scribbled[index] = 0xff }
        let cut = whole.prefix(whole.count / 2)
        var turned = whole
        let place = try #require(turned.range(of: Data("\"digest\"".utf8), options: .backwards))
        turned[place.lowerBound + 1] ^= 1
        for (name, damaged) in [("scribbled", scribbled), ("cut", Data(cut)), ("turned", turned)] {
            try damaged.write(to: URL(fileURLWithPath: path))
            let refused = try start(path)
            #expect(refused.status == 1, "\(name)")
            #expect(refused.error.contains("the store \(path) is damaged"), "\(refused.error)")
            #expect(refused.error.contains("restore it from a backup"), "\(refused.error)")
            // The turned bit is in a row: the file opens, and its header's counters move.
            #expect(try name == "turned" || bytes(path) == damaged, "\(name) was changed")
        }
        // The backup works.
        try whole.write(to: URL(fileURLWithPath: path))
        let pool = try LocalPool(["--store", path])
        #expect(try pool.client("result", "ended", "-o", "json").status == 0)
        try pool.addWorker()
        #expect(try pool.client("wait", "open", "--quiet").status == 0)
    }

    @Test(.enabled(if: SmallDisk.isAllowed, SmallDisk.reason))
    func aReadOnlyDiskIsSaid() throws {
        let disk = try SmallDisk(folder.path + "/disk", megabytes: 16)
        let kept = disk.path + "/pool.sqlite"
        try fill(kept)
        let whole = try bytes(kept)
        try disk.makeReadOnly()
        let refused = try start(kept)
        #expect(refused.status == 1)
        #expect(refused.error.contains("the store \(kept) cannot be"), "\(refused.error)")
        #expect(refused.error.contains("Read-only file system"), "\(refused.error)")
        #expect(try bytes(kept) == whole)
    }

    @Test func aSecondCoordinatorIsToldWhoHasTheFile() throws {
        let pool = try LocalPool(["--store", path])
        let second = try start(path)
        #expect(second.status == 6)
        let number = pool.coordinator.process.processIdentifier
        #expect(second.error.contains("another coordinator (process \(number)) keeps its jobs in"))
        #expect(try pool.client("jobs").status == 0)
        // Its lock goes with it, however it ends.
        pool.coordinator.signal(SIGKILL)
        try pool.restartCoordinator()
        #expect(try pool.client("jobs").status == 0)
    }

    #if os(Linux)
        @Test func theDescriptorLimitIsRaisedAndKept() throws {
            let pool = try LocalPool(prefix: ["sh", "-c", "ulimit -S -n 64; exec \"$@\"", "sh"])
            let limits = try String(
                contentsOfFile: "/proc/\(pool.coordinator.process.processIdentifier)/limits",
                encoding: .utf8)
            let line = try #require(
                limits.split(separator: "\n").first { $0.hasPrefix("Max open files") })
            let figures = line.split(separator: " ").compactMap { Int($0) }
            try #require(figures.count == 2)
            #expect(figures[0] == min(figures[1], 1 << 20), "soft and hard limit: \(line)")
        }

        @Test func moreWorkersThanDescriptorsAreTurnedAway() throws {
            // Room for one worker beside what is kept for clients and the store.
            let pool = try LocalPool(prefix: ["sh", "-c", "ulimit -n 69; exec \"$@\"", "sh"])
            let first = try pool.addWorker(prefix: [])
            #expect(try pool.waitForWorkers(1))
            let second = try pool.addWorker(prefix: [])
            let said = second.waitForError("there is no room for more")
            #expect(said?.contains("ulimit -n") == true, "\(second.errorSoFar)")
            #expect(pool.coordinator.waitForError("no more are let in") != nil)
            #expect(try pool.workerCount() == 1)
            // Who waits gets the place of who leaves.
            first.signal(SIGTERM)
            #expect(first.finish(seconds: 20).status == 0)
            #expect(second.waitForError("connected to") != nil)
        }
    #endif
}
