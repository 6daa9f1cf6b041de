// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import PoolRuntime
import Quantilizer
import Reports

/// `qpool plan`: what a job will cost and promise.
struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Check a job and say what it will cost and promise, before it runs.",
        discussion: """
            Examples:
              qpool plan job.yaml
              qpool plan job.yaml -o json

            For a job with `method: auto` it says which method that is, and why. The time is predicted from 65,536 samples drawn here, on the threads given.
            """)

    @OptionGroup var job: JobArgument

    @OptionGroup var threads: ThreadOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await reporting(file: job.file) {
            var file = try job.load()
            file.allowPlugins()
            let spec = try JobCompiler.compile(file.node, resources: file.resources)
            let plan = JobPlan(job: spec.job)
            let texts = TextPlan(spec.job.texts, plan: plan)
            let lanes = Double(try threads.count())
            let rate = texts == nil ? Self.measure(spec.job) * lanes : .nan
            let seconds = Double(plan.samples + plan.pilotSamples) / rate
            if output.output.format == .table {
                try output.output.write(
                    Self.table(
                        plan, spec.chosen, rate: rate, seconds: seconds, texts: texts,
                        of: spec.job, columns: output.output.tableColumns))
            } else {
                let json = Self.json(
                    plan, spec.chosen, rate: rate, seconds: seconds, texts: texts)
                try output.output.write(try Self.text(json, output.output.format))
            }
            if let problem = plan.problem { throw problem }
        }
    }

    /// The plan as `json`, on one line, or its selections as a table for programs.
    private static func text(_ json: JSON, _ format: OutputFormat) throws -> String {
        switch format {
        case .json: return json.text(pretty: true) + "\n"
        case .jsonl: return json.text() + "\n"
        case .csv, .npy, .table:
            guard case .array(let selections)? = json["selections"] else { return "" }
            return try RecordList(
                selections.map { if case .object(let members) = $0 { members } else { [] } }
            ).text(format)
        }
    }

    /// Samples a second on one thread, from a short run.
    private static func measure(_ job: CompiledJob) -> Double {
        let evaluator = RangeEvaluator(job: job)
        let size: UInt64 = 1 << 16
        let round = Round(
            number: 0, domain: .base, range: 0..<size,
            task: .select([Sieve(utility: 0, capacity: 64)]), measures: true)
        let started = ContinuousClock.now
        var samples: UInt64 = 0
        for range in DyadicRange.cover(0..<size, maximumLevel: 12) {
            _ = evaluator.evaluate(round: round, range: range)
            samples += range.length
            if (ContinuousClock.now - started).seconds > 0.2 { break }
        }
        return Double(samples) / max((ContinuousClock.now - started).seconds, 1e-9)
    }

    private static func table(
        _ plan: JobPlan, _ chosen: ChosenMethod?, rate: Double, seconds: Double,
        texts: TextPlan?, of job: CompiledJob, columns: Int?
    ) -> String {
        let guess = plan.isExact ? "" : " (at most, or until pilots know better)"
        var lines = LabelledLines(columns: columns)
        lines.add("method", plan.method)
        if let chosen {
            lines.add("because", chosen.because)
            if chosen.isOverBudget {
                lines.add(
                    "budget",
                    "no method keeps to \(Figures.grouped(chosen.budget)); this is the cheapest")
            }
        }
        let pilot =
            plan.pilotSamples > 0 ? ", and \(Figures.grouped(plan.pilotSamples)) in a pilot" : ""
        lines.add("samples", Figures.grouped(plan.samples) + guess + pilot)
        if let texts {
            texts.write(to: &lines)
        } else {
            lines.add(
                "time",
                "\(Figures.duration(seconds)) at \(Figures.count(rate)) samples/s here")
        }
        lines.add(
            "memory", "\(Figures.bytes(Double(plan.memoryBytes))) for candidates, at most")
        lines.add("rounds", "\(plan.rounds)")
        let words = sentence(plan, of: job, seconds: texts == nil ? seconds : nil)
        let out =
            (columns.map { Paragraph.lines(words, columns: $0, indent: 0) } ?? words) + "\n"
            + lines.text
        var table = Table(
            ["utility", "q", "kept", "amplification", "bits", "samples/draw", "tail mass within"],
            numeric: [1, 2, 3, 4, 5])
        for s in plan.selections {
            let mass = s.tailMassInterval.map {
                "[\(Figures.short($0.lower, digits: 4)), \(Figures.short($0.upper, digits: 4))]"
            }
            table.rows.append([
                s.utility, s.quantile.map { Figures.short($0) } ?? "",
                s.kept.map { Figures.grouped($0) } ?? "",
                s.amplification.map { Figures.short($0) } ?? "known afterwards",
                s.bits.map { Figures.short($0, digits: 4) } ?? "",
                s.samplesPerDraw.map { Figures.short($0) } ?? "", mass ?? "",
            ])
        }
        table.spare = [5, 4, 6, 2]
        table.elsewhere = "-o json has them"
        return plan.selections.isEmpty ? out : out + "\n" + table.text(columns: columns)
    }

    /// What it comes to.
    private static func sentence(
        _ plan: JobPlan, of job: CompiledJob, seconds: Double?
    ) -> String {
        if let problem = plan.problem { return "This job cannot run as it is: \(problem.message)." }
        let time = seconds.map { ", in about \(Figures.duration($0)) here" } ?? ""
        let most = plan.isExact ? "" : "at most "
        let work = "It will take \(most)\(Figures.grouped(plan.samples)) samples\(time)"
        if job.sweep != nil { return "\(work), for all \(plan.selections.count) points at once." }
        guard !plan.selections.isEmpty else { return work + "." }
        let factors = plan.selections.compactMap(\.amplification)
        guard let largest = factors.max(), factors.count == plan.selections.count else {
            return work + "; what it promises about costs is known afterwards."
        }
        let limit =
            plan.method == "impact" ? " that depends on the impact variable alone" : ""
        // How many are kept of samples whose number a pilot finds is about the quantile.
        let about = plan.isExact || plan.method != "exact" ? "" : "about "
        return
            "\(work); on average over a draw no cost\(limit) will be more than "
            + "\(about)\(Figures.bound(largest)) times the base's."
    }

    private static func json(
        _ plan: JobPlan, _ chosen: ChosenMethod?, rate: Double, seconds: Double,
        texts: TextPlan?
    ) -> JSON {
        func optional(_ value: Double?) -> JSON { value.map { .number($0) } ?? .null }
        return .object([
            ("version", .integer(1)), ("method", .string(plan.method)),
            ("because", chosen.map { .string($0.because) } ?? .null),
            ("over_budget", .bool(chosen?.isOverBudget ?? false)),
            ("samples", .integer(plan.samples)), ("samples_exact", .bool(plan.isExact)),
            ("pilot_samples", .integer(plan.pilotSamples)),
            ("rounds", .integer(UInt64(plan.rounds))),
            ("memory_bytes", .integer(UInt64(plan.memoryBytes))),
            (
                "selections",
                .array(
                    plan.selections.map { s in
                        .object([
                            ("utility", .string(s.utility)), ("quantile", optional(s.quantile)),
                            ("kept", s.kept.map { .integer($0) } ?? .null),
                            ("amplification", optional(s.amplification)),
                            ("bits", optional(s.bits)),
                            ("samples_per_draw", optional(s.samplesPerDraw)),
                            (
                                "tail_mass_interval",
                                s.tailMassInterval.map {
                                    .array([.number($0.lower), .number($0.upper)])
                                } ?? .null
                            ),
                        ])
                    })
            ),
            ("samples_per_second", .number(rate)), ("seconds", .number(seconds)),
            ("texts", texts?.json ?? .null),
        ])
    }
}
