// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestMarks
import Testing

/// Processes that stand still for longer than the time of silence, then go on (SIGSTOP, SIGCONT): the
/// others do their work meanwhile, and what comes late changes nothing.
@Suite(.disabled(if: isQuick, "waits for workers to be given up"), .serialized) struct FrozenTests {
    let folder: TemporaryFolder
    let file: String
    static let options = ["--silence", "1s", "--lease-samples", "4096..65536"]

    init() throws {
        folder = try TemporaryFolder()
        file = try folder.write(DrillTests.job(31), to: "job.yaml")
    }

    @Test func aFrozenWorkerIsReplacedAndComesBack() throws {
        let pool = try LocalPool(Self.options)
        let frozen = try pool.addWorker()
        #expect(try pool.client("submit", file, "--id", "ice").status == 0)
        try #require(try pool.waitUntilBusy("ice"))
        frozen.signal(SIGSTOP)
        #expect(pool.coordinator.waitForError("its leases go to others") != nil)
        let before = try pool.client("status", "ice", "-o", "json")
        #expect(string("state", in: before.output) == "running", "it must be frozen midway")
        try pool.addWorker()
        let done = try pool.client("wait", "ice", "--quiet", seconds: 60)
        #expect(done.status == 0, "\(done.error)")
        let result = try pool.client("result", "ice", "-o", "json")
        expectSame(result.output, try undisturbed(file), "frozen worker")
        // Thawed, it sends what it held, which nobody needs, and works again.
        frozen.signal(SIGCONT)
        #expect(try pool.waitForWorkers(2))
        try pool.endWorker(1)
        let other = try folder.write(DrillTests.job(32), to: "other.yaml")
        let alone = try pool.client("submit", other, "--wait", "--quiet", "-o", "json")
        #expect(alone.status == 0, "\(alone.error)")
        expectSame(alone.output, try undisturbed(other), "thawed worker")
    }

    @Test func aFrozenCoordinatorGoesOn() throws {
        let pool = try LocalPool(Self.options + ["--store", folder.path + "/pool.sqlite"])
        for _ in 0..<2 { try pool.addWorker() }
        #expect(try pool.client("submit", file, "--id", "ice").status == 0)
        try #require(try pool.waitUntilBusy("ice"))
        pool.coordinator.signal(SIGSTOP)
        // Three times the silence: the workers give the connection up and knock again.
        usleep(3_000_000)
        let unheard = try pool.client("status", "ice", "--timeout", "0.2")
        #expect(unheard.status == 5, "nobody answers, and that is said: \(unheard.error)")
        pool.coordinator.signal(SIGCONT)
        let after = try pool.client("status", "ice", "-o", "json")
        #expect(string("state", in: after.output) == "running", "it must be frozen midway")
        let done = try pool.client("wait", "ice", "--quiet", seconds: 60)
        #expect(done.status == 0, "\(done.error)")
        let result = try pool.client("result", "ice", "-o", "json")
        expectSame(result.output, try undisturbed(file), "frozen coordinator")
        #expect(try pool.waitForWorkers(2))
    }
}

/// A cut cable between two network namespaces, which the test makes and removes.
@Suite(
    .disabled(if: isQuick, "waits for workers to be given up"), .serialized,
    .enabled(if: NetworkPair.isAllowed, NetworkPair.reason))
struct PartitionTests {
    let folder: TemporaryFolder
    let file: String
    let network: NetworkPair
    let pool: LocalPool
    static let plaintext = ["QPOOL_ALLOW_PLAINTEXT": "1"]

    init() throws {
        folder = try TemporaryFolder()
        file = try folder.write(DrillTests.job(41), to: "job.yaml")
        network = try NetworkPair()
        pool = try LocalPool(
            [
                "--store", folder.path + "/pool.sqlite", "--allow-plaintext", "--silence", "1s",
                "--lease-samples", "4096..65536",
            ], listen: "tcp://\(network.address):0", prefix: network.at(network.near),
            environment: Self.plaintext)
    }

    private func addFarWorker() throws {
        try pool.addWorker(
            ["--threads", "1"], prefix: network.at(network.far))
    }

    private func expectResult(_ id: String, _ label: String) throws {
        let done = try pool.client("wait", id, "--quiet", seconds: 60)
        #expect(done.status == 0, "\(done.error)")
        let result = try pool.client("result", id, "-o", "json")
        expectSame(result.output, try undisturbed(file), label)
    }

    @Test func aCutOffWorkerIsReplacedAndTheCoordinatorIsFoundAgain() throws {
        try addFarWorker()
        // A client over there, too: it waits through the cut.
        let far = try QPoolProcess(
            [
                "submit", file, "--id", "cut", "--wait", "-o", "json", "--quiet", "--connect",
                pool.endpoint,
            ], environment: Self.plaintext, prefix: network.at(network.far))
        try #require(try pool.waitUntilBusy("cut"))
        try network.cut()
        #expect(pool.coordinator.waitForError("its leases go to others") != nil)
        let before = try pool.client("status", "cut", "-o", "json")
        #expect(string("state", in: before.output) == "running", "it must be cut midway")
        try pool.addWorker()
        try expectResult("cut", "cut off")
        try network.mend()
        let waited = far.finish(seconds: 60)
        #expect(waited.status == 0, "\(waited.error)")
        expectSame(waited.output, try undisturbed(file), "the client's answer")
        #expect(try pool.waitForWorkers(2))
    }

    @Test func aPartitionThatHealsCostsNothingButTime() throws {
        for _ in 0..<2 { try addFarWorker() }
        #expect(try pool.client("submit", file, "--id", "heal").status == 0)
        try #require(try pool.waitUntilBusy("heal"))
        let before = try pool.client("status", "heal", "-o", "json")
        try network.cut()
        usleep(2_500_000)
        let cut = try pool.client("status", "heal", "-o", "json")
        #expect(string("state", in: cut.output) == "running", "it must be cut midway")
        #expect(number("issued", in: cut.output)! >= number("issued", in: before.output)!)
        #expect(try pool.workerCount() == 0)
        try network.mend()
        try expectResult("heal", "healed")
        #expect(try pool.waitForWorkers(2))
    }
}
