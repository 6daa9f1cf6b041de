// SPDX-License-Identifier: Apache-2.0

/// Labels and priorities of a block's lanes: one by one where few are wanted, else a column at once.
struct WordLookup {
    /// Where one lane in so many is wanted a whole column is cheaper.
    static let sparseness = 16

    let streams: Streams
    let domain: Domain
    let utility: Int
    let start: UInt64
    let count: Int
    let isDense: Bool
    private var hasLabels = false
    private var hasPriorities = false

    init(
        streams: Streams, domain: Domain, utility: Int, start: UInt64, count: Int, isDense: Bool
    ) {
        self.streams = streams
        self.domain = domain
        self.utility = utility
        self.start = start
        self.count = count
        self.isDense = isDense
    }

    /// The key of a lane. `words` is scratch of two columns for this block.
    @inline(__always)
    mutating func key(_ bits: UInt64, _ lane: Int, _ words: inout WordColumns) -> Key {
        let index = start + UInt64(lane)
        guard isDense else {
            let label = streams.label(domain: domain, utility: utility, index: index)
            return Key(bits: bits, label: label, index: index)
        }
        if !hasLabels {
            streams.fillLabels(
                &words, domain: domain, utility: utility, from: start, lanes: count)
            hasLabels = true
        }
        return Key(bits: bits, label: words[0, lane], index: index)
    }

    @inline(__always)
    mutating func priority(_ selection: Int, _ lane: Int, _ words: inout WordColumns) -> UInt64 {
        guard isDense else {
            return streams.priority(selection: selection, index: start + UInt64(lane))
        }
        if !hasPriorities {
            streams.fillPriorities(&words, selection: selection, from: start, lanes: count)
            hasPriorities = true
        }
        return words[1, lane]
    }
}
