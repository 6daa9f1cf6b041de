// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestMarks
import Testing

/// Stores and state files that older programs wrote, made once by `Fixtures/older/make`: what they hold
/// is read, and where the arithmetic is the same gone on with, to the bytes of today's whole run.
@Suite(.disabled(if: isQuick, "starts pools"), .serialized) struct OlderFileTests {
    static let fixtures = repository + "/Tests/CommandTests/Fixtures/older/"
    /// Before the layers inside `Quantilizer`, before bases described themselves.
    static let sameBits = "before-layers"
    /// As 0.1 wrote them: whose arithmetic they are of nobody recorded.
    static let first = "0.1"

    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// A copy of what a program left, to work in.
    private func copy(_ name: String) throws -> String {
        let path = folder.path + "/" + name
        try FileManager.default.copyItem(atPath: Self.fixtures + name, toPath: path)
        for file in try FileManager.default.contentsOfDirectory(atPath: path)
        where file.hasSuffix(".gz") {
            let unpacked = try output(["gzip", "-d", path + "/" + file])
            try #require(unpacked.status == 0, "\(unpacked.text)")
        }
        return path
    }

    private func text(_ path: String) throws -> String {
        try String(contentsOfFile: path, encoding: .utf8)
    }

    // MARK: The same arithmetic

    @Test func aStateIsExtended() throws {
        let path = try copy(Self.sameBits)
        let larger = try text(path + "/ended.yaml")
            .replacing("6_000", with: "12_000").appending("looks: [6_000]\n")
        try larger.write(toFile: path + "/larger.yaml", atomically: true, encoding: .utf8)
        let extended = try qpool(
            "extend", path + "/ended.qstate", "--samples", "12000", "-q", "-o", "json")
        #expect(extended.status == 0, "\(extended.error)")
        expectSame(extended.output, try undisturbed(path + "/larger.yaml"), "extended")
        let done = try #require(number("evaluations", in: extended.output))
        #expect(done < 12_000 + 3 * 256)
    }

    @Test func aPartIsMergedWithOneOfToday() throws {
        let path = try copy(Self.sameBits)
        let rest = try qpool(
            "run", path + "/ended.yaml", "--part", "2/2", "--state", path + "/rest.qstate", "-q")
        #expect(rest.status == 0, "\(rest.error)")
        let merged = try qpool(
            "merge", path + "/part.qstate", path + "/rest.qstate", "-o", "json")
        #expect(merged.status == 0, "\(merged.error)")
        expectSame(merged.output, try undisturbed(path + "/ended.yaml"), "merged")
    }

    @Test func aRunThatWasStoppedGoesOn() throws {
        let path = try copy(Self.sameBits)
        let run = try qpool(
            "run", path + "/open.yaml", "--state", path + "/open.qstate", "-q", "-o", "json")
        #expect(run.status == 0, "\(run.error)")
        expectSame(run.output, try undisturbed(path + "/open.yaml"), "stopped")
    }

    @Test func aStoreIsOpenedAndItsJobsGoOn() throws {
        let path = try copy(Self.sameBits)
        let pool = try LocalPool(["--store", path + "/store.sqlite"])
        let ended = try pool.client("result", "ended", "-o", "json")
        #expect(ended.output == (try text(path + "/stored.json")), "\(ended.error)")
        let open = try pool.client("status", "open", "-o", "json")
        let issued = try #require(number("issued", in: open.output))
        #expect(issued > 0 && issued < 1e8, "it must have been midway: \(open.output)")
        try pool.addWorker()
        for name in ["open", "islands"] {
            let done = try pool.client("wait", name, "--quiet")
            #expect(done.status == 0, "\(done.error)")
            let result = try pool.client("result", name, "-o", "json")
            expectSame(result.output, try undisturbed(path + "/\(name).yaml"), name)
        }
    }

    // MARK: 0.1

    @Test func aStateOfTheFirstVersionIsRefusedWithTheRemedy() throws {
        let path = try copy(Self.first)
        let extended = try qpool("extend", path + "/ended.qstate", "--samples", "12000")
        #expect(extended.status == 2 && extended.output.isEmpty)
        #expect(extended.error.contains("is work of a qpool that computes other bits"))
        #expect(extended.error.contains("or run the job again"))
    }

    @Test func aStoreOfTheFirstVersionKeepsItsResults() throws {
        let path = try copy(Self.first)
        let pool = try LocalPool(["--store", path + "/ended.sqlite"])
        let ended = try pool.client("result", "ended", "-o", "json")
        #expect(ended.output == (try text(path + "/stored.json")), "\(ended.error)")
    }

    @Test func unfinishedWorkOfTheFirstVersionIsRefusedAndStays() throws {
        let path = try copy(Self.first) + "/store.sqlite"
        let before = try Data(contentsOf: URL(fileURLWithPath: path))
        let refused = try qpool(
            "coordinator", "--listen", "tcp://127.0.0.1:0", "--store", path, seconds: 60)
        #expect(refused.status == 6, "\(refused.error)")
        #expect(refused.error.contains("holds unfinished work (open and 1 more)"))
        #expect(refused.error.contains("let that release finish or forget its jobs"))
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
    }
}
