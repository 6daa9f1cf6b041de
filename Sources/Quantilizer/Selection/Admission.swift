// SPDX-License-Identifier: Apache-2.0

/// Which samples of a round a selection draws from, by a rule that was fixed before the round: those
/// admitted are counted, summed and offered as draws; none is held.
public struct Admission: Sendable, Hashable {
    /// Who is admitted.
    public enum Rule: Sendable, Hashable {
        /// Keys with `low ≤ key < high`.
        case window(low: Key, high: Key)
        /// Each sample with the chance that a tempering gives its utility.
        case tempered(Tempering)
        /// Those that the same tempering turns down.
        case turnedDown(Tempering)
    }

    /// The utility's number in the job.
    public var utility: Int
    /// The selection's number, which names the streams of its picks and chances.
    public var selection: Int
    /// Who is admitted.
    public var rule: Rule
    /// How many picks are kept of those.
    public var picks: Int

    /// The least bits that a sample may have.
    var floorBits: UInt64 {
        if case .window(let low, _) = rule { low.bits } else { 0 }
    }
}

extension Admission {
    func write(to writer: inout ByteWriter) {
        writer.write(UInt32(utility))
        writer.write(UInt32(selection))
        writer.write(count: picks)
        switch rule {
        case .window(let low, let high):
            writer.write(UInt8(0))
            writer.write(low)
            writer.write(high)
        case .tempered(let tempering):
            writer.write(UInt8(1))
            tempering.write(to: &writer)
        case .turnedDown(let tempering):
            writer.write(UInt8(2))
            tempering.write(to: &writer)
        }
    }

    init(from reader: inout ByteReader, utilities: Int) throws(DecodingFailure) {
        utility = Int(try reader.word32())
        selection = Int(try reader.word32())
        guard utility < utilities, selection < 2 * Limits.selections else {
            throw DecodingFailure("an admission to a selection that there is not")
        }
        picks = try reader.count(limit: Limits.draws, bytesEach: 0, of: "picks")
        switch try reader.byte() {
        case 0:
            let low = try reader.key()
            let high = try reader.key()
            guard low < high else { throw DecodingFailure("an empty window") }
            rule = .window(low: low, high: high)
        case 1: rule = .tempered(try Tempering(from: &reader))
        case 2: rule = .turnedDown(try Tempering(from: &reader))
        default: throw DecodingFailure("no such rule of admission")
        }
    }
}
