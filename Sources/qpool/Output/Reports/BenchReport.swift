// SPDX-License-Identifier: Apache-2.0
import PoolRuntime
import Quantilizer
import Reports

/// What `qpool bench` measured, for people and for programs.
struct BenchReport {
    struct Job {
        var name: String
        var threads: Int
        var time: SpeedTest.JobTime

        var seconds: Double { BenchReport.median(time.seconds) }
        var rate: Double { Double(time.evaluations) / max(seconds, 1e-9) }
    }

    struct Utility {
        var job: String
        var name: String
        var nanoseconds: [Double]
    }

    /// A utility's samples, given up early; nil where that does not pay.
    struct Early {
        var job: String
        var name: String
        var time: SpeedTest.EarlyTime?
    }

    var jobs: [Job] = []
    var early: [Early] = []
    var utilities: [Utility] = []

    private static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        let middle = sorted.count / 2
        guard !sorted.isEmpty else { return .nan }
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }

    var table: String {
        var text = "\(Machine.coreCount) cores, \(InstructionSet.current.title)\n\n"
        var rates = Table(
            ["job", "threads", "samples", "seconds", "samples/s", "ns a sample"],
            numeric: [1, 2, 3, 4, 5])
        for job in jobs {
            rates.rows.append([
                job.name, String(job.threads), Figures.count(Double(job.time.evaluations)),
                Figures.short(job.seconds, digits: 4), Figures.count(job.rate),
                Figures.short(1e9 / job.rate, digits: 4),
            ])
        }
        text += rates.text
        if !utilities.isEmpty {
            var alone = Table(["utility alone", "of", "ns an evaluation"], numeric: [2])
            for utility in utilities {
                alone.rows.append([
                    utility.name, utility.job,
                    Figures.short(Self.median(utility.nanoseconds), digits: 4),
                ])
            }
            text += "\n" + alone.text
        }
        if !early.isEmpty { text += "\n" + givenUp.text }
        return text
    }

    private var givenUp: Table {
        var table = Table(
            [
                "given up early", "of", "random blocks a sample", "drawn whole", "ns a sample",
                "ns of all", "faster by",
            ], numeric: [2, 3, 4, 5, 6])
        for utility in early {
            guard let time = utility.time else {
                table.rows.append([utility.name, utility.job, "does not pay", "", "", "", ""])
                continue
            }
            let (own, all) = (Self.median(time.early), Self.median(time.all))
            table.rows.append([
                utility.name, utility.job,
                Figures.short(time.outcome.blocksASample, digits: 3) + " of \(time.blocks)",
                Figures.short(100 * (time.outcome.drawn.last ?? 0), digits: 3) + " %",
                Figures.short(own, digits: 4), Figures.short(all, digits: 4),
                Figures.short(all / own, digits: 3),
            ])
        }
        return table
    }

    var json: JSON {
        func numbers(_ values: [Double]) -> JSON { .array(values.map { .number($0) }) }
        return .object([
            ("version", .integer(1)),
            ("cores", .integer(UInt64(Machine.coreCount))),
            ("instruction_set", .string(InstructionSet.current.rawValue)),
            (
                "jobs",
                .array(
                    jobs.map { job in
                        .object([
                            ("name", .string(job.name)), ("threads", .integer(UInt64(job.threads))),
                            ("evaluations", .integer(job.time.evaluations)),
                            ("seconds", numbers(job.time.seconds)),
                            ("samples_per_second", .number(job.rate)),
                        ])
                    })
            ),
            (
                "utilities",
                .array(
                    utilities.map { utility in
                        .object([
                            ("job", .string(utility.job)), ("name", .string(utility.name)),
                            ("nanoseconds", numbers(utility.nanoseconds)),
                        ])
                    })
            ),
            (
                "early",
                .array(
                    early.map { utility in
                        guard let time = utility.time else {
                            return .object([
                                ("job", .string(utility.job)), ("name", .string(utility.name)),
                                ("pays", .bool(false)),
                            ])
                        }
                        return .object([
                            ("job", .string(utility.job)), ("name", .string(utility.name)),
                            ("pays", .bool(true)), ("blocks", .integer(UInt64(time.blocks))),
                            ("drawn", numbers(time.outcome.drawn)),
                            ("nanoseconds", numbers(time.early)),
                            ("nanoseconds_of_all", numbers(time.all)),
                        ])
                    })
            ),
        ])
    }
}
