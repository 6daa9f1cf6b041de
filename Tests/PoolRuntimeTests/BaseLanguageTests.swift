// SPDX-License-Identifier: Apache-2.0
import Foundation
import PoolRuntime
import TestMarks
import Testing

@testable import Quantilizer

/// What bases declare of themselves is what they take: examples, names, ranges, schema, reference.
@Suite struct BaseLanguageTests {
    static let resources: JobResources = {
        var extensions = JobExtensions()
        extensions.evaluates = false
        let table = DataTable(columnNames: ["a", "b"], columns: [[1, 2, 3], [4, 5, 6]])
        return JobResources(tables: ["rows.csv": table], extensions: extensions)
    }()

    static func node(_ text: String) throws -> JobNode { try JobText.parse(text) }

    static func base(_ node: JobNode) throws -> any BaseDistribution {
        try BaseRegistry.make(node, resources: resources, path: "base")
    }

    static func complaint(_ node: JobNode) -> String? {
        do {
            _ = try base(node)
            return nil
        } catch { return "\(error)" }
    }

    /// The example with a parameter set, under any name.
    private func example(
        _ declaration: BaseDeclaration, named name: String? = nil, setting key: String,
        to value: JobNode, dropping others: [String] = []
    ) throws -> JobNode {
        let at = SourcePosition(line: 1, column: 1)
        var entries: [(key: String, keyPosition: SourcePosition, value: JobNode)] = []
        if case .mapping(let given) = try Self.node(declaration.example).content { entries = given }
        entries.removeAll { $0.key == key || others.contains($0.key) }
        entries.append((name ?? key, at, value))
        return JobNode(
            .mapping([(declaration.name, at, JobNode(.mapping(entries), at: at))]), at: at)
    }

    @Test(arguments: BaseRegistry.declarations.map(\.name))
    func examplesAreBases(name: String) throws {
        let declaration = try #require(BaseRegistry.declaration(of: name))
        let base = try Self.base(try Self.node(declaration.wholeExample))
        #expect(base.dimension >= 1)
        #expect(declaration.sentence.hasSuffix("."))
        #expect(!declaration.source.isEmpty)
        // Bases with records of their own are described elsewhere.
        guard !(base is any RecordedBase) else { return }
        let again = try Self.base(base.specification)
        #expect("\(again.specification)" == "\(base.specification)")
    }

    /// Every other name gives the same base, and the normalised one has the usual names.
    @Test(.disabled(if: isQuick, "slow without an optimiser")) func otherNamesMeanTheSame() throws {
        var seen = Set<String>()
        var renamed = 0
        for declaration in BaseRegistry.declarations {
            for name in [declaration.name] + declaration.otherNames {
                #expect(seen.insert(name).inserted, "\(name) names two bases")
            }
            let usual = try Self.base(try Self.node(declaration.wholeExample))
            for name in declaration.otherNames {
                let other = try Self.base(try Self.node("{ \(name): \(declaration.example) }"))
                #expect("\(other.specification)" == "\(usual.specification)")
                renamed += 1
            }
            let keys = declaration.parameters.flatMap(\.allKeys)
            #expect(Set(keys).count == keys.count, "\(declaration.name) has a key twice")
            guard case .mapping(let entries) = try Self.node(declaration.example).content else {
                continue
            }
            for entry in entries {
                guard let parameter = declaration.parameters.first(where: { $0.key == entry.key })
                else { continue }
                for key in parameter.otherKeys {
                    let other = try Self.base(
                        try example(
                            declaration, named: key, setting: entry.key, to: entry.value))
                    #expect("\(other.specification)" == "\(usual.specification)", "\(key)")
                    renamed += 1
                }
            }
        }
        #expect(renamed > 40)
        let twice = Self.complaint(try Self.node("{ normal: { sd: 1, sigma: 2 } }"))
        #expect(twice?.contains("key `sd` is given twice: `sigma` is another name of it") == true)
        // What is wrong is told under the name that the file has.
        let wrong = Self.complaint(try Self.node("{ binom: { n: 3, p: 2 } }"))
        #expect(wrong?.contains("base.binom.p: expected a number at least 0 and at most 1") == true)
    }

