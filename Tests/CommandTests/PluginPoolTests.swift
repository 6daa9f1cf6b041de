// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestMarks
import Testing

/// Plugins on a pool: the same bits through kills, and nothing that operators did not allow.
@Suite(.disabled(if: isQuick, "starts pools")) struct PluginPoolTests {
    private let allowed = ["--threads", "1", "--allow-process", "python3 plugin.py *"]

    @Test func aPoolWithAKillGivesTheSameBits() throws {
        let folder = try PluginFolder("plugin.py")
        let path = try folder.job(
            PluginFolder.misbehaving("slow"), samples: 150_000, more: "histogram: true")
        let expected = try PluginResult(try qpool("run", path, "-o", "json", "--quiet"))
        let pool = try LocalPool(
            ["--allow-plugins", "--silence", "1s", "--lease-samples", "1024..8192"])
        let more = allowed + ["--plugin-folder", folder.path]
        try pool.addWorker(more)
        try pool.addWorker(more)
        _ = try pool.client("submit", path, "--id", "job")
        #expect(try pool.waitUntilBusy("job"))
        pool.workers[0].signal(SIGKILL)
        try pool.addWorker(more)
        let waited = try pool.client("wait", "job", "--quiet")
        #expect(waited.status == 0, "\(waited.error)")
        let found = try PluginResult(try pool.client("result", "job", "-o", "json"))
        #expect(found.digest == expected.digest)
        for worker in pool.workers { worker.signal(SIGKILL) }
        #expect(folder.waitUntilAllEnded())
    }

    @Test func whatNobodyAllowsIsRefused() throws {
        let folder = try PluginFolder("plugin.py")
        let path = try folder.job(PluginFolder.misbehaving("well"))
        let closed = try LocalPool()
        let refused = try closed.client("submit", path)
        #expect(refused.status == 6 && refused.error.contains("--allow-plugins"))

        let open = try LocalPool(["--allow-plugins"])
        try open.addWorker(["--threads", "1", "--allow-process", "python3 other.py"])
        #expect(open.workers[0].waitForError("connected to") != nil)
        let unoffered = try open.client("submit", path)
        #expect(unoffered.status == 6, "\(unoffered.error)")
        #expect(unoffered.error.contains("no worker may run `process python3 plugin.py well`"))
        // A worker that may gets it, and the one that may not gets none of it.
        try open.addWorker(allowed + ["--plugin-folder", folder.path])
        #expect(open.workers[1].waitForError("connected to") != nil)
        let done = try open.client("submit", path, "--wait", "--quiet", "-o", "json")
        #expect(try PluginResult(done).kept == 400)
        #expect(!open.workers[0].errorSoFar.contains("not allowed"))
    }

    @Test func aWorkerWithAnotherFileRefuses() throws {
        let folder = try PluginFolder("plugin.py")
        let other = try PluginFolder("plugin.py")
        let file = other.path + "/plugin.py"
        try "# not the same\n".write(toFile: file, atomically: true, encoding: .utf8)
        let pool = try LocalPool(["--allow-plugins"])
        try pool.addWorker(allowed + ["--plugin-folder", other.path])
        #expect(pool.workers[0].waitForError("connected to") != nil)
        let failed = try pool.client(
            "submit", try folder.job(PluginFolder.misbehaving("well")), "--wait", "--quiet")
        #expect(failed.status != 0)
        #expect(failed.error.contains("is not the one that the job was made with"))
    }
}
