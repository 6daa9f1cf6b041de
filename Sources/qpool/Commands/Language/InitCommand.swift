// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import Quantilizer

/// `qpool init`: writes a commented job file to start from.
struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Write a commented job file to start from.",
        discussion: """
            Examples:
              qpool init                      # writes job.yaml, and qpool.schema.json beside it
              qpool init --template empirical mine.yaml
              qpool init - | qpool run -      # to standard output, and straight into a run

            Editors with a YAML language server check the file against the schema as you type, and
            complete keys: its first line names it.
            """)

    /// The file with the schema, beside the job.
    private static let schema = "qpool.schema.json"

    @Argument(help: "Where to write it; - is standard output.")
    var path = "job.yaml"

    @Option(help: "Which one: \(JobTemplate.allCases.map(\.rawValue).joined(separator: ", ")).")
    var template = JobTemplate.basic

    @Flag(help: "Overwrite the file if it is there.")
    var force = false

    func run() throws {
        if path == "-" {
            try Terminal.writeOutput(template.text)
            if let data = template.data {
                Terminal.say(
                    "qpool: this job reads \(data.name), which `qpool init --template "
                        + "\(template.rawValue) FILE` writes beside it")
            }
            return
        }
        let folder = path.lastIndex(of: "/").map { path[...$0] } ?? ""
        let head = "# yaml-language-server: $schema=\(Self.schema)\n"
        var files = [(path: path, text: head + template.text)]
        if let data = template.data { files.append((folder + data.name, data.text)) }
        for file in files where !force && FileManager.default.fileExists(atPath: file.path) {
            Terminal.say("qpool: \(file.path) is there already; --force overwrites it")
            throw ExitStatus.wrongUsage
        }
        // The schema is this release's, whatever was there.
        files.append((folder + Self.schema, JobLanguage.schema.text(pretty: true) + "\n"))
        for file in files {
            do {
                try file.text.write(toFile: file.path, atomically: true, encoding: .utf8)
            } catch {
                Terminal.say("qpool: \(file.path) cannot be written: \(error.localizedDescription)")
                throw ExitStatus.wrongUsage
            }
        }
        let written = files.map(\.path).joined(separator: ", ")
        Terminal.say("wrote \(written); next: `qpool plan \(path)`, `qpool run \(path)`")
    }
}

/// The job files that `qpool init` can write.
enum JobTemplate: String, CaseIterable, ExpressibleByArgument {
    case basic
    case empirical
    case product

    var text: String {
        switch self {
        case .basic: Self.head + Self.basicBase + Self.tail
        case .empirical: Self.head + Self.empiricalBase + Self.tail
        case .product: Self.head + Self.productBase + Self.tail
        }
    }

    /// The data that the job reads, as a file beside it.
    var data: (name: String, text: String)? {
        self == .empirical ? ("choices.csv", Self.choices) : nil
    }

    private static let choices = """
        minutes,price
        12,38.5
        15,36
        18,31
        20,64
        22,27.5
        25,24
        28,22
        31,118
        35,19.5
        40,16
        44,15
        52,12.5
        60,11
        75,9
        95,104

        """

    private static let head = """
        # A job for Quantilizer Pool. `qpool schema` prints every key; docs/jobs.md explains them.
        name: my-job
        seed: 1                      # same seed, same answer, on any number of machines


        """

    private static let basicBase = """
        # The base distribution: what you trust. Here ten independent standard normals, x[0] … x[9].
        base: { normal: { dimension: 10 } }

        # The utility: what you want much of, and do not trust. docs/formulas.md has the grammar.
        utility: "-(x[0]-1)^2 - sum((x-0.5)^2) + sin(3*x[1])"

        # Costs to measure beside their bound, by name: any formula that is never negative.
        costs:
          late: "x[0] > 3"


        """

    private static let productBase = """
        # The base distribution: named marginals, independent of one another.
        base:
          product:
            load: { gumbel: { location: 50, scale: 8 } }
            strength: { lognormal: { mu: 4.6, sigma: 0.12 } }

        # The utility: what you want much of, and do not trust. docs/formulas.md has the grammar.
        utility: "load - strength"

        # Costs to measure beside their bound, by name: any formula that is never negative.
        costs:
          overload: "load > 90"


        """

    private static let empiricalBase = """
        # The base distribution: rows of a CSV file with a header line, drawn with replacement.
        base:
          empirical:
            file: choices.csv          # beside this file; it travels with the job
            columns: [minutes, price]  # the numeric columns you use

        # The utility: what you want much of, and do not trust. docs/formulas.md has the grammar.
        utility: "-minutes - 0.1 * price"

        # Costs to measure beside their bound, by name: any formula that is never negative.
        costs:
          expensive: "price > 100"


        """

    private static let tail = """
        quantile: 0.01               # the top 1 % by utility; several: quantiles: [0.1, 0.01]
        samples: 1e6                 # how many to draw; or precision: 1%
        draws: 5                     # how many of the kept ones to return
        method: exact                # or another of docs/jobs.md

        """
}
