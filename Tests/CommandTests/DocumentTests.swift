// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestMarks
import Testing

/// README and `docs/` say what today's binary does: commands and options exist, in running text too, and
/// the first job runs. `ops/docs --check` executes what stands as an example.
@Suite struct DocumentTests {
    private static let pages: [String] = {
        let folder = repository + "/docs"
        let names = (FileManager.default.enumerator(atPath: folder)?.allObjects ?? [])
            .compactMap { $0 as? String }
        return [repository + "/README.md"]
            + names.filter { $0.hasSuffix(".md") }.sorted().map { folder + "/" + $0 }
    }()

    private static func lines(of page: String) -> [Substring] {
        let text = (try? String(contentsOfFile: page, encoding: .utf8)) ?? ""
        return text.split(separator: "\n", omittingEmptySubsequences: false)
    }

    /// The help of a command, asked for once.
    private final class Help {
        private var texts: [String: Finished] = [:]
        func of(_ command: String) throws -> Finished {
            if let known = texts[command] { return known }
            let found = try qpool(command, "--help")
            texts[command] = found
            return found
        }
    }

    /// Every `qpool COMMAND …` of a page, in running text or as an example, with its options.
    @Test(.disabled(if: isQuick, "starts the program for every command"))
    func everyCommandAndOptionExists() throws {
        let help = Help()
        var commands = 0
        var options = 0
        for page in Self.pages {
            for line in Self.lines(of: page) {
                // What follows a comment sign is prose.
                let code = line.prefix { $0 != "#" }
                let parts = code.split(separator: "qpool ", omittingEmptySubsequences: false)
                for (before, use) in zip(parts, parts.dropFirst()) {
                    // A user or a group of that name: `chown qpool:qpool keys`.
                    if let last = before.last, !" `(".contains(last) { continue }
                    let words = use.prefix { !"`|&;)".contains($0) }.split(separator: " ")
                    guard let command = words.first, command.allSatisfy(\.isLowercase),
                        command != "help",
                        line.hasPrefix("    ") || line.contains("`qpool \(command)")
                    else { continue }
                    let text = try help.of(String(command))
                    commands += 1
                    let isCommand = text.output.contains("USAGE: qpool \(command)")
                    #expect(isCommand, "\(page): there is no `qpool \(command)`")
                    for option in words.dropFirst() where option.hasPrefix("--") {
                        let name = option.prefix { $0 != "=" && $0 != "]" && $0 != "," }
                        options += 1
                        #expect(
                            text.output.contains(name),
                            "\(page): `qpool \(command)` has no option \(name)")
                    }
                }
            }
        }
        #expect(commands >= 20)
        #expect(options >= 5)
    }

    /// What the job language says of itself, beside the parser's own help.
    @Test func theLanguageHasHelp() throws {
        let base = try qpool("help", "base", "gamma")
        #expect(base.status == 0 && base.error.isEmpty)
        #expect(base.output.hasPrefix("gamma: Gamma: density"))
        #expect(base.output.contains("number at least 0.001 and at most 1e12; required"))
        #expect(base.output.contains("base: { gamma: { shape: 2.5, scale: 3 } }"))
        #expect(try qpool("help", "base", "gaussian").output.hasPrefix("normal: "))
        let bases = try qpool("help", "bases")
        #expect(bases.status == 0 && bases.output.contains("student-t"))
        #expect(try qpool("help", "run").output.contains("USAGE: qpool run"))
        let wrong = try qpool("help", "base", "gama")
        #expect(wrong.status == 2 && wrong.output.isEmpty)
        #expect(wrong.error.contains("there is no base `gama`: did you mean `gamma`?"))
        let method = try qpool("help", "method", "splitting")
        #expect(method.status == 0 && method.error.isEmpty)
        #expect(method.output.contains("power of two from 256 to 65536; by default 2048"))
        #expect(method.output.contains("by default 4; of an event 20"))
        #expect(method.output.contains("method: { splitting: { particles: 4096, islands: 8 } }"))
        let attack = try qpool("help", "analysis", "attack")
        #expect(
            attack.output.contains("number above 0 and at most 1000; required; in units of nats"))
        let setting = try qpool("help", "setting", "confidence")
        #expect(setting.output.contains("number above 0 and below 1; by default 0.95"))
        #expect(try qpool("help", "setting", "process").output.contains("command"))
        for (list, name) in [
            ("methods", "cross-entropy"), ("analyses", "audit"), ("settings", "histogram"),
        ] {
            let listed = try qpool("help", list)
            #expect(listed.status == 0 && listed.output.contains("  \(name) "))
        }
        let near = try qpool("help", "method", "spliting")
        #expect(near.status == 2 && near.output.isEmpty)
        #expect(near.error.contains("there is no method `spliting`: did you mean `splitting`?"))
        for name in ["settings", "methods", "analyses", "bases"] {
            let page = try String(
                contentsOfFile: repository + "/docs/reference/\(name).md", encoding: .utf8)
            #expect(try qpool("schema", "--page", name).output == page)
        }
        let none = try qpool("schema", "--page", "base")
        #expect(none.status == 2 && none.error.contains("bases"))
    }

    /// The schema says of a method what it takes: types, ranges, defaults, other names.
    @Test func theSchemaSaysWhatMethodsTake() throws {
        let text = try qpool("schema").output
        let whole = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        let definitions = try #require(whole?["$defs"] as? [String: Any])
        let splitting = try #require(definitions["method.splitting"] as? [String: Any])
        let properties = try #require(splitting["properties"] as? [String: [String: Any]])
        #expect(Set(properties.keys) == ["particles", "islands", "levels", "p0", "moves", "chain"])
        #expect(properties["particles"]?["minimum"] as? Double == 256)
        #expect(properties["particles"]?["default"] as? Double == 2048)
        #expect(properties["levels"]?["maximum"] as? Double == 0.8)
        #expect(
            properties["p0"]?["$ref"] as? String == "#/$defs/method.splitting/properties/levels")
        let islands = properties["islands"]?["description"] as? String
        #expect(islands?.contains("Of an event 20 by default.") == true)
    }

    /// The schema is JSON, and knows types, ranges, defaults and other names.
    @Test func theSchemaSaysWhatBasesTake() throws {
        let text = try qpool("schema").output
        let whole = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        let definitions = try #require(whole?["$defs"] as? [String: Any])
        let gamma = try #require(definitions["base.gamma"] as? [String: Any])
        let properties = try #require(gamma["properties"] as? [String: [String: Any]])
        #expect(properties["shape"]?["minimum"] as? Double == 0.001)
        #expect(properties["shape"]?["maximum"] as? Double == 1e12)
        #expect(properties["scale"]?["exclusiveMinimum"] as? Double == 0)
        #expect(properties["scale"]?["default"] as? Double == 1)
        #expect(properties["k"]?["$ref"] as? String == "#/$defs/base.gamma/properties/shape")
        #expect(properties.values.allSatisfy { $0["description"] != nil || $0["$ref"] != nil })
    }

    /// The job that the README shows first.
    @Test func theFirstJobRuns() throws {
        let lines = Self.lines(of: Self.pages[0])
        let start = try #require(lines.firstIndex { $0.hasPrefix("    name: ") })
        let job = lines[start...].prefix { $0.hasPrefix("    ") }.map { $0.dropFirst(4) }
            .joined(separator: "\n")
        let folder = try TemporaryFolder()
        let path = try folder.write(job, to: "job.yaml")
        let run = try qpool("run", path, "--quiet", "-o", "json")
        #expect(run.status == 0, "\(run.error)")
        let result = try JSONDecoder().decode(
            ExampleTests.Document.self, from: Data(run.output.utf8))
        #expect(result.issued == 10_000_000)
        #expect(result.primary.kept == 10_000)
        #expect(result.primary.draws.count == 10)
        #expect(result.primary.costs["far"] != nil)
        // "Every draw carries its receipt": the next command of the page.
        let file = try folder.write(run.output, to: "result.json")
        #expect(try qpool("verify", file).status == 0)
    }
}
