// SPDX-License-Identifier: Apache-2.0
import Foundation
import Quantilizer
import TestMarks
import Testing

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// Pages and pictures of results: of every kind, whole, and true to the document.
@Suite struct ReportTests {
    /// A page or picture as a strict reader sees it.
    final class Reading: NSObject, XMLParserDelegate {
        private(set) var elements: [String: Int] = [:]
        private(set) var ids: [String] = []
        private(set) var references: [String] = []
        private(set) var text = ""
        private(set) var problem: String?
        private var open: [String] = []

        init(_ document: String) {
            super.init()
            let parser = XMLParser(data: Data(document.utf8))
            parser.delegate = self
            if !parser.parse() {
                problem = "\(String(describing: parser.parserError)), line \(parser.lineNumber)"
            }
        }

        func parser(
            _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
            qualifiedName: String?, attributes: [String: String]
        ) {
            elements[name, default: 0] += 1
            open.append(name)
            if let id = attributes["id"] { ids.append(id) }
            for key in ["src", "href", "xlink:href", "data", "action", "srcset", "poster"] {
                if let value = attributes[key] { references.append(value) }
            }
        }

        func parser(
            _ parser: XMLParser, didEndElement name: String, namespaceURI: String?,
            qualifiedName: String?
        ) { open.removeLast() }

        func parser(_ parser: XMLParser, foundCharacters characters: String) {
            if open.last != "script", open.last != "style" { text += characters }
        }

        /// What is wrong with a page that shall be whole in itself.
        var findings: [String] {
            var findings: [String] = []
            if let problem { findings.append(problem) }
            if !references.isEmpty { findings.append("refers to \(references)") }
            if Set(ids).count != ids.count { findings.append("an id stands twice") }
            for name in ["img", "link", "iframe", "object", "form", "base", "image", "use"] {
                if elements[name] != nil { findings.append("has an element \(name)") }
            }
            return findings
        }
    }

    static func pictures(_ path: String) throws -> [String] {
        let list = try qpool("plot", path, "--list")
        try #require(list.status == 0, "\(list.error)")
        return list.output.split(separator: "\n").dropFirst().compactMap {
            $0.split(separator: " ").first.map(String.init)
        }
    }

    /// The numbers of a result's certificates, and those of its estimate, as the document has them.
    private static func numbers(_ document: JSON) -> [String] {
        var found: [String] = []
        func add(_ node: JSON?, _ names: [String]) {
            for name in names {
                if case .number? = node?[name] { found.append(node![name]!.text()) }
            }
        }
        var selections = [document]
        if case .array(let further)? = document["further"] { selections += further }
        for selection in selections {
            add(
                selection["certificate"],
                ["amplification", "bits", "confidence", "together", "joint_amplification"])
        }
        add(document["estimate"], ["p", "log_p", "cv", "confidence", "naive_floor"])
        return found
    }

