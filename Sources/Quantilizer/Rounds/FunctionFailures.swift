// SPDX-License-Identifier: Apache-2.0

/// How often the functions from outside failed, over all rounds of a job that measure.
struct FunctionFailures: Sendable {
    /// By column: utilities, then costs, then the function that a method has beside.
    private var counts: [UInt64]
    private let utilities: Int

    init(_ job: CompiledJob) {
        counts = [UInt64](
            repeating: 0, count: job.functions.count + (job.auxiliary == nil ? 0 : 1))
        utilities = job.utilities.count
    }

    /// Adds a round that is complete.
    mutating func add(_ merger: RoundMerger) {
        if merger.round.isOfIslands {
            for record in merger.islandsInOrder {
                // An island goes down one utility, and measures the costs beside.
                for (position, moments) in record.moments.enumerated() {
                    let column = position == 0 ? 0 : utilities + position - 1
                    counts[column] &+= moments.failed
                }
            }
            return
        }
        for node in merger.forest.nodes {
            for (column, moments) in node.payload.moments.enumerated() {
                let isScreen = column == 0 && merger.round.stage == .screen
                counts[isScreen ? counts.count - 1 : column] &+= moments.failed
            }
        }
    }

    /// A warning for each function that failed.
    func warnings(_ job: CompiledJob) -> [JobWarning] {
        (job.functions + (job.auxiliary.map { [$0] } ?? [])).enumerated().compactMap {
            column, function in
            // Formulas fail only where their sample did.
            guard counts[column] > 0, function.isExternal else { return nil }
            return JobWarning(
                "plugin-failed",
                "`\(function.name)` failed for \(counts[column]) of its evaluations, twice each: they "
                    + "count as not a number; the log of whoever computed them says why")
        }
    }

    /// The function that failed for all of so many samples, as a failure of the job: what was drawn then
    /// was drawn by nothing. Nil where there is none.
    func everywhere(_ job: CompiledJob, samples: UInt64) -> JobFailure? {
        guard samples > 0 else { return nil }
        for (column, function) in job.functions.enumerated()
        where function.isExternal && counts[column] >= samples {
            return JobFailure(
                "plugin-failed",
                "`\(function.name)` failed for each of \(samples) samples; the log of whoever computed "
                    + "them says why")
        }
        return nil
    }

    func write(to writer: inout ByteWriter) {
        for count in counts { writer.write(count) }
    }

    mutating func read(from reader: inout ByteReader) throws(DecodingFailure) {
        for column in counts.indices { counts[column] = try reader.word() }
    }
}
