// SPDX-License-Identifier: Apache-2.0
internal import Quantilizer

/// Which ranges of a round are computed twice, and how small they are cut for that.
///
/// A share of the ranges says little where there are few of them. So a round is cut into as many as it
/// takes for a worker that lies in every range it gets, a third of them, to be caught with the chance of
/// ``least``; and where it cannot be cut so far the share is raised until that holds.
struct Sampling {
    /// The chance with which such a worker is caught, at least.
    static let least = 0.99
    /// The part of the ranges that it gets.
    static let part = 1.0 / 3

    /// Of the ranges such a share is checked.
    private(set) var share = 0.0
    /// log2 of the samples of a range, at most.
    private(set) var level = DyadicRange.maximumLevel
    /// The chance with which a worker that lies in a third of the ranges is caught; nil where nothing
    /// is checked.
    private(set) var chance: Double?

    init() {}

    /// The sampling of a round of so many indices, where the job wants a share of `verify` and no range
    /// has less than `2^leastLevel`.
    init(verify: Double, indices: UInt64, leastLevel: Int) {
        guard verify > 0 else { return }
        share = verify
        chance = 1
        guard verify < 1 else { return }
        // (1 - share)^(part * ranges) is the chance that none of its ranges is checked.
        let missed = Kernels.log(1 - Self.least)
        let wanted = missed / Kernels.log(1 - verify) / Self.part
        level = max(leastLevel, DyadicRange.blockLevel)
        while level < DyadicRange.maximumLevel, Double(indices >> UInt64(level + 1)) >= wanted {
            level += 1
        }
        let ranges = max(1, (Double(indices) / Double(UInt64(1) << UInt64(level))).rounded(.down))
        let most = max(1, (ranges * Self.part).rounded(.down))
        share = max(verify, 1 - Kernels.exp(missed / most))
        chance = 1 - Kernels.exp(most * Kernels.log(1 - share))
    }

    /// Whether a range is in the sample: a hash of the job, its seed, the range and a secret of the
    /// coordinator's, so that no worker knows beforehand which of its ranges are.
    ///
    /// **Determinism**: one secret, one sample, whoever asks and when.
    func contains(
        _ range: DyadicRange, round: Int, of job: JobRecord, secret: [UInt8]
    ) -> Bool {
        if share >= 1 { return true }
        if share <= 0 { return false }
        let seed = job.compiled?.settings.seed ?? 0
        let text =
            "\(job.digest) \(seed) \(job.attempt) \(round) \(range.start) \(range.level)"
        let digits = Digest.hexadecimal(secret + Array(text.utf8)).prefix(16)
        // What cannot be told is checked.
        guard let word = UInt64(digits, radix: 16) else { return true }
        // 53 bits, exact: a share of v takes the words below v.
        return Double(word >> 11) * 0x1p-53 < share
    }
}
