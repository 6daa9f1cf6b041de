// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// A folder with plugins and a job, to run in.
final class PluginFolder {
    static let fixtures = repository + "/Tests/CommandTests/Fixtures/plugins"
    private let folder: TemporaryFolder
    var path: String { folder.path }

    init(_ files: String...) throws {
        folder = try TemporaryFolder()
        for file in files {
            try FileManager.default.copyItem(
                atPath: Self.fixtures + "/" + file, toPath: folder.path + "/" + file)
        }
    }

    /// Writes a job of two normals whose utility is as given, and gives its path.
    func job(
        _ utility: String, samples: Int = 40_000, quantile: String = "0.01", more: String = "",
        name: String = "job.yaml"
    ) throws -> String {
        try folder.write(
            """
            seed: 7
            base: { normal: { dimension: 2 } }
            utility: \(utility)
            quantile: \(quantile)
            samples: \(samples)
            draws: 5
            \(more)
            """, to: name)
    }

    /// The utility of `plugin.py` in one of its modes.
    static func misbehaving(_ mode: String, _ more: String = "") -> String {
        "{ process: { command: [python3, plugin.py, \(mode)], batch: 1024\(more) } }"
    }

    /// Builds the C plugin.
    func buildLibrary(_ name: String = "libplugin.so") throws {
        let compiler = Process()
        compiler.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        compiler.arguments = [
            "clang", "-O2", "-shared", "-fPIC", "-ffp-contract=off", "-I",
            repository + "/clients/c", Self.fixtures + "/plugin.c", "-o", path + "/" + name,
        ]
        try compiler.run()
        compiler.waitUntilExit()
        try #require(compiler.terminationStatus == 0)
    }

    /// Processes of plugins that still live, of all that noted their numbers.
    var living: [Int32] {
        let text = (try? String(contentsOfFile: path + "/pids", encoding: .utf8)) ?? ""
        return text.split(separator: "\n").compactMap { Int32($0) }.filter { kill($0, 0) == 0 }
    }

    /// Waits until no process of a plugin lives; false when the time is over.
    func waitUntilAllEnded(seconds: Double = 60) -> Bool {
        let end = Date().addingTimeInterval(seconds)
        while !living.isEmpty, Date() < end { usleep(20_000) }
        return living.isEmpty
    }
}

/// A result document as far as plugins matter.
struct PluginResult: Decodable {
    struct Threshold: Decodable { var value: Double }
    struct Draw: Decodable, Equatable {
        var index: UInt64
        var utility: Double
        var value: [Double]
    }
    struct Warning: Decodable {
        var code: String
        var message: String
    }
    var issued: UInt64
    var kept: UInt64
    var invalid: UInt64
    var digest: String
    var threshold: Threshold
    var draws: [Draw]
    var warnings: [Warning]

    init(_ run: Finished) throws {
        try #require(run.status == 0, "\(run.error)")
        self = try JSONDecoder().decode(PluginResult.self, from: Data(run.output.utf8))
    }

    /// Draws and threshold: what must not depend on where the arithmetic is done.
    func agrees(with other: PluginResult) -> Bool {
        threshold.value.bitPattern == other.threshold.value.bitPattern && draws == other.draws
            && kept == other.kept
    }
}
