// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// `toy_model.py` as a process, ended with the value: an endpoint whose law is known.
final class ToyModel {
    private static let first: [Character: Double] = ["a": 0.5, "b": 0.3, "c": 0.2]
    private static let next: [Character: [Character: Double]] = [
        "a": ["a": 0.1, "b": 0.6, "c": 0.3], "b": ["a": 0.4, "b": 0.4, "c": 0.2],
        "c": ["a": 0.7, "b": 0.1, "c": 0.2],
    ]

    /// The probability of a text of its whole length.
    static func probability(_ text: String) -> Double {
        var before: Character?
        return text.reduce(1) { product, letter in
            defer { before = letter }
            return product * (before.map { next[$0]![letter]! } ?? first[letter]!)
        }
    }

    private let folder: TemporaryFolder
    private let script: String
    private let arguments: [String]
    private var process = Process()
    private(set) var url = ""

    /// - Parameter script: another endpoint's, that takes the same arguments.
    init(_ arguments: String..., script: String = "toy_model.py") throws {
        folder = try TemporaryFolder()
        self.script = script
        self.arguments = arguments
        try start(port: 0)
    }

    private func start(port: Int) throws {
        let output = folder.path + "/output"
        try Data().write(to: URL(fileURLWithPath: output))
        process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments =
            [
                "python3", repository + "/Tests/CommandTests/Fixtures/\(script)", "--port",
                "\(port)", "--log", folder.path + "/log",
            ] + arguments
        process.standardOutput = FileHandle(forWritingAtPath: output)
        try process.run()
        let end = Date().addingTimeInterval(60)
        while Date() < end {
            let said = (try? String(contentsOfFile: output, encoding: .utf8)) ?? ""
            if said.hasSuffix("\n") {
                url = said.trimmingCharacters(in: .whitespacesAndNewlines)
                return
            }
            usleep(10_000)
        }
        try #require(Bool(false), "the toy model did not start")
    }

    /// `kill -9`, and the same again at the same port.
    func killAndRestart() throws {
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        let port = try #require(URL(string: url)?.port)
        try start(port: port)
    }

    /// The seeds of the log's lines that begin with a word, in order.
    func seeds(_ word: String) -> [UInt64] {
        let text = (try? String(contentsOfFile: folder.path + "/log", encoding: .utf8)) ?? ""
        return text.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            return words.count == 2 && words[0] == word ? UInt64(words[1]) : nil
        }
    }

    /// Waits until so many texts were sent.
    func wait(untilAnswered count: Int) throws {
        let end = Date().addingTimeInterval(60)
        while seeds("answered").count < count {
            try #require(Date() < end, "the job does not go on")
            usleep(20_000)
        }
    }

    deinit { kill(process.processIdentifier, SIGKILL) }
}

/// A result document of texts, as far as tests look at it.
struct TextResult: Decodable {
    struct Draw: Decodable {
        var index: UInt64
        var value: [Double]
        var text: String?
        var logprobs: [Double]
    }
    struct Timings: Decodable { var requests: Int }
    struct Usage: Decodable {
        var redrawn: Int
        var failed: Int
        var failures: [String: Int]
        var completion_tokens: Int
        var judge_tokens: Int
        var spend: Double?
    }
    struct Certificate: Decodable { var amplification: Double }
    struct Cost: Decodable { var base: Double }
    struct Warning: Decodable {
        var code: String
        var message: String
    }
    var issued: Int
    var kept: Int
    var invalid: Int
    var draws: [Draw]
    var usage: Usage
    var timings: Timings
    var certificate: Certificate
    var costs: [String: Cost]
    var warnings: [Warning]

    init(_ run: Finished) throws {
        try #require(run.status == 0, "\(run.error)")
        self = try JSONDecoder().decode(TextResult.self, from: Data(run.output.utf8))
    }
}
