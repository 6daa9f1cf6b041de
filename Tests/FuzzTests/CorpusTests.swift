// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// Every file of the corpus: what to start from, and what once was a bug.
///
/// `ops/fuzz --seeds` writes the files `seed-…` anew; files of another name are cases that were
/// found, and stay.
@Suite struct CorpusTests {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Corpus").path

    static func files(_ target: FuzzTarget) -> [(name: String, bytes: [UInt8])] {
        let path = folder + "/" + target.name
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return names.sorted().compactMap { name in
            FileManager.default.contents(atPath: path + "/" + name).map { (name, [UInt8]($0)) }
        }
    }

    @Test(arguments: FuzzTarget.all.map(\.name)) func everyFileIsReadOrRefused(name: String) throws
    {
        let target = try #require(FuzzTarget.all.first { $0.name == name })
        let files = Self.files(target)
        #expect(files.contains { $0.name.hasPrefix("seed-") })
        for file in files {
            do {
                _ = try target.run(file.bytes)
            } catch {
                Issue.record("\(name)/\(file.name): \(error)")
            }
        }
    }

    /// What today's code writes is read: an input that is refused tests nothing behind the reading.
    @Test(arguments: FuzzTarget.all.map(\.name)) func whatIsWrittenIsTaken(name: String) throws {
        let target = try #require(FuzzTarget.all.first { $0.name == name })
        for seed in try target.seeds() {
            #expect(seed.bytes.count <= target.maximumBytes, "\(name)/\(seed.name)")
            #expect(try target.run(seed.bytes), "\(name)/\(seed.name)")
        }
    }

    /// Seeds cut short or changed at fixed places, so that the suite itself sees some wrong inputs.
    @Test(arguments: FuzzTarget.all.map(\.name)) func damagedSeedsAreReadOrRefused(name: String)
        throws
    {
        let target = try #require(FuzzTarget.all.first { $0.name == name })
        var state: UInt64 = 1
        func next(_ count: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(truncatingIfNeeded: (state >> 33) % UInt64(count))
        }
        let seeds = try target.seeds().filter { !$0.bytes.isEmpty }
        for turn in 0..<240 {
            var bytes = seeds[next(seeds.count)].bytes
            for _ in 0...next(3) {
                bytes[next(bytes.count)] = turn % 3 == 0 ? 255 : UInt8(next(256))
            }
            if turn % 4 == 0 { bytes = Array(bytes.prefix(next(bytes.count + 1))) }
            #expect(throws: Never.self, "\(bytes)") { try target.run(bytes) }
        }
    }
}
