// SPDX-License-Identifier: Apache-2.0

/// A discrete law as cumulative 64-bit integers: outcome k for the words w with
/// cumulative[k − 1] ≤ w < cumulative[k], so that each has its probability to 2^-64.
///
/// **Determinism**: sums in double-double arithmetic, then integers.
///
/// **Source**: the method of guide tables: Devroye, *Non-Uniform Random Variate Generation* (1986),
/// doi:10.1007/978-1-4613-8643-8, section III.2.4.
struct CumulativeTable: Sendable {
    /// Ends of all outcomes but the last.
    let cumulative: [UInt64]
    /// For each leading-bits bucket how many ends are at most its first word; one entry more.
    let guide: [UInt32]
    /// Bits of a word below the bucket.
    let shift: UInt32

    /// A table of weights, non-negative and not all 0; they are divided by their sum.
    init(weights: [DoubleDouble]) {
        var total = DoubleDouble(0)
        for w in weights { total = total + w }
        var ends: [UInt64] = []
        ends.reserveCapacity(weights.count)
        var lower = DoubleDouble(0)
        var last: UInt64 = 0
        var isFull = false
        for w in weights.dropLast() {
            lower = lower + w
            // An end past the last word: the outcomes after it never come.
            if !isFull, let end = (lower / total).scaledTo64Bits {
                last = max(last, end)
                ends.append(last)
            } else {
                isFull = true
                break
            }
        }
        cumulative = ends
        var bits: UInt32 = 4
        while bits < 16 && (1 << bits) < 2 * ends.count { bits += 1 }
        shift = 64 - bits
        var guide: [UInt32] = []
        guide.reserveCapacity((1 << Int(bits)) + 1)
        var k = 0
        for bucket in 0..<(UInt64(1) << UInt64(bits)) {
            let first = bucket << UInt64(shift)
            while k < ends.count && ends[k] <= first { k += 1 }
            guide.append(UInt32(k))
        }
        guide.append(UInt32(ends.count))
        self.guide = guide
    }

    /// The probability of an outcome: its words over 2^64.
    func mass(_ outcome: Int) -> Double {
        guard outcome >= 0, outcome <= cumulative.count else { return 0 }
        let begin = outcome == 0 ? 0 : cumulative[outcome - 1]
        guard outcome < cumulative.count else {
            return begin == 0 ? 1 : Double(0 &- begin) * 0x1p-64
        }
        return Double(cumulative[outcome] - begin) * 0x1p-64
    }

    /// The outcome of a word.
    func outcome(_ word: UInt64) -> Int {
        let bucket = Int(word >> UInt64(shift))
        var low = Int(guide[bucket])
        var high = Int(guide[bucket + 1])
        while low < high {
            let middle = low + (high - low) / 2
            if cumulative[middle] <= word { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Fills a column with the outcomes of words.
    func fill(
        _ words: borrowing WordColumns, _ slot: Int, to values: inout Columns, _ column: Int,
        lanes: Int
    ) {
        Kernels.applyIndex(
            cumulative, guide: guide, shift: shift, words, slot, to: &values, column, lanes: lanes)
    }
}
