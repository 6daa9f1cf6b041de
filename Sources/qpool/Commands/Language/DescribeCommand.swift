// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import PoolCore
import PoolRuntime
import Quantilizer
import Reports

/// `qpool describe`: all that the coordinator knows of a job.
struct DescribeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "describe",
        abstract: "Tell all of a job: state and reason, times, threshold, warnings, events.",
        discussion: """
            Examples:
              qpool describe 3f9a
              qpool describe 3f9a -o json

            The first event and the latest 99 are kept, over restarts of the coordinator too.
            """)

    @Argument(help: "The job's id, or its beginning.", completion: LiveNames.jobs)
    var job: String

    @OptionGroup var connection: ConnectOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await reporting {
            let status = try await connection.client().status(job, events: true)
            let now = Date()
            guard output.output.format == .table else {
                let record =
                    StatusText.record(status) + [
                        ("events", .array(status.events.map { .object($0.record(at: now)) }))
                    ]
                let format = output.output.format
                return try output.output.write(
                    RecordList([record]).text(format == .json ? .jsonl : format))
            }
            try output.output.write(text(status, now))
        }
    }

    private func text(_ job: JobStatus, _ now: Date) -> String {
        var lines = LabelledLines(columns: output.output.tableColumns)
        lines.add("job", job.id)
        lines.add("name", job.name)
        if !job.owner.isEmpty { lines.add("owner", job.owner) }
        if let age = job.age {
            lines.add("submitted", "\(Moment.text(now, ago: age)), \(Moment.age(age))")
        }
        if let ended = job.ended {
            lines.add("ended", "\(Moment.text(now, ago: ended)), \(Moment.age(ended))")
        }
        lines.add("work", "\(Figures.duration(job.elapsed.seconds)) with workers at it")
        lines.add(
            "samples",
            "\(Figures.grouped(job.samplesDone)) of \(Figures.grouped(job.samplesTotal)), "
                + "\(Figures.count(job.samplesPerSecond))/s")
        if !job.state.isOver {
            lines.add("workers", "\(job.workers), with \(job.leases) ranges; round \(job.round)")
            lines.add("priority", "\(job.priority)")
        }
        for t in job.thresholds {
            let interval = t.interval.map { Interval($0.lowerBound, $0.upperBound) }
            lines.add(
                "threshold",
                "\(Figures.estimate(t.value, interval)), \(Figures.short(t.confidence * 100)) % "
                    + "however often one looks, of \(Figures.grouped(t.samples)) samples")
        }
        lines.add("digest", job.jobDigest)
        for warning in job.warnings { lines.add("warning", warning) }
        let columns = output.output.tableColumns ?? .max
        var text = Paragraph.lines(StatusText.sentence(job), columns: columns, indent: 0)
        text += "\n\n" + lines.text
        guard !job.events.isEmpty else { return text }
        text += "\nevents\n"
        // The time of an event stands in its own column.
        let indent = 23
        for event in job.events {
            text += "  \(event.moment(at: now))  "
            text += Paragraph.lines(event.text, columns: columns, indent: indent) + "\n"
        }
        return text
    }
}

/// `qpool logs`: what happened to a job, as it happens.
struct LogsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs",
        abstract: "Print what happened to a job; with -f go on until it ends.",
        discussion: """
            Examples:
              qpool logs 3f9a
              qpool logs 3f9a -f            Ctrl-C leaves; the job goes on
              qpool logs 3f9a -f -o jsonl   an event a line, for programs
            """)

    /// How often a coordinator is asked.
    private static let pace = Duration.milliseconds(500)

    @Argument(help: "The job's id, or its beginning.", completion: LiveNames.jobs)
    var job: String

    @Flag(name: [.short, .long], help: "Go on until the job ends.")
    var follow = false

    @OptionGroup var connection: ConnectOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if output.output.path != nil {
            throw ValidationError("logs goes on writing: add > FILE in place of a file under -o")
        }
        guard [.table, .jsonl, .json].contains(output.output.format) else {
            throw ValidationError("logs writes a table or jsonl")
        }
    }

    func run() async throws {
        try await reporting {
            let client = try connection.client()
            var last: UInt64 = 0
            while true {
                let status = try await client.status(job, events: true)
                let now = Date()
                for event in status.events where event.number > last {
                    last = event.number
                    try Terminal.writeOutput(
                        output.output.format == .table
                            ? event.line(at: now) + "\n"
                            : JSON.object(event.record(at: now)).text() + "\n")
                }
                if !follow || status.state.isOver { return }
                try await Task.sleep(for: Self.pace)
            }
        }
    }
}

extension JobEvent {
    /// For programs.
    func record(at now: Date) -> [(String, JSON)] {
        [
            ("number", .integer(number)),
            ("time", .string(Moment.iso(now, ago: .nanoseconds(Int64(clamping: ageNanoseconds))))),
            ("text", .string(text)),
        ]
    }

    /// For people.
    func line(at now: Date) -> String { moment(at: now) + "  " + DisplayText.line(text) }

    /// When it was, for people.
    func moment(at now: Date) -> String {
        Moment.text(now, ago: .nanoseconds(Int64(clamping: ageNanoseconds)))
    }
}
