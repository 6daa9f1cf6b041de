// SPDX-License-Identifier: Apache-2.0

/// What is found in one slot of a round: an island, a block of weighed samples, a trial.
protocol SlotRecord: Sendable, Equatable {
    /// Samples of a recorded base that it keeps.
    var keptIndices: [UInt64] { get }
    /// The functions from outside that failed, by column: the first utility, then the costs.
    var failed: [UInt64] { get }
    func write(to writer: inout ByteWriter)
}

extension SlotRecord {
    var keptIndices: [UInt64] { [] }
    var failed: [UInt64] { [] }

    func equals(_ other: any SlotRecord) -> Bool { (other as? Self) == self }
}

/// What slots of a range found together.
struct SlotFindings {
    /// A record for each slot, in order.
    var records: [any SlotRecord] = []
    /// Samples of a process that failed.
    var failures: UInt64 = 0
    /// What drawing took besides.
    var usage = RecordUsage()
    /// Of a recorded base, the samples that are kept, by index.
    var samples: [UInt64: SampleRecord] = [:]
}

/// A round whose indices are no samples of the base: each aligned slot of 256 of them stands for
/// something larger, of which one record comes back. However the round is cut, slots stay whole.
///
/// A method brings its task with its record; rounds, partials, merging and snapshots know no more of it
/// than this.
protocol SlotTask: Sendable, Hashable {
    /// The number of the task on the wire, which never changes.
    static var kind: UInt8 { get }
    /// The domain of its random numbers.
    static var domain: Domain { get }
    /// Whether a slot may evaluate more samples than it has indices.
    var exceedsIndices: Bool { get }
    /// Reads what ``write(to:)`` wrote; what does not fit the job or the round is refused.
    init(
        from reader: inout ByteReader, job: CompiledJob, indices: Range<UInt64>
    ) throws(DecodingFailure)
    func write(to writer: inout ByteWriter)
    /// Reads the record of a slot; what does not fit the task is refused.
    func readRecord(
        from reader: inout ByteReader, job: CompiledJob, slot: UInt64
    ) throws(DecodingFailure) -> any SlotRecord
    /// Works off slots one after another; nil where `isCancelled` said so.
    func run(
        _ slots: Range<UInt64>, job: CompiledJob, isCancelled: () -> Bool
    ) -> SlotFindings?
    /// Evaluations that a record took.
    func evaluations(of record: any SlotRecord) -> UInt64
    /// Evaluations that an index takes, about.
    func evaluationsPerIndex(job: CompiledJob) -> Double
}

extension SlotTask {
    var exceedsIndices: Bool { false }
    func evaluationsPerIndex(job: CompiledJob) -> Double { 1 }
}

/// A task of whatever kind.
public struct SlotWork: Sendable, Hashable {
    let task: any SlotTask

    init(_ task: any SlotTask) { self.task = task }

    /// Indices a slot.
    static let indices: UInt64 = 256

    /// The numbers of a range's slots.
    static func slots(of range: DyadicRange) -> Range<UInt64> {
        range.start / indices..<range.end / indices
    }

    /// Equality of the tasks.
    public static func == (a: SlotWork, b: SlotWork) -> Bool {
        AnyHashable(a.task) == AnyHashable(b.task)
    }

    /// Hashes the task.
    public func hash(into hasher: inout Hasher) { hasher.combine(AnyHashable(task)) }
}
