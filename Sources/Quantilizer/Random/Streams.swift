// SPDX-License-Identifier: Apache-2.0

/// The random words that selection needs beside the samples: tie labels and pick priorities.
struct Streams: Sendable {
    private let labels: RandomStream
    private let picks: RandomStream

    init(seed: UInt64) {
        labels = RandomStream(seed: seed, domain: .tieLabel)
        picks = RandomStream(seed: seed, domain: .pick)
    }

    /// The tie label of a sample for a utility. Pilots have labels of their own.
    @inline(__always)
    func label(domain: Domain, utility: Int, index: UInt64) -> UInt64 {
        let own: UInt32 = domain == .pilot ? 1 << 31 : 0
        return labels.word(index: index, block: UInt32(utility) | own)
    }

    /// The labels of consecutive samples, at once.
    func fillLabels(
        _ words: inout WordColumns, domain: Domain, utility: Int, from start: UInt64, lanes: Int
    ) {
        let own: UInt32 = domain == .pilot ? 1 << 31 : 0
        Kernels.fillLowWords(
            &words, low: 0, stream: labels, block: UInt32(utility) | own, from: start, lanes: lanes)
    }

    /// The word that decides whether a tempering admits a sample.
    @inline(__always)
    func chance(selection: Int, index: UInt64) -> UInt64 {
        picks.word(index: index, block: UInt32(selection) | 1 << 30)
    }

    /// The word that decides whether a sample that was screened out is audited.
    @inline(__always)
    func audit(index: UInt64) -> UInt64 { picks.word(index: index, block: 1 << 31) }

    /// The priorities of consecutive samples, at once.
    func fillPriorities(
        _ words: inout WordColumns, selection: Int, from start: UInt64, lanes: Int
    ) {
        Kernels.fillLowWords(
            &words, low: 1, stream: picks, block: UInt32(selection), from: start, lanes: lanes)
    }

    /// The priority of a sample to become a draw of a selection, smaller first.
    @inline(__always)
    func priority(selection: Int, index: UInt64) -> UInt64 {
        picks.word(index: index, block: UInt32(selection))
    }
}
