// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestMarks
import Testing

/// Utilities outside the formula language, on one machine: their bits, and what they do wrong.
@Suite(.disabled(if: isQuick, "starts plugins over and over")) struct PluginTests {
    private static let formula = "\"x[0]*x[0] - x[1]\""

    private func run(_ folder: PluginFolder, _ path: String, _ more: String...) throws -> Finished {
        try QPoolProcess(["run", path, "-o", "json", "--quiet"] + more).finish()
    }

    @Test func allWaysGiveTheSameBits() throws {
        let folder = try PluginFolder("plugin.py", "lines.py")
        try folder.buildLibrary()
        let expected = try PluginResult(run(folder, folder.job(Self.formula)))
        #expect(expected.draws.count == 5 && expected.kept == 400)
        let ways = [
            PluginFolder.misbehaving("well"),
            "{ process: { command: [python3, plugin.py] } }",
            "{ process: { command: [python3, plugin.py], batch: 256 } }",
            "{ process: { command: [python3, lines.py], format: json-lines } }",
            "{ library: { path: ./libplugin.so, function: bend } }",
        ]
        var documents: Set<String> = []
        for way in ways {
            let found = try PluginResult(run(folder, folder.job(way)))
            #expect(found.agrees(with: expected), "\(way)")
            #expect(found.warnings.isEmpty && found.invalid == 0)
            documents.insert(found.digest)
        }
        // Among themselves even the means have the same bits.
        #expect(documents.count == 1)
        #expect(folder.waitUntilAllEnded())
    }

    @Test func costsBatchesAndSplittingToo() throws {
        let folder = try PluginFolder("plugin.py")
        let cost = "cost: { bend: { process: { command: [python3, plugin.py], batch: 512 } } }"
        let path = try folder.job("\"x[0]\"", samples: 9000, more: cost)
        let one = try run(folder, path, "--threads", "1")
        let two = try run(folder, path, "--threads", "2")
        #expect(withoutTimings(one.output) == withoutTimings(two.output))
        #expect(one.output.contains("\"bend\""))
        let splitting = """
            seed: 3
            base: { normal: { dimension: 2 } }
            quantile: 1e-3
            method: { splitting: { particles: 256, islands: 4, moves: 4 } }
            utility:
            """
        let own = try qpool(
            "run", "-", "-o", "json", "--quiet", input: splitting + " " + Self.formula,
            folder: folder.path)
        let outside = try qpool(
            "run", "-", "-o", "json", "--quiet",
            input: splitting + " { process: { command: [python3, plugin.py] } }",
            folder: folder.path)
        #expect(try PluginResult(outside).agrees(with: PluginResult(own)))
    }

    @Test(arguments: ["crash", "hang", "short", "long", "garbage", "error"])
    func aFailedBatchIsCounted(_ what: String) throws {
        let folder = try PluginFolder("plugin.py")
        let utility = PluginFolder.misbehaving("\(what)-at-first", ", timeout: 1")
        // One thread, so that the first batch is the one with sample 0.
        let finished = try run(folder, folder.job(utility), "--threads", "1")
        let result = try PluginResult(finished)
        #expect(result.invalid == 1024, "\(what)")
        let warning = try #require(result.warnings.first { $0.code == "plugin-failed" })
        #expect(warning.message.contains("failed for 1024"))
        #expect(finished.error.contains("tried again in a fresh process"))
        let words = [
            "crash": "sample 0 is too much", "hang": "gave no answer within 1.0 s",
            "short": "something else", "long": "something else", "garbage": "beginning `Traceback",
            "error": "sample 0 is not to my taste",
        ]
        #expect(finished.error.contains(try #require(words[what])), "\(finished.error)")
        #expect(folder.waitUntilAllEnded())
    }

    @Test func aCrashIsRetriedWithoutATrace() throws {
        let folder = try PluginFolder("plugin.py")
        let expected = try PluginResult(run(folder, folder.job(Self.formula)))
        let finished = try run(folder, folder.job(PluginFolder.misbehaving("crash-once")))
        let found = try PluginResult(finished)
        #expect(found.agrees(with: expected) && found.warnings.isEmpty)
        #expect(finished.error.contains("was ended by signal 11"))
    }

    @Test func randomCrashesNeverEndTheJob() throws {
        let folder = try PluginFolder("plugin.py")
        let finished = try run(
            folder, folder.job(PluginFolder.misbehaving("crash-sometimes")), "--threads", "1")
        let result = try PluginResult(finished)
        #expect(result.issued == 40_000)
        // A whole number of batches failed twice: of 39 of 1,024 samples and one of 64.
        #expect(result.invalid % 1024 == 0 || result.invalid % 1024 == 64)
        #expect(result.warnings.contains { $0.code == "plugin-failed" } == (result.invalid > 0))
    }

    @Test func aMegabyteOfErrorsAndNaNsAreNoHindrance() throws {
        let folder = try PluginFolder("plugin.py")
        let expected = try PluginResult(run(folder, folder.job(Self.formula)))
        let loud = try PluginResult(run(folder, folder.job(PluginFolder.misbehaving("shout"))))
        #expect(loud.agrees(with: expected))
        let missing = try PluginResult(run(folder, folder.job(PluginFolder.misbehaving("nan"))))
        #expect(missing.agrees(with: expected))
        #expect(missing.invalid > 10_000 && missing.warnings.map(\.code) == ["invalid"])
    }

    @Test func aBrokenPluginIsToldOfAtOnce() throws {
        let folder = try PluginFolder("plugin.py")
        let silent = try run(folder, folder.job(PluginFolder.misbehaving("silent-start")))
        #expect(silent.status == 2)
        #expect(silent.error.contains("ended with exit status 3"))
        #expect(silent.error.contains("the model file is missing"))
        let missing = try run(
            folder, folder.job("{ process: { command: [no-such-program-at-all] } }"))
        #expect(missing.status == 2 && missing.error.contains("No such file or directory"))
        let given = try run(folder, folder.job(PluginFolder.misbehaving("always-crash")))
        #expect(given.status == 1)
        #expect(given.error.contains("the first 3 batches failed, each twice"))
        try folder.buildLibrary()
        let symbol = try run(
            folder, folder.job("{ library: { path: libplugin.so, function: bent } }"))
        #expect(symbol.status == 2 && symbol.error.contains("has no function `bent`"))
        let refusing = try run(
            folder, folder.job("{ library: { path: libplugin.so, function: refuse } }"))
        #expect(refusing.status == 1 && refusing.output.isEmpty)
        #expect(refusing.error.contains("failed for each of 40000 samples"), "\(refusing.error)")
    }

    @Test func noProcessOutlivesAKilledRun() throws {
        let folder = try PluginFolder("plugin.py")
        let path = try folder.job(
            PluginFolder.misbehaving("hang-at-first", ", timeout: 600"), samples: 4_000_000)
        let process = try QPoolProcess(["run", path, "--quiet"])
        let end = Date().addingTimeInterval(20)
        while folder.living.isEmpty, Date() < end { usleep(20_000) }
        usleep(300_000)
        #expect(!folder.living.isEmpty)
        process.signal(SIGKILL)
        #expect(folder.waitUntilAllEnded())
    }

    @Test func checkTellsReplayableFromNot() throws {
        let folder = try PluginFolder("plugin.py")
        let well = try qpool("check", folder.job(PluginFolder.misbehaving("well")))
        #expect(well.status == 0 && well.output.contains(": replayable"))
        let random = try qpool("check", folder.job(PluginFolder.misbehaving("random")))
        #expect(random.status == 1 && random.output.contains(": not replayable"))
    }

    @Test func verifyMakesDrawsAgainAndMindsTheFile() throws {
        let folder = try PluginFolder("plugin.py")
        let finished = try run(folder, folder.job(PluginFolder.misbehaving("well")))
        let right = try qpool("verify", "-", input: finished.output, folder: folder.path)
        #expect(right.status == 0, "\(right.error)")
        let file = folder.path + "/plugin.py"
        let text = try String(contentsOfFile: file, encoding: .utf8)
        try (text + "\n# changed\n").write(toFile: file, atomically: true, encoding: .utf8)
        let wrong = try qpool("verify", "-", input: finished.output, folder: folder.path)
        #expect(wrong.status == 2 && wrong.error.contains("is not the one that the job was made"))
    }

    /// What a result that is no number does to its batch: nothing. The sample has no utility.
    @Test(
        arguments: [
            ("NaN", true), ("null", true), ("Infinity", true), ("-Infinity", true),
            ("true", true), ("false", true), ("1e400", true), ("\\\"much\\\"", true), ("[1]", true),
            ("{}", true), ("\\\"nan\\\"", true), ("0.5e0", false), ("\\\"-inf\\\"", false),
        ])
    func oneResultIsOneSamplesBusiness(word: String, isInvalid: Bool) throws {
        let folder = try PluginFolder()
        let path = try folder.job(
            "{ process: { command: [python3, words.py], format: json-lines, batch: 512 } }",
            samples: 2_000, quantile: "0.1")
        try """
        import json, sys
        sys.stdin.readline()
        print('{"protocol": 1}', flush=True)
        for line in sys.stdin:
            batch = json.loads(line)
            results = ", ".join(
                "\(word)" if x > 1 else repr(x) for x, y in batch["samples"])
            print('{"id": %d, "results": [%s]}' % (batch["id"], results), flush=True)
        """.write(toFile: folder.path + "/words.py", atomically: true, encoding: .utf8)
        let found = try PluginResult(run(folder, path))
        // The formula says which samples those are.
        let expected = try PluginResult(
            run(folder, folder.job("\"x[0] > 1 ? nan : x[0]\"", samples: 2_000, quantile: "0.1")))
        #expect(expected.invalid > 200)
        #expect(found.invalid == (isInvalid ? expected.invalid : 0), "\(word)")
        if isInvalid { #expect(found.agrees(with: expected), "\(word)") }
        #expect(!found.warnings.contains { $0.code == "plugin-failed" })
    }

    /// A utility with a mistake says so once, with a count, and stops the job.
    @Test func aTracebackIsShownOnce() throws {
        let folder = try PluginFolder()
        let path = try folder.job(
            "{ process: { command: [python3, wrong.py], format: json-lines } }", samples: 200_000)
        try """
        import json, os, sys
        sys.stdin.readline()
        print('{"protocol": 1}', flush=True)
        for line in sys.stdin:
            json.loads(line)
            raise ValueError("no utility for %d" % os.getpid())
        """.write(toFile: folder.path + "/wrong.py", atomically: true, encoding: .utf8)
        let failed = try run(folder, path)
        #expect(failed.status == 1 && failed.output.isEmpty)
        let traces = failed.error.components(separatedBy: "Traceback").count - 1
        #expect(traces == 1, "\(failed.error)")
        // Three batches, each twice, by as many threads as there are: some end before they are told.
        let told = try Regex(": [3-8] times in all")
        #expect(failed.error.contains(told), "\(failed.error)")
        #expect(failed.error.contains("the first 3 batches failed, each twice; the last: ended"))
        #expect(failed.error.contains("(ValueError: no utility for"))
    }
}
