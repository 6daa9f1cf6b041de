// SPDX-License-Identifier: Apache-2.0
internal import Quantilizer

/// A way to lie about a range.
enum Lie: String, CaseIterable {
    /// Utilities that no sample of the range has, and all else as it should be.
    case utilities = "wrong utilities"
    /// Another job's samples, which have other random words.
    case samples = "wrong samples"
    /// The best candidates are told, the rest is kept back.
    case omission = "omitted candidates"
    /// A false count or sum.
    case counts = "false counts"
    /// A bit of the partial is turned over.
    case bit = "turned bit"

    /// The lie's bytes; nil where the range allows none of this kind.
    func told(
        of honest: [UInt8], _ job: CompiledJob, _ round: Round, _ range: DyadicRange,
        _ random: inout SimulationRandom
    ) -> [UInt8]? {
        switch self {
        case .utilities:
            let other = job.falsified(by: 0.05 + 0.9 * random.unit())
            return RangeEvaluator(job: other).evaluate(round: round, range: range).encode()
        case .samples:
            var settings = job.settings
            settings.seed &+= 1 + random.next() % 1_000
            let other = CompiledJob(settings: settings, base: job.base, utilities: job.utilities)
            return RangeEvaluator(job: other).evaluate(round: round, range: range).encode()
        case .omission:
            // As if much better samples were known already.
            let best = 0.999 + 0.0009 * random.unit()
            let floor = Key(bits: Key.orderedBits(best), label: 0, index: .max)
            let hints = Hints(round: round.number, floors: [floor])
            return RangeEvaluator(job: job).evaluate(
                round: round, range: range, hints: hints
            ).encode()
        case .counts:
            // The first moments stand behind version, round, range and their count.
            guard honest.count > 40 else { return nil }
            var bytes = honest
            bytes[18 + Int(random.next() % 8)] ^= UInt8(truncatingIfNeeded: 1 + random.next() % 255)
            return bytes
        case .bit:
            var bytes = honest
            let bit = Int(random.next() % UInt64(8 * bytes.count))
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            return bytes
        }
    }
}