    /// Every example's report, from the run and from the document, and each of its pictures.
    @Test(.disabled(if: isQuick, "answers every example"), arguments: ExampleTests.files)
    func everyKindOfResultHasAReport(_ file: String) throws {
        let folder = try TemporaryFolder()
        let page = folder.path + "/report.html"
        let run = try qpool(
            "run", "\(repository)/examples/\(file)", "-o", "json", "--quiet", "--report", page)
        try #require(run.status == 0, "\(run.error)")
        let text = try String(contentsOfFile: page, encoding: .utf8)
        let reading = Reading(text)
        #expect(reading.findings.isEmpty, "\(reading.findings)")
        #expect(reading.elements["script"] == 1 && reading.elements["h1"] == 1)
        let result = try folder.write(run.output, to: "result.json")
        let again = try qpool("report", result)
        #expect(again.status == 0 && again.output == text, "\(again.error)")

        let document = try JSON(parsing: run.output.utf8)
        for number in Self.numbers(document) {
            #expect(reading.text.contains(number), "\(number) is not on the page")
        }
        if case .string(let digest)? = document["digest"] { #expect(text.contains(digest)) }
        if case .array(let warnings)? = document["warnings"] {
            for case .string(let code)? in warnings.map({ $0["code"] }) {
                #expect(reading.text.contains("Warning, \(code): "))
            }
        }

        let names = try Self.pictures(result)
        #expect(!names.isEmpty && Set(names).count == names.count)
        // Each picture is on the page twice: for a desk and for a telephone.
        #expect(reading.elements["svg"] == 2 * names.count)
        for name in names {
            let path = "\(folder.path)/\(name).svg"
            let plot = try qpool("plot", result, "--picture", name, "-o", path)
            try #require(plot.status == 0, "\(plot.error)")
            let picture = Reading(try String(contentsOfFile: path, encoding: .utf8))
            #expect(picture.findings.isEmpty, "\(name): \(picture.findings)")
            #expect(picture.elements["title", default: 0] >= 1 && picture.elements["desc"] == 1)
        }
    }

    static let hostile = [
        "</script><script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "]]><!--",
        "two\nlines\ttab", "d\u{1B}[31m\u{7}", "\u{202E}gnp.exe", "価格 🙂 é", "5\" & 'x'", "`a`",
    ]

    /// Names that people choose are shown and never obeyed.
    @Test(.disabled(if: isQuick, "starts the program often"), arguments: ["run", "sweep"])
    func namesAreNoMarkup(_ verb: String) throws {
        let names = Self.hostile
        let members = names.enumerated().map { number, name in
            "\(JSON.string(name).text()): \"x[\(number % 2)]\""
        }
        let title = JSON.string(names.joined(separator: " ")).text()
        let job = """
            {"name": \(title), "base": {"normal": {"dimension": 2}}, "samples": 1000,
            "utilities": {\(members.joined(separator: ", "))},
            "costs": {\(members.joined(separator: ", "))}
            \(verb == "run" ? ", \"quantile\": 0.1, \"draws\": 3" : "")}
            """
        let folder = try TemporaryFolder()
        let page = folder.path + "/a page.html"
        let run = try qpool(
            verb, "-", "-o", "json", "--quiet", "--report", page, input: job)
        try #require(run.status == 0, "\(run.error)")
        let text = try String(contentsOfFile: page, encoding: .utf8)
        let reading = Reading(text)
        #expect(reading.findings.isEmpty, "\(reading.findings)")
        #expect(reading.elements["script"] == 1)
        for shown in [
            "</script><script>alert(1)</script>", "]]><!--", "d\\u{1b}[31m\\u{7}",
            "\\u{202e}gnp.exe", "価格 🙂 é", "5\" & 'x'",
        ] {
            #expect(reading.text.contains(shown), "\(shown)")
        }
        #expect(!text.unicodeScalars.contains { $0.value < 32 && $0 != "\n" && $0 != "\t" })
    }

    /// A document that is none gets one clear error, and no file.
    @Test func whatIsNoResultIsRefused() throws {
        let folder = try TemporaryFolder()
        let page = folder.path + "/report.html"
        let run = try qpool("run", "-", "-o", "json", "--quiet", input: Self.small)
        try #require(run.status == 0, "\(run.error)")
        let big = folder.path + "/big.json"
        try Data().write(to: URL(fileURLWithPath: big))
        let handle = try #require(FileHandle(forWritingAtPath: big))
        try handle.truncate(atOffset: 100 << 20)
        try handle.close()
        for (path, words) in [
            (try folder.write("{}", to: "a.json"), "version"),
            (try folder.write("[1, 2]", to: "b.json"), "not a result document"),
            (try folder.write("", to: "c.json"), "not a result document"),
            (try folder.write("base: normal", to: "d.yaml"), "not a result document"),
            (
                try folder.write(String(run.output.prefix(run.output.count / 2)), to: "e.json"),
                "not a result document"
            ),
            (
                try folder.write(
                    run.output.replacingOccurrences(of: "\"version\": 1,", with: "\"version\": 9,"),
                    to: "f.json"), "version"
            ),
            (big, "more than 64 MB"), (folder.path, "folder"),
            (folder.path + "/none.json", "no such file"),
        ] {
            for verb in ["report", "plot"] {
                let refused = try qpool(
                    verb, path, "-o", verb == "plot" ? folder.path + "/p.svg" : page)
                #expect(refused.status == 2 && refused.output.isEmpty, "\(verb) \(path)")
                #expect(refused.error.contains(words), "\(verb) \(path): \(refused.error)")
                #expect(refused.error.split(separator: "\n").count == 1, "\(refused.error)")
            }
        }
        #expect(!FileManager.default.fileExists(atPath: page))
        let piped = try qpool("report", "-", input: run.output)
        #expect(piped.status == 0 && piped.output.hasPrefix("<!DOCTYPE html>"))
        let nowhere = try qpool("run", "-", "--report", "/nowhere/a.html", input: Self.small)
        #expect(nowhere.status == 2 && nowhere.error.contains("--report /nowhere/a.html"))
        #expect(nowhere.output.isEmpty)
    }

    private static let small = """
        name: small
        base: { normal: { dimension: 2 } }
        utility: "x[0]"
        quantile: 0.1
        samples: 1000
        draws: 5
        cost: "x[1]*x[1]"
        """

    /// The histogram is of the run's own samples: as many reach the threshold as were kept.
    @Test func histogramsAreOfTheSamples() throws {
        let folder = try TemporaryFolder()
        let page = folder.path + "/report.html"
        #expect(try qpool("run", "-", "-q", "--report", page, input: Self.small).status == 0)
        let text = try String(contentsOfFile: page, encoding: .utf8)
        #expect(text.contains("1,000 samples of the base"))
        #expect(text.contains("100 of them reach the threshold"))
        let run = try qpool("run", "-", "-o", "json", "-q", input: Self.small)
        let result = try folder.write(run.output, to: "result.json")
        #expect(
            try Self.pictures(result) == ["utility", "histogram", "top", "costs", "draws-0-1"])
        // Where the document alone does not make the samples there is none.
        let flights = try qpool("run", "\(repository)/examples/flights.yaml", "-o", "json", "-q")
        let other = try folder.write(flights.output, to: "flights.json")
        #expect(try !Self.pictures(other).contains("histogram"))
    }

    /// A result's own histograms are drawn of all samples, the top's and the costs' among them.
    @Test func ownHistogramsAreDrawn() throws {
        let folder = try TemporaryFolder()
        let job = """
            base: { normal: { dimension: 2 } }
            utilities: { smooth: "x[0] + x[1]", whole: "floor(x[0])" }
            quantile: 0.05
            samples: 30000
            costs: { far: "norm(x)", rare: "x[0] > 2", heavy: "1 / x[1]^2" }
            histogram: 256
            """
        let page = folder.path + "/report.html"
        let run = try qpool("run", "-", "-o", "json", "-q", "--report", page, input: job)
        try #require(run.status == 0, "\(run.error)")
        let reading = Reading(try String(contentsOfFile: page, encoding: .utf8))
        #expect(reading.findings.isEmpty, "\(reading.findings)")
        #expect(reading.text.contains("Below are all 30,000 samples of the base"))
        #expect(!reading.text.contains("made again from seed and index when this page"))
        #expect(reading.text.contains("tail index"))
        let result = try folder.write(run.output, to: "result.json")
        let names = try Self.pictures(result)
        for name in ["histogram", "top", "cost-1", "cost-3", "histogram-2"] {
            #expect(names.contains(name), "\(name)")
        }
        // Of two values there is nothing to see.
        #expect(!names.contains("cost-2"))
        // Whole numbers have a bar each, without gaps.
        let whole = Reading(try qpool("plot", result, "--picture", "histogram-2").output)
        #expect(whole.findings.isEmpty)
        #expect((7...20).contains(whole.elements["rect", default: 0]), "\(whole.elements)")
    }

    /// Splitting's levels are drawn where the job comes to the same answer again, and else are not.
    @Test(
        .disabled(if: isQuick, "draws millions"),
        arguments: [
            "event: \"x[0] > 4\"",
            "quantile: 1e-4\ndraws: 5",
        ]) func levelsOfSplittingAreDrawn(_ question: String) throws
    {
        let folder = try TemporaryFolder()
        let job = """
            base: { normal: { dimension: 2 } }
            utility: "x[0]"
            method: { splitting: { particles: 512, islands: 6 } }
            \(question)
            """
        let run = try qpool("run", "-", "-o", "json", "-q", input: job)
        try #require(run.status == 0, "\(run.error)")
        let result = try folder.write(run.output, to: "result.json")
        #expect(try Self.pictures(result).contains("levels"))
        let page = Reading(try qpool("report", result).output)
        #expect(page.findings.isEmpty, "\(page.findings)")
        #expect(page.text.contains("6 islands of 512 particles went down the same"))
        let document = try JSON(parsing: run.output.utf8)
        let levels = try #require(Int(document["diagnostics"]?["levels"]?.text() ?? ""))
        let picture = Reading(try qpool("plot", result, "--picture", "levels").output)
        #expect(picture.findings.isEmpty, "\(picture.findings)")
        // What a pointer reads: a probability for each level; and the title.
        #expect(picture.elements["title"] == 1 + levels)
        // The last is the document's own.
        let mass = document["estimate"]?["p"] ?? document["threshold"]?["tail_mass"]
        #expect(picture.text.contains(try #require(mass).text()))
        let changed = try folder.write(
            run.output.replacing("\"weight_mean\": ", with: "\"weight_mean\": 1"),
            to: "changed.json")
        #expect(try !Self.pictures(changed).contains("levels"))
    }

    /// Results of other rules stand beside a sweep's curve, and what cannot is refused by name.
    @Test func otherRulesStandBesideASweep() throws {
        let folder = try TemporaryFolder()
        let base =
            "base: { normal: { dimension: 2 } }\nsamples: 20000\ncost: { far: \"norm(x)\" }\n"
        func result(_ name: String, _ job: String) throws -> String {
            let run = try qpool("run", "-", "-o", "json", "-q", input: job)
            try #require(run.status == 0, "\(run.error)")
            return try folder.write(run.output, to: name)
        }
        let sweep = try result(
            "sweep.json", base + "utility: \"x[0]\"\nsweep: { quantiles: [0.01, 0.1, 1] }")
        let tilt = try result(
            "tilt.json", base + "utility: \"x[0]\"\nmethod: { tilt: { beta: 0.5 } }\ndraws: 5")
        let page = Reading(try qpool("report", sweep, "--beside", tilt).output)
        #expect(page.findings.isEmpty, "\(page.findings)")
        #expect(page.text.contains("Other rules, in numbers"))
        let text = try String(contentsOfFile: tilt, encoding: .utf8)
        let document = try JSON(parsing: text.utf8)
        for value in [document["utility"]?["top_mean"], document["costs"]?["far"]?["top"]] {
            let number = try #require(value).text()
            #expect(page.text.contains("tilt: " + number), "\(number)")
        }
        let alone = Reading(try qpool("plot", sweep, "--picture", "sweep-mean").output)
        let both = Reading(
            try qpool("plot", sweep, "--picture", "sweep-mean", "--beside", tilt).output)
        #expect(both.elements["title"] == (alone.elements["title"] ?? 0) + 1)

        let other = try result(
            "other.json", base + "utility: \"x[1]\"\nquantile: 0.1\ndraws: 5")
        let further = try result(
            "further.json",
            base.replacing("dimension: 2", with: "dimension: 3")
                + "utility: \"x[0]\"\nquantile: 0.1\ndraws: 5")
        let over = try result(
            "over.json",
            base
                + "utility: \"x[0]\"\nsweep: { quantiles: [0.1], over: { base.normal.sd: [1, 2] } }"
        )
        for (first, second, words) in [
            (sweep, other, "is not one of the sweep's"), (sweep, further, "its `base` is not"),
            (tilt, tilt, "only a sweep's result"), (sweep, sweep, "it has no draws"),
            (over, tilt, "goes over settings of its base"),
        ] {
            let refused = try qpool("report", first, "--beside", second)
            #expect(refused.status == 2 && refused.output.isEmpty)
            #expect(
                refused.error.contains(second) && refused.error.contains(words), "\(refused.error)")
            #expect(refused.error.split(separator: "\n").count == 1, "\(refused.error)")
        }
        let none = try qpool("plot", sweep, "--beside", folder.path + "/none.json")
        #expect(
            none.status == 2 && none.error.contains("none.json")
                && none.error.contains("no such file"), "\(none.error)")
    }

    /// PNG by librsvg; where that is missing the message says how to get it.
    @Test func picturesAsPNG() throws {
        let folder = try TemporaryFolder()
        let run = try qpool("run", "-", "-o", "json", "--quiet", input: Self.small)
        let result = try folder.write(run.output, to: "result.json")
        let path = folder.path + "/costs.png"
        for ground in ["light", "dark"] {
            let plot = try qpool(
                "plot", result, "--picture", "costs", "-o", path, "--ground", ground, "--width",
                "900")
            try #require(plot.status == 0, "\(plot.error)")
            let bytes = try #require(FileManager.default.contents(atPath: path))
            #expect(bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]))
            // Width, in the first chunk.
            #expect(Array(bytes[16..<20]) == [0, 0, 3, 132])
        }
        let other = folder.path + "/other.png"
        let missing = try qpool(
            "plot", result, "-o", other, environment: ["PATH": folder.path])
        #expect(missing.status == 1 && missing.error.contains("apt-get install librsvg2-bin"))
        #expect(!FileManager.default.fileExists(atPath: other))
        #expect(try qpool("plot", result, "-o", folder.path + "/a.gif").status == 2)
        #expect(try qpool("plot", result, "-o", other, "--ground", "auto").status == 2)
        let unknown = try qpool("plot", result, "--picture", "cost")
        #expect(unknown.status == 2 && unknown.error.contains("did you mean `costs`"))
        let svg = try qpool("plot", result)
        #expect(svg.status == 0 && Reading(svg.output).findings.isEmpty)
        #expect(svg.output.contains("prefers-color-scheme"))
        #expect(try !qpool("plot", result, "--ground", "dark").output.contains("prefers-color"))
    }
}
