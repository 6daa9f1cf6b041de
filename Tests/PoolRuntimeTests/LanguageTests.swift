// SPDX-License-Identifier: Apache-2.0
import Foundation
import PoolRuntime
import Testing

@testable import Quantilizer

/// What methods, analyses and the keys of a job declare of themselves is what they take: examples, names, ranges,
/// defaults, schema, reference.
@Suite struct LanguageTests {
    static let declarations = JobLanguage.methods + JobLanguage.analyses

    /// A job for an example of a method or an analysis: draws, or an event where it takes no other.
    static func job(_ declaration: SettingsDeclaration, _ line: String) throws -> JobNode {
        var lines = ["base: { normal: { dimension: 2 } }", line]
        if declaration.name == "search" {
            lines[0] = "base: { product: { value: { normal: {} } } }"
            lines += ["utility: w*value", "quantile: 0.05"]
        } else if declaration.estimating == .always || declaration.name == "attack" {
            lines += ["event: x[0] > 3", "utility: x[0]"]
        } else if ["minimax", "best-of-n", "threshold", "sweep"].contains(declaration.name) {
            lines += ["utility: x[0]"]
        } else {
            lines += ["utility: x[0]", "quantile: 0.05"]
        }
        return try JobText.parse(lines.joined(separator: "\n"))
    }

    static func complaint(_ node: JobNode) -> String {
        do {
            _ = try JobSpec.parse(node)
            return "accepted"
        } catch { return "\(error)" }
    }

    @Test(arguments: declarations.map(\.name)) func examplesAreJobs(name: String) throws {
        let declaration = try #require(JobLanguage.find(name, in: Self.declarations))
        let spec = try JobSpec.parse(try Self.job(declaration, declaration.wholeExample))
        #expect(declaration.sentence.hasSuffix(".") || declaration.sentence.hasSuffix("?"))
        for parameter in declaration.group.parameters {
            #expect(parameter.sentence.hasSuffix("."), "\(name).\(parameter.key)")
        }
        // Other names are the same job, and what is wrong is told under the name that the file has.
        guard declaration.kind == .method else { return }
        for other in declaration.otherNames {
            let behind = declaration.example.isEmpty ? "{}" : declaration.example
            let again = try JobSpec.parse(
                try Self.job(declaration, "method: { \(other): \(behind) }"))
            #expect(again.identity.text() == spec.identity.text(), "\(other)")
            let wrong = Self.complaint(
                try Self.job(declaration, "method: { \(other): { nothing: 1 } }"))
            #expect(wrong.contains("method.\(other): unknown key `nothing`"), "\(wrong)")
        }
    }

    /// Every other name of a key gives the same job.
    @Test func otherKeysMeanTheSame() throws {
        for (usual, other, event) in [
            ("splitting: { levels: 0.3 }", "splitting: { p0: 0.3 }", false),
            ("splitting: { levels: 0.3 }", "subset-simulation: { p0: 0.3 }", true),
            ("tilt: { beta: 2 }", "tilt: { temperature: 2 }", false),
            ("tilt: { divergence: 2 }", "tilt: { kl: 2 }", false),
            ("cross-entropy: { elite: 0.2 }", "cross-entropy: { rho: 0.2 }", true),
        ] {
            func text(_ method: String) throws -> String {
                let rest = event ? "event: x[0] > 3" : "quantile: 0.01"
                return try JobSpec.parse(
                    try JobText.parse(
                        "base: normal\nutility: x[0]\nmethod: { \(method) }\n\(rest)")
                ).identity.text()
            }
            #expect(try text(other) == text(usual))
        }
    }

