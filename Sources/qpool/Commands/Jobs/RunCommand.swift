// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import PoolCore
import PoolRuntime
import Quantilizer

/// `qpool run`: answers a job on this machine, without a network.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Answer a job on this machine: all cores, no network.",
        discussion: """
            Examples:
              qpool run job.yaml
              qpool run job.yaml -o json > result.json
              qpool run job.yaml -o npy > draws.npy
              qpool run job.yaml --set quantile=0.1 --set samples=1e6
              qpool run job.yaml -o json --progress json     for programs: docs/progress.md
              qpool init - | qpool run -
              qpool run job.yaml --state job.qstate      Ctrl-C, and run it again: it goes on;
              qpool extend job.qstate --samples 1e9      done, and it takes more samples
              qpool run job.yaml --part 1/2 --state a.qstate     here,
              qpool run job.yaml --part 2/2 --state b.qstate     there, and then
              qpool merge a.qstate b.qstate                      the answer of the whole job
            """)

    @OptionGroup var job: JobArgument

    @Option(help: "Keep what is done in this file, and go on from it where it is there.")
    var state: String?

    @Option(help: "Compute only the I-th of N parts of the samples, as 1/2; needs --state.")
    var part: Part?

    @OptionGroup var threads: ThreadOptions
    @OptionGroup var endpoints: EndpointOptions
    @OptionGroup var output: AnswerOptions

    func validate() throws {
        if part != nil, state == nil {
            throw ValidationError("--part needs --state FILE: a part is kept to be merged")
        }
    }

    func run() async throws {
        try await reporting(file: job.file) {
            var file = try job.load()
            file.allowPlugins()
            try file.allowEndpoints(endpoints)
            let spec = try JobCompiler.compile(file.node, resources: file.resources)
            var local = LocalJob(spec, file.resources)
            if let state { try keep(&local, state) }
            let document = try await local.proceed(
                threads: try threads.count(), quiet: output.quiet)
            if let document {
                return try ResultPrinter(output).write(document.text)
            }
            guard let state else { return }
            Terminal.say(
                "\(part.map { "part \($0) is" } ?? "what is done is") kept in \(state); missing of "
                    + "the whole: \(Gaps.text(local.machine)); `qpool merge` joins the parts")
        }
    }

    /// Goes on from the file where it is there; else begins, and sees to it that it can be kept.
    private func keep(_ job: inout LocalJob, _ path: String) throws {
        if let why = job.spec.job.settings.whyNotExtensible {
            throw PoolFailure(
                .stateFile, "there is no state of such a job: \(why.message)",
                remedy: "run it without --state")
        }
        if FileManager.default.fileExists(atPath: path) {
            let state = try RunState(path: path, extensions: job.resources.extensions)
            guard state.digest == JobCompiler.digest(job.spec, job.resources) else {
                throw PoolFailure(
                    .stateFile,
                    "\(path) is of another job: \(state.difference(from: job.spec))",
                    remedy: "name another file; more samples: qpool extend \(path) --samples N")
            }
            job = LocalJob(state, keeps: path)
        } else {
            if part != nil { job.machine = JobMachine(inPartsOf: job.spec.job) }
            job.keeps = path
        }
        if let part, !job.machine.hasEnded {
            guard let all = job.machine.onePass else {
                throw PoolFailure(
                    .stateFile,
                    "this job cannot be computed in parts: "
                        + Self.whyNotInParts(job.spec.job.settings), remedy: "")
            }
            job.part = part.range(of: all.upperBound)
        }
        if job.machine.failure == nil {
            // A file that cannot be written shows before the work.
            try Keeper(job.spec, job.resources, path).keep(job.machine)
        }
    }

    private static func whyNotInParts(_ settings: JobSettings) -> String {
        switch settings.method {
        case .exact:
            "its candidates do not fit `memory`, so that later passes depend on earlier ones; give "
                + "the job more `memory` (a kept sample takes 96 bytes, and 32 more a cost), or "
                + "take a --state that was begun with --part"
        case .bestOfN: "it was begun as a whole"
        case .screened, .band, .impact: "its second pass depends on all of the first"
        case .threshold, .splitting, .importance, .crossEntropy, .tilt, .minimax, .plain,
            .attack, .search:
            "how far it goes depends on what it finds on the way"
        }
    }
}

extension JobFile {
    /// Lets the job call what it names: it is the user's own, on the user's machine.
    mutating func allowPlugins() {
        resources.extensions = .local(folder: folder) {
            Terminal.say("qpool: \($0)", level: .warning)
        }
    }

    /// Lets the job ask the endpoints that it names, too.
    mutating func allowEndpoints(_ options: EndpointOptions) throws {
        resources.extensions.texts = try options.texts(allowing: nil) {
            Terminal.say("qpool: \($0)", level: .warning)
        }
        resources.extensions.drawsTexts = true
    }
}

/// One of several parts of a job's samples.
struct Part: ExpressibleByArgument, CustomStringConvertible {
    let number: UInt64
    let count: UInt64

    init?(argument: String) {
        let words = argument.split(separator: "/", omittingEmptySubsequences: false)
        guard words.count == 2, let number = UInt64(words[0]), let count = UInt64(words[1]),
            count >= 1, count <= 1_000_000, (1...count).contains(number)
        else { return nil }
        self.number = number
        self.count = count
    }

    var description: String { "\(number)/\(count)" }

    /// Its samples: parts meet at blocks of 256.
    func range(of samples: UInt64) -> Range<UInt64> {
        func edge(_ number: UInt64) -> UInt64 {
            number == count ? samples : (samples / count * number) & ~255
        }
        return edge(number - 1)..<edge(number)
    }
}

/// Samples that are missing, for people.
enum Gaps {
    static func text(_ machine: JobMachine) -> String {
        let gaps = machine.gaps
        let missing = gaps.reduce(0) { $0 + UInt64($1.count) }
        let shown = gaps.prefix(8).map { "\($0.lowerBound) to \($0.upperBound - 1)" }
        let more = gaps.count > 8 ? ", and \(gaps.count - 8) gaps more" : ""
        return "\(missing) samples, \(shown.joined(separator: ", "))\(more)"
    }
}
