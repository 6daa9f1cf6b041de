// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestMarks
import Testing

/// Jobs that go on, and parts that are joined, as people do it.
@Suite(.disabled(if: isQuick, "forty million samples"), .serialized) struct ExtensionTests {
    private static func job(_ samples: String, _ more: String = "") -> String {
        """
        name: on and on
        seed: 11
        base: { normal: { dimension: 3 } }
        utilities: { a: "x[0] + sin(3*x[1])", b: "floor(2*x[2])" }
        quantiles: [0.01, 0.2]
        samples: \(samples)
        draws: 9
        costs: { late: "x[1] > 1" }
        histogram: 200
        \(more)
        """
    }

    private func qpool(_ arguments: String..., folder: TemporaryFolder) throws -> Finished {
        try QPoolProcess(arguments, folder: folder.path).finish(seconds: 120)
    }

    private func whole(
        _ samples: String, _ folder: TemporaryFolder, _ more: String = ""
    ) throws -> String {
        _ = try folder.write(Self.job(samples, more), to: "whole.yaml")
        let run = try qpool("run", "whole.yaml", "-q", "-o", "json", folder: folder)
        #expect(run.status == 0, "\(run.error)")
        return withoutTimings(run.output)
    }

    @Test func aStateIsExtendedAndGivesTheBytesOfTheWholeJob() throws {
        let folder = try TemporaryFolder()
        // The kept samples of the larger jobs are streamed.
        let expected = try whole("5_000_000", folder, "looks: [100100, 1000000]")
        _ = try folder.write(Self.job("100_100"), to: "job.yaml")
        let first = try qpool(
            "run", "job.yaml", "--state", "s.qstate", "-q", "-o", "json", folder: folder)
        #expect(withoutTimings(first.output) == (try whole("100_100", folder)))
        // The same again has nothing to do, and the same answer.
        let again = try qpool(
            "run", "job.yaml", "--state", "s.qstate", "-q", "-o", "json", folder: folder)
        #expect(withoutTimings(again.output) == withoutTimings(first.output))
        for samples in ["1e6", "5e6", "5000000"] {
            let extended = try qpool(
                "extend", "s.qstate", "--samples", samples, "-q", "-o", "json", folder: folder)
            #expect(extended.status == 0, "\(extended.error)")
            if samples == "1e6" { continue }
            #expect(withoutTimings(extended.output) == expected)
            let done = try #require(number("evaluations", in: timings(extended.output)))
            #expect(done < 5_000_000 + 3 * 256)
        }
        let fewer = try qpool("extend", "s.qstate", "--samples", "1e6", folder: folder)
        #expect(fewer.status == 2 && fewer.error.contains("has 5000000 samples already"))
        let other = try qpool("run", "job.yaml", "--state", "s.qstate", folder: folder)
        #expect(other.status == 2)
        #expect(other.error.contains("`samples` is 5000000 and 100100"), "\(other.error)")
    }

    private func timings(_ document: String) -> String {
        document.range(of: "\"timings\"").map { String(document[$0.lowerBound...]) } ?? ""
    }

    @Test func partsMergeIntoTheWhole() throws {
        let folder = try TemporaryFolder()
        let expected = try whole("300_100", folder)
        _ = try folder.write(Self.job("300_100"), to: "job.yaml")
        for part in ["1/2", "2/2", "1/3", "2/3", "3/3"] {
            let name = part.replacingOccurrences(of: "/", with: "of") + ".qstate"
            let run = try qpool(
                "run", "job.yaml", "--part", part, "--state", name, "-q", folder: folder)
            #expect(run.status == 0 && run.output.isEmpty, "\(run.error)")
            #expect(run.error.contains("kept in \(name)"))
        }
        func merge(_ files: String...) throws -> Finished {
            try QPoolProcess(["merge", "-o", "json"] + files, folder: folder.path)
                .finish(seconds: 60)
        }
        // Any order, overlaps, the same twice.
        for files in [
            ["1of2", "2of2"], ["2of2", "1of2"], ["3of3", "1of3", "2of3"],
            ["1of2", "2of3", "3of3", "1of3", "1of2"],
        ] {
            let merged = try QPoolProcess(
                ["merge", "-o", "json"] + files.map { $0 + ".qstate" }, folder: folder.path
            ).finish(seconds: 60)
            #expect(withoutTimings(merged.output) == expected, "\(files) \(merged.error)")
        }
        let gaps = try merge("1of3.qstate", "3of3.qstate")
        #expect(gaps.status == 2 && gaps.output.isEmpty)
        // A third of 300,100, down to a block: 99,840; two thirds: 199,936.
        #expect(gaps.error.contains("100096 samples, 99840 to 199935"), "\(gaps.error)")
        // What is there is kept, and completed by a run.
        let kept = try merge("1of3.qstate", "3of3.qstate", "--state", "both.qstate")
        #expect(kept.status == 0 && kept.error.contains("99840 to 199935"))
        let rest = try qpool(
            "run", "job.yaml", "--state", "both.qstate", "-q", "-o", "json", folder: folder)
        #expect(withoutTimings(rest.output) == expected, "\(rest.error)")
        _ = try folder.write(
            Self.job("300_100").replacing("seed: 11", with: "seed: 12"), to: "b.yaml")
        _ = try qpool(
            "run", "b.yaml", "--part", "1/2", "--state", "b.qstate", "-q", folder: folder)
        let foreign = try merge("1of2.qstate", "b.qstate")
        #expect(foreign.status == 2 && foreign.error.contains("`seed` is 11 and 12"))
    }

    @Test func damagedStatesAreOneClearError() throws {
        let folder = try TemporaryFolder()
        _ = try folder.write(Self.job("20_000"), to: "job.yaml")
        _ = try qpool(
            "run", "job.yaml", "--part", "1/2", "--state", "a.qstate", "-q", folder: folder)
        let path = folder.path + "/a.qstate"
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        func said(_ bytes: [UInt8]) throws -> String {
            try Data(bytes).write(to: URL(fileURLWithPath: folder.path + "/h.qstate"))
            let merged = try qpool("merge", "h.qstate", folder: folder)
            #expect(merged.status == 2 && merged.output.isEmpty)
            #expect(merged.error.split(separator: "\n").count == 1, "\(merged.error)")
            return merged.error
        }
        #expect(try said([]).contains("is no state of a run"))
        #expect(try said(Array("job: 1\nand more".utf8)).contains("is no state of a run"))
        #expect(try said(Array(bytes[..<20])).contains("is cut short"))
        #expect(try said(Array(bytes.dropLast())).contains("is damaged"))
        #expect(try said(bytes + [0]).contains("is damaged"))
        for place in [17, 60, bytes.count / 2, bytes.count - 70, bytes.count - 1] {
            var hostile = bytes
            hostile[place] ^= 0x10
            _ = try said(hostile)
        }
        var newer = bytes
        newer[8] += 1
        #expect(try said(newer).contains("has version \(newer[8]) of the format"))
        #expect(try qpool("merge", "none.qstate", folder: folder).status == 2)
        #expect(try qpool("merge", ".", folder: folder).error.contains("it is not a file"))
    }

    @Test func whatCannotBeKeptOrPartedSaysWhy() throws {
        let folder = try TemporaryFolder()
        _ = try folder.write(
            """
            base: { normal: { dimension: 4 } }
            utility: "x[0]"
            quantile: 1e-6
            method: splitting
            """, to: "splitting.yaml")
        let splitting = try qpool("run", "splitting.yaml", "--state", "s.qstate", folder: folder)
        #expect(splitting.status == 2 && splitting.error.contains("no number of samples to raise"))
        _ = try folder.write(Self.job("2e7", "memory: 16MiB"), to: "large.yaml")
        let large = try qpool(
            "run", "large.yaml", "--part", "1/2", "--state", "l.qstate", folder: folder)
        #expect(large.status == 2 && large.error.contains("do not fit `memory`"))
        let alone = try qpool("run", "large.yaml", "--part", "1/2", folder: folder)
        #expect(alone.status == 2 && alone.error.contains("--part needs --state"))
    }

    /// Kills the coordinator while it extends a job; starts it again on its store.
    @Test(.timeLimit(.minutes(5))) func anExtensionSurvivesKillNine() throws {
        let folder = try TemporaryFolder()
        let expected = try whole("40_000_000", folder, "looks: [2000000]")
        _ = try folder.write(Self.job("2_000_000"), to: "job.yaml")
        let pool = try LocalPool(["--store", folder.path + "/pool.sqlite"])
        try pool.addWorker()
        let first = try pool.client(
            "submit", folder.path + "/job.yaml", "--id", "grows", "--wait", "-q", "-o", "json")
        #expect(withoutTimings(first.output) == (try whole("2_000_000", folder)))
        let asked = try pool.client("extend", "gro", "--samples", "4e7")
        #expect(asked.status == 0 && asked.output == "grows\n", "\(asked.error)")
        for _ in 0..<3 {
            pool.coordinator.signal(SIGKILL)
            try pool.restartCoordinator()
            // The answer before, until there is a new one.
            let now = try pool.client("result", "grows", "-o", "json")
            #expect(now.status == 0, "\(now.error)")
            if now.error.contains("was extended") {
                #expect(withoutTimings(now.output) == withoutTimings(first.output))
            }
            try pool.replaceWorker(0)
            Thread.sleep(forTimeInterval: 0.4)
        }
        let waited = try pool.client("wait", "grows", "-q")
        #expect(waited.status == 0, "\(waited.error)")
        let last = try pool.client("result", "grows", "-o", "json")
        #expect(withoutTimings(last.output) == expected)
        let fewer = try pool.client("extend", "grows", "--samples", "1000")
        #expect(fewer.status == 2 && fewer.error.contains("has 40000000 samples already"))
        // Cancelled, and on from there.
        _ = try pool.client("extend", "grows", "--samples", "1e9")
        _ = try pool.client("cancel", "grows")
        let kept = try pool.client("result", "grows", "-o", "json")
        #expect(withoutTimings(kept.output) == expected && kept.error.contains("is cancelled"))
        let retried = try pool.client("retry", "grows")
        #expect(retried.status == 0 && retried.error.contains("grows is"), "\(retried.error)")
        _ = try pool.client("cancel", "grows")
    }
}
