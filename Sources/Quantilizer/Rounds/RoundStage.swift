// SPDX-License-Identifier: Apache-2.0

/// By what a round of base samples ranks them: nearly always the utilities.
public enum RoundStage: Sendable, Hashable {
    /// The utilities.
    case utility
    /// The cheap first utility of `screened`, in place of the utility.
    case screen
    /// The utility, on samples alone whose screen's key is at least `floor`, and on those others whose
    /// audit word is below `audit`. The round's first channel has the survivors, its second the audited.
    case survivors(floor: Key, audit: UInt64)
    /// The screen of the first stage of texts, on their beginnings.
    case drafts
    /// A later stage: texts that went on are continued, and ranked by the stage's screen or, at last,
    /// by the utility.
    case continued(TextPass)

    func write(to writer: inout ByteWriter) {
        switch self {
        case .utility: break
        case .screen: writer.write(UInt8(1))
        case .survivors(let floor, let audit):
            writer.write(UInt8(2))
            writer.write(floor)
            writer.write(audit)
        case .drafts: writer.write(UInt8(3))
        case .continued(let pass):
            writer.write(UInt8(4))
            pass.write(to: &writer)
        }
    }

    /// Reads a stage that is not `utility`.
    init(from reader: inout ByteReader, job: CompiledJob) throws(DecodingFailure) {
        guard case .screened(let settings) = job.settings.method else {
            throw DecodingFailure("the job has no screen")
        }
        switch (try reader.byte(), settings.stages.isEmpty) {
        case (1, true): self = .screen
        case (2, true): self = .survivors(floor: try reader.key(), audit: try reader.word())
        case (3, false): self = .drafts
        case (4, false): self = .continued(try TextPass(from: &reader, job: job))
        default: throw DecodingFailure("no such stage")
        }
    }
}