    /// Every number outside a declared range is refused at its key, with the range.
    @Test func rangesAreTheDeclaredOnes() throws {
        var refused = 0
        for declaration in Self.declarations {
            for parameter in declaration.group.parameters {
                let outside: [String]
                switch parameter.kind {
                case .number(let range):
                    var numbers: [Double] = []
                    if range.lower > -.infinity {
                        numbers.append(range.includesLower ? range.lower.nextDown : range.lower)
                    }
                    if range.upper < .infinity {
                        numbers.append(range.includesUpper ? range.upper.nextUp : range.upper)
                    }
                    outside = numbers.map { "\($0)" }
                case .whole(let range):
                    outside = ["\(range.lowerBound - 1)", "\(range.upperBound + 1)"]
                case .powerOfTwo(let range):
                    outside = [
                        "\(range.lowerBound / 2)", "\(range.upperBound * 2)",
                        "\(range.lowerBound + 1)",
                    ]
                default: continue
                }
                for text in outside {
                    let path = (declaration.kind == .method ? "method." : "") + declaration.name
                    let line =
                        declaration.kind == .method
                        ? "method: { \(declaration.name): { \(parameter.key): \(text) } }"
                        : "\(declaration.name): { \(parameter.key): \(text) }"
                    var node = try Self.job(declaration, line)
                    if parameter.isOfEvents {
                        node = try JobText.parse(
                            "base: normal\nutility: x[0]\nevent: x[0] > 3\n\(line)")
                    }
                    let message = Self.complaint(node)
                    #expect(
                        message.contains("\(path).\(parameter.key): expected a"),
                        "\(path).\(parameter.key) = \(text): \(message)")
                    refused += 1
                }
            }
        }
        #expect(refused > 50)
    }

    /// A key that is left out is what the declaration says it is: given so it is the same job.
    @Test func defaultsAreTheDeclaredOnes() throws {
        var tried = 0
        for declaration in Self.declarations where declaration.kind == .method {
            for parameter in declaration.group.parameters {
                let value: String
                switch parameter.fallback {
                case .number(let x): value = "\(x)"
                case .whole(let x): value = "\(x)"
                case .flag(let x): value = "\(x)"
                case .text(let x): value = x
                case .required, .nothing: continue
                }
                guard !parameter.isOfEvents else { continue }
                let usual = try Self.job(declaration, declaration.wholeExample)
                let written = try usual.setting(
                    ["method", declaration.name, parameter.key], to: try JobText.parse(value),
                    path: "method", origin: "")
                let without = try usual.setting(
                    ["method", declaration.name, parameter.key],
                    to: JobNode(.null, at: SourcePosition(line: 1, column: 1)), path: "method",
                    origin: "")
                #expect(
                    try JobSpec.parse(written).identity.text()
                        == JobSpec.parse(without).identity.text(),
                    "\(declaration.name).\(parameter.key)")
                tried += 1
            }
        }
        #expect(tried >= 15)
    }

    /// The defaults of an event, where they are others.
    @Test func defaultsOfEventsAreTheDeclaredOnes() throws {
        let splitting = try #require(JobLanguage.find("splitting", in: JobLanguage.methods))
        func text(_ settings: String) throws -> String {
            try JobSpec.parse(
                try JobText.parse(
                    "base: normal\nutility: x[0]\nevent: x[0] > 3\nmethod: { splitting: \(settings) }"
                )
            ).identity.text()
        }
        let usual = try text("{}")
        var tried = 0
        for parameter in splitting.group.parameters {
            var fallback = parameter.fallback
            if case .fallback(let other) = parameter.events { fallback = other }
            switch fallback {
            case .number(let x): #expect(try text("{ \(parameter.key): \(x) }") == usual)
            case .whole(let x): #expect(try text("{ \(parameter.key): \(x) }") == usual)
            default: continue
            }
            tried += 1
        }
        #expect(tried == 4)
        let moved = try text("{ moves: 4 }")
        #expect(try text("{ moves: 4, islands: 10, levels: 0.2 }") == moved && moved != usual)
        let wrong = Self.complaint(
            try JobText.parse(
                "base: normal\nutility: x[0]\nquantile: 0.1\nmethod: { splitting: { chain: 8 } }"))
        #expect(wrong.contains("unknown key `chain`"), "\(wrong)")
    }

    /// The keys of a job: each has an example that is taken, and every key of the reader is declared.
    @Test func keysOfJobsHaveExamples() throws {
        #expect(Set(JobSpec.keys).count == JobSpec.keys.count)
        for key in JobLanguage.settings {
            let example = try #require(key.example, "\(key.key)")
            #expect(key.sentence.hasSuffix("."), "\(key.key)")
            var keys = [
                "base": "{ normal: { dimension: 2 } }", "utility": "x[0] + x[1]", "quantile": "0.1",
            ]
            switch key.key {
            case "utilities": keys["utility"] = nil
            case "quantiles", "sweep": keys["quantile"] = nil
            case "event": keys["quantile"] = nil
            case "attack":
                keys["quantile"] = nil
                keys["event"] = "x[0] > 3"
            case "search": keys["utility"] = "w*x[0]"
            case "looks": keys["samples"] = "2e6"
            default: break
            }
            keys[key.key] = example
            let text = keys.map { "\($0.key): \($0.value)" }.joined(separator: "\n")
            let message = Self.complaint(try JobText.parse(text))
            #expect(message == "accepted", "\(key.key): \(message)")
        }
    }

    /// A word that stands for a number is one with quotes, too, as JSON has all words.
    @Test func autoIsAWordInQuotes() throws {
        for samples in ["auto", "\"auto\""] {
            let spec = try JobSpec.parse(
                try JobText.parse(
                    "base: normal\nutility: x[0]\nquantile: 0.1\nsamples: \(samples)"))
            #expect(spec.job.settings.samples == 100_000)
        }
    }

    /// A base that a process makes.
    private static func made(_ more: String) -> String {
        "base: { process: { command: [maker], dimension: 2, normals: 2\(more) } }"
    }

    /// A refusal names the methods that would do: those that are not refused so, and no others.
    @Test(arguments: [
        (
            "base: { normal: { dimension: 2 } }\nhistogram: true", false, "could be counted: use ",
            "\n"
        ),
        (made(""), false, "made by a process: use ", "\n"),
        (made(""), true, "made by a process: use ", "\n"),
        (made(", replayable: false"), false, "of the methods only ", " can use them"),
    ])
    func refusalsNameTheMethodsThatWouldDo(
        asked: String, isEvent: Bool, words: String, end: String
    ) throws {
        var resources = JobResources()
        resources.extensions.evaluates = false
        var taken: Set<String> = []
        var named: [String: Set<String>] = [:]
        for method in MethodRegistry.methods.map({ $0.declaration })
        where method.estimating != (isEvent ? .never : .always) {
            var lines = [asked, "utility: x[0]", method.wholeExample]
            if isEvent {
                lines.append("event: x[0] > 3")
            } else if !["minimax", "best-of-n", "threshold"].contains(method.name) {
                lines.append("quantile: 0.05")
            }
            let node = try JobText.parse(lines.joined(separator: "\n"))
            var complaint = ""
            do { _ = try JobSpec.parse(node, resources: resources) } catch {
                complaint = "\(error)"
            }
            guard let start = complaint.range(of: words)?.upperBound else {
                taken.insert(method.name)
                continue
            }
            let rest = complaint[start...]
            let list = rest[..<(rest.range(of: end)?.lowerBound ?? rest.endIndex)]
            named[method.name] = Set(list.matches(of: /`([^`]+)`/).map { String($0.1) })
        }
        #expect(!taken.isEmpty && !named.isEmpty)
        for (method, others) in named { #expect(others == taken, "\(method)") }
    }

    /// The schema names every key, and only those, each with a description.
    @Test func schemaHasEveryParameter() throws {
        let definitions = try #require(JobLanguage.schema["$defs"])
        for declaration in Self.declarations {
            let schema = try #require(definitions[declaration.place], "\(declaration.name)")
            guard case .object(let properties)? = schema["properties"] else {
                Issue.record("\(declaration.name) has no properties")
                continue
            }
            #expect(
                Set(properties.map(\.0)) == Set(declaration.group.parameters.flatMap(\.allKeys)))
            for (key, property) in properties {
                #expect(property["description"] != nil || property["$ref"] != nil, "\(key)")
            }
        }
        guard case .object(let keys)? = JobLanguage.schema["properties"] else {
            Issue.record("the job has no properties")
            return
        }
        #expect(keys.map(\.0) == JobSpec.keys)
        for (key, property) in keys { #expect(property["description"] != nil, "\(key)") }
        // Whatever is referred to is there.
        for place in JobLanguage.schema.text().split(separator: "#/$defs/").dropFirst() {
            let name = place.prefix { $0 != "\"" && $0 != "/" }
            #expect(definitions[String(name)] != nil, "\(name)")
        }
    }

    /// The files that jobs name are read where the language says so, under other names too.
    @Test func tablesAreWhereTheyAreDeclared() {
        #expect(
            JobLanguage.tableKeys == ["empirical": "file", "labels": "file", "epsilon": "pairs"])
    }

    /// The pages of `docs/reference` are what the program says.
    @Test(arguments: [
        ("settings", JobLanguage.settingsReference), ("methods", JobLanguage.methodsReference),
        ("analyses", JobLanguage.analysesReference),
    ])
    func referenceIsUpToDate(name: String, text: String) throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "docs/reference/\(name).md")
        #expect(try String(contentsOf: file, encoding: .utf8) == text, "run ops/reference")
    }
}
