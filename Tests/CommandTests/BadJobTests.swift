// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestMarks
import Testing

/// Wrong job files: each gives one clear error and exit status 2.
@Suite(.disabled(if: isQuick, "starts the program for every mistake")) struct BadJobTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var expected: String
        var text: String
        var testDescription: String { name }
    }

    static let cases: [Case] = {
        let path = repository + "/Tests/CommandTests/Fixtures/bad-jobs.txt"
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        var cases: [Case] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("=== ") {
                let parts = line.dropFirst(4).components(separatedBy: " => ")
                cases.append(Case(name: parts[0], expected: parts[1], text: ""))
            } else if !cases.isEmpty {
                cases[cases.count - 1].text += line + "\n"
            }
        }
        return cases
    }()

    @Test func thereAreEnough() { #expect(Self.cases.count >= 60) }

    @Test(arguments: cases) func isRefusedWithItsPlace(_ wrong: Case) throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(wrong.text, to: "job.yaml")
        let run = try qpool("run", file, seconds: 30)
        #expect(run.status == 2, "\(run.error)")
        #expect(run.output == "")
        #expect(run.error.contains(wrong.expected), "printed: \(run.error)")
        #expect(run.error.contains("job.yaml"), "printed: \(run.error)")
    }

    @Test func hugeAndDeepInputsAreRefusedQuickly() throws {
        let folder = try TemporaryFolder()
        let head = "base: { normal: {} }\nutility: \""
        let deep = head + String(repeating: "(", count: 100_000) + "x[0]\"\n"
        let long = head + String(repeating: "x[0]+", count: 2_000_000) + "x[0]\"\n"
        let nested = String(repeating: "[", count: 100_000) + "\n"
        let bomb =
            "a: &a [1,1,1,1,1,1,1,1,1]\n"
            + (0..<9).map { i in
                let from = String(UnicodeScalar(UInt8(97 + i)))
                let to = String(UnicodeScalar(UInt8(98 + i)))
                let items = Array(repeating: "*\(from)", count: 9).joined(separator: ",")
                return "\(to): &\(to) [\(items)]\n"
            }.joined()
        for (name, text) in ["deep": deep, "long": long, "nested": nested, "bomb": bomb] {
            let run = try qpool("run", try folder.write(text, to: name + ".yaml"), seconds: 20)
            #expect(run.status == 2, "\(name): \(run.error.prefix(400))")
            #expect(run.error.utf8.count < 4_000, "\(name) printed \(run.error.utf8.count) bytes")
        }
    }

    @Test func binaryAndMissingFilesAreRefused() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/noise.yaml"
        var state: UInt64 = 1
        let noise = Data(
            (0..<4096).map { _ in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return UInt8(truncatingIfNeeded: state >> 56)
            })
        try noise.write(to: URL(fileURLWithPath: path))
        #expect(try qpool("run", path).status == 2)
        let missing = try qpool("run", folder.path + "/none.yaml")
        #expect(missing.status == 2)
        #expect(missing.error.contains("there is no such file"))
        #expect(try qpool("run", folder.path).status == 2)
    }
}
