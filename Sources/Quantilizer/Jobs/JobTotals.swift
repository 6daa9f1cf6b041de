// SPDX-License-Identifier: Apache-2.0

/// What the rounds of a job that are done found together, whatever its method: counts, moments, failures, and of a
/// recorded base the samples that are kept.
///
/// **Determinism**: rounds are added in their order, each when it is complete.
struct JobTotals: Sendable {
    /// Moments of the base samples of all rounds.
    private(set) var moments = Forest<MomentRow>()
    /// Base samples that are measured.
    private(set) var issued: UInt64 = 0
    /// Samples of all rounds, and those among them that came once more.
    private(set) var evaluated: UInt64 = 0
    private var repeated: UInt64 = 0
    private var failures: FunctionFailures
    /// Of a recorded base, the samples that are kept, and what drawing took.
    private(set) var records: [UInt64: SampleRecord] = [:]
    private(set) var usage: RecordUsage?
    /// Rounds that are done, which is the number of the next.
    var rounds = 0

    /// Of nothing.
    init(_ job: CompiledJob) { failures = FunctionFailures(job) }

    /// Samples that were evaluated, each once.
    var evaluations: UInt64 { evaluated - min(repeated, evaluated) }

    /// Adds a round that is complete.
    mutating func add(_ merger: RoundMerger) {
        evaluated += merger.evaluations
        rounds += 1
        failures.add(merger)
        if let used = merger.usage { usage = usage?.adding(used) ?? used }
        // Of other domains the indices mean other samples.
        guard merger.round.domain == .base else { return }
        records.merge(merger.records) { _, new in new }
        guard merger.round.measures else {
            repeated += merger.evaluations
            return
        }
        issued += merger.round.count
        for node in merger.forest.nodes {
            moments.insert(
                node.range,
                MomentRow(columns: node.payload.moments, histograms: node.payload.histograms),
                isWhole: node.isWhole)
        }
    }

    /// Of the samples that are kept only those that a pass goes on with stay, as they were begun.
    mutating func keepDrafts(of pass: TextPass) { records = pass.drafts(of: records) }

    /// The job begins once more: everything that comes was evaluated before.
    mutating func beginAgain() {
        moments = Forest()
        issued = 0
        repeated = evaluated
    }

    /// The job goes on at an index: what is known of later samples comes once more.
    mutating func goOn(at index: UInt64) {
        moments.removeUnfinished()
        repeated += issued - min(issued, index)
        issued = min(issued, index)
    }

    // MARK: What it comes to

    /// The moments of each utility and then each cost.
    func columns(of job: CompiledJob) -> [Moments] {
        let none = [Moments](repeating: Moments(), count: job.utilities.count + job.costs.count)
        let zero = MomentRow(columns: none)
        return (moments.total(zero: zero) ?? zero).columns
    }

    /// The histogram of one column, with what is done of the round that runs.
    ///
    /// **Complexity**: O(bins · ranges).
    func histogram(column: Int, most: Int, with merger: RoundMerger?) -> Histogram {
        let done =
            moments.nodes.map(\.payload.histograms)
            + (merger.map { $0.forest.nodes.map(\.payload.histograms) } ?? [])
        return done.filter { $0.indices.contains(column) }
            .reduce(Histogram(most: most)) { $0.combined(with: $1[column]) }
    }

    /// Why an answer would be none, though the method gives one: no sample has what it goes by.
    func whyNoAnswer(_ job: CompiledJob) -> JobFailure? {
        if let usage, issued > 0, usage.failed >= issued * drawsPerSample(job) {
            return JobFailure(
                "samples-failed",
                "each of \(issued) samples failed (\(usage.failureKinds)); the log of whoever drew them "
                    + "says why")
        }
        return failures.everywhere(job, samples: issued)
    }

    /// Writes into a result what it took, and warns of what failed.
    func sign(_ result: inout JobResult, _ job: CompiledJob) {
        result.work = [("evaluations", evaluated), ("rounds", UInt64(rounds))]
        result.usage = usage
        result.warnings += failures.warnings(job)
        guard let usage else { return }
        result.work.append(("requests", usage.requests))
        // Islands and rounds of fall-back draws come beside what is issued.
        result.warnings += usage.warnings(samples: max(issued * drawsPerSample(job), evaluated))
    }

    private func drawsPerSample(_ job: CompiledJob) -> UInt64 {
        UInt64(job.recorded?.drawsPerSample ?? 1)
    }

    // MARK: Snapshots

    /// Writes the counts and the moments; the samples that are kept are ``writeRecords(to:)``'s.
    func write(to writer: inout ByteWriter) {
        writer.write(issued)
        writer.write(evaluated)
        writer.write(repeated)
        writer.write(UInt32(rounds))
        failures.write(to: &writer)
        writer.write(count: moments.count)
        for node in moments.nodes {
            writer.write(node.range)
            writer.write(node.isWhole)
            for column in node.payload.columns { column.write(to: &writer) }
            for histogram in node.payload.histograms { histogram.write(to: &writer) }
        }
    }

    /// Reads what ``write(to:)`` wrote.
    ///
    /// - Throws: where bytes do not fit the job, or one another.
    init(from reader: inout ByteReader, of job: CompiledJob) throws(DecodingFailure) {
        failures = FunctionFailures(job)
        issued = try reader.word()
        evaluated = try reader.word()
        repeated = try reader.word()
        rounds = Int(try reader.word32())
        try failures.read(from: &reader)
        guard issued <= Limits.samples, evaluated < 1 << 62, repeated <= evaluated,
            rounds < 1 << 30
        else { throw DecodingFailure("counts out of range") }
        let columns = job.utilities.count + job.costs.count
        let count = try reader.count(
            limit: 1 << 24, bytesEach: 10 + Moments.bytes * columns, of: "ranges")
        for number in 0..<count {
            let range = try reader.dyadicRange()
            let isWhole = try reader.bool()
            var row = MomentRow(columns: [])
            let samples = job.workload.share.count(in: range.clipped(to: 0..<issued))
            for _ in 0..<columns {
                row.columns.append(try Moments(from: &reader, samples: samples))
            }
            row.histograms = try [Histogram](
                from: &reader, of: row.columns, most: job.settings.histogram)
            guard moments.relation(to: range) == .free,
                isWhole || number == count - 1 && range.level == DyadicRange.blockLevel
            else { throw DecodingFailure("ranges of a snapshot overlap") }
            moments.insert(range, row, isWhole: isWhole)
        }
    }

    /// Writes what there is of a recorded base's samples.
    func writeRecords(to writer: inout ByteWriter) {
        (usage ?? RecordUsage()).write(to: &writer)
        records.write(to: &writer)
    }

    /// Reads what ``writeRecords(to:)`` wrote.
    mutating func readRecords(
        from reader: inout ByteReader, dimension: Int
    ) throws(DecodingFailure) {
        usage = try RecordUsage(from: &reader)
        records = try [UInt64: SampleRecord](
            from: &reader, dimension: dimension, indices: 0..<Limits.samples)
    }
}