    /// Equal jobs under other names are one job: the same normalised job, and so the same key.
    @Test(arguments: [
        (
            "base: { gaussian: { mu: 1, sigma: 2 } }", "base: { normal: { mean: 1, sd: 2 } }",
            "utility: x[0]\nquantile: 0.1\nsamples: 100"
        ),
        ("base: gaussian", "base: normal", "utility: x[0]\nquantile: 0.1\nsamples: 100"),
        (
            "base: { product: { a: { binom: { n: 3, p: 0.5 } }, b: { expon: {} } } }",
            "base: { product: { a: { binomial: { trials: 3, probability: 0.5 } }, "
                + "b: { exponential: {} } } }",
            "utility: a + b\nquantile: 0.1\nsamples: 100"
        ),
        (
            "base: { mixture: [{ weight: 2, gaussian: { loc: 1 } }, { label: t, student-t: { nu: 3 } }] }",
            "base: { mixture: [{ weight: 2, normal: { mean: 1 } }, { label: t, student-t: { df: 3 } }] }",
            "utility: x[0]\nquantile: 0.1\nsamples: 100"
        ),
        (
            "base: { truncated: { base: { gaussian: { sigma: 2 } }, min: 1 } }",
            "base: { truncated: { base: { normal: { sd: 2 } }, lower: 1 } }",
            "utility: x[0]\nquantile: 0.1\nsamples: 100"
        ),
        (
            "base: { copula: { marginals: { x: { gaussian: {} }, y: { expon: {} } }, rho: 0.5 } }",
            "base: { copula: { marginals: { x: { normal: {} }, y: { exponential: {} } }, "
                + "correlation: 0.5 } }",
            "utility: x + y\nquantile: 0.1\nsamples: 100"
        ),
        (
            "base: { gaussian: { sigma: 1 } }", "base: { normal: { sd: 1 } }",
            "event: x[0] > 4\nmethod: { importance: { proposal: { gaussian: { mu: 4 } }, samples: 1000 } }"
        ),
    ])
    func otherNamesAreTheSameJob(other: String, usual: String, rest: String) throws {
        func normalised(_ base: String) throws -> String {
            try JobSpec.parse(try Self.node("\(base)\n\(rest)")).normalised.text()
        }
        let given = try normalised(other)
        let same = try normalised(usual)
        #expect(given == same)
        #expect(
            !given.contains("gaussian") && !given.contains("binom\"") && !given.contains("expon\""))
        let again = try JobSpec.parse(try Self.node(given)).normalised.text()
        #expect(again == given)
    }

    @Test func otherNamesInASweepAreTheSameJob() throws {
        func normalised(_ base: String, _ path: String) throws -> String {
            let text =
                "base: \(base)\nutility: x[0]\nsamples: 100\n"
                + "sweep: { quantiles: [0.1], over: { \(path): [1, 2] } }"
            return try JobSpec.parse(try Self.node(text)).normalised.text()
        }
        #expect(
            try normalised("{ gaussian: { sigma: 1 } }", "base.gaussian.sigma")
                == normalised("{ normal: { sd: 1 } }", "base.normal.sd"))
        #expect(
            try normalised("{ mixture: [{ gaussian: {} }] }", "base.mixture.0.gaussian.mu")
                == normalised("{ mixture: [{ normal: {} }] }", "base.mixture.0.normal.mean"))
        let unknown = #expect(throws: JobError.self) {
            try normalised("{ gaussian: { sigma: 1 } }", "base.normal.sd")
        }
        #expect("\(unknown as (any Error)?)".contains("gaussian"))
    }

    /// Numbers outside a declared range are refused at their key.
    @Test func rangesAreTheDeclaredOnes() throws {
        var refused = 0
        for declaration in BaseRegistry.declarations {
            guard case .parameters = declaration.form else { continue }
            for parameter in declaration.parameters {
                var outside: [Double] = []
                switch parameter.kind {
                case .number(let range), .numberOrList(let range, _):
                    if range.lower > -.infinity {
                        outside.append(range.includesLower ? range.lower.nextDown : range.lower)
                    }
                    if range.upper < .infinity {
                        outside.append(range.includesUpper ? range.upper.nextUp : range.upper)
                    }
                case .whole(let range):
                    outside = [Double(range.lowerBound) - 1, Double(range.upperBound) + 1]
                default: continue
                }
                for x in outside where x > -9e18 && x < 9e18 {
                    let text = x == x.rounded() ? "\(Int(x))" : "\(x)"
                    let others = declaration.group.choices.filter {
                        $0.keys.contains(parameter.key)
                    }
                    .flatMap(\.keys)
                    let node = try example(
                        declaration, setting: parameter.key, to: try Self.node(text),
                        dropping: others)
                    let message = Self.complaint(node) ?? "accepted"
                    #expect(
                        message.contains("\(declaration.name).\(parameter.key): expected a"),
                        "\(declaration.name).\(parameter.key) = \(text): \(message)")
                    refused += 1
                }
            }
        }
        #expect(refused > 60)
    }

    /// The schema names every key, and only those.
    @Test func schemaHasEveryParameter() throws {
        let definitions = BaseRegistry.schemaDefinitions
        for declaration in BaseRegistry.declarations where !declaration.parameters.isEmpty {
            guard case .parameters = declaration.form else { continue }
            let schema = try #require(
                definitions.first { $0.name == "base.\(declaration.name)" }?.schema)
            guard case .object(let properties)? = schema["properties"] else {
                Issue.record("\(declaration.name) has no properties")
                continue
            }
            #expect(
                Set(properties.map(\.0)) == Set(declaration.parameters.flatMap(\.allKeys)))
            for (key, property) in properties {
                #expect(property["description"] != nil || property["$ref"] != nil, "\(key)")
            }
        }
    }

    /// `docs/reference/bases.md` is what the program says.
    @Test func referenceIsUpToDate() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "docs/reference/bases.md")
        let page = try String(contentsOf: file, encoding: .utf8)
        #expect(page == BaseRegistry.reference, "run ops/reference")
    }
}
