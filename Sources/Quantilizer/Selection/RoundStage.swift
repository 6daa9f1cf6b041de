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

    func write(to writer: inout ByteWriter) {
        switch self {
        case .utility: break
        case .screen: writer.write(UInt8(1))
        case .survivors(let floor, let audit):
            writer.write(UInt8(2))
            writer.write(floor)
            writer.write(audit)
        }
    }

    /// Reads a stage that is not `utility`.
    init(from reader: inout ByteReader, job: CompiledJob) throws(DecodingFailure) {
        guard case .screened = job.settings.method else {
            throw DecodingFailure("the job has no screen")
        }
        switch try reader.byte() {
        case 1: self = .screen
        case 2: self = .survivors(floor: try reader.key(), audit: try reader.word())
        default: throw DecodingFailure("no such stage")
        }
    }
}
