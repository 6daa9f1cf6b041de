// SPDX-License-Identifier: Apache-2.0

/// What one channel counts over a range: it only adds up, so it is kept for each range apart.
struct ChannelTally: Sendable, Equatable {
    /// The utility bits at which samples were dropped because of their label.
    var level: UInt64 = 0
    /// Samples of the range at that level that are not among the candidates.
    ///
    /// A range never drops a sample above its level, so of two ranges the higher level counts.
    var dropped: UInt64 = 0
    /// Samples above the ceiling, or all that were accepted.
    var above: UInt64 = 0
    /// Those of them with the ceiling's utility.
    var aboveAtCeiling: UInt64 = 0
    /// The utility and every cost over the samples above; empty where there are none.
    var top: [TopMoments] = []
    /// Counts by bucket, empty but for digit rounds.
    var digits: [UInt64] = []

    /// Samples of a key's utility, among those held and those dropped.
    func tied(with key: Key, held: Candidates) -> UInt64 {
        UInt64(held.keys.count { $0.bits == key.bits }) + (level == key.bits ? dropped : 0)
    }

    /// Counts a sample that was dropped at a level.
    mutating func drop(bits: UInt64) {
        if bits > level {
            level = bits
            dropped = 1
        } else if bits == level {
            dropped += 1
        }
    }

    func combined(with other: ChannelTally) -> ChannelTally {
        var result = self
        if other.level > level {
            result.level = other.level
            result.dropped = other.dropped
        } else if other.level == level {
            result.dropped += other.dropped
        }
        result.above += other.above
        result.aboveAtCeiling += other.aboveAtCeiling
        result.addTop(other.top)
        if result.digits.isEmpty {
            result.digits = other.digits
        } else if !other.digits.isEmpty {
            for j in result.digits.indices { result.digits[j] += other.digits[j] }
        }
        return result
    }

    mutating func addTop(_ other: [TopMoments]) {
        if top.isEmpty {
            top = other
        } else if !other.isEmpty {
            for j in top.indices { top[j].add(other[j]) }
        }
    }

    /// Bytes that it takes, at least: how long its sums are is known when they are written.
    var weight: Int {
        40 + top.reduce(0) { $0 + $1.weight } + 8 * digits.count
    }

    func write(to writer: inout ByteWriter) {
        writer.write(level)
        writer.write(dropped)
        writer.write(above)
        writer.write(aboveAtCeiling)
        writer.write(UInt32(top.count))
        for moments in top { moments.write(to: &writer) }
        writer.write(UInt32(digits.count))
        for digit in digits { writer.write(digit) }
    }

    init() {}

    init(
        from reader: inout ByteReader, columns: Int, samples: UInt64
    ) throws(DecodingFailure) {
        level = try reader.word()
        dropped = try reader.word()
        above = try reader.word()
        aboveAtCeiling = try reader.word()
        guard dropped <= samples, above <= samples, aboveAtCeiling <= samples else {
            throw DecodingFailure("a range counts more samples than it has")
        }
        let topCount = Int(try reader.word32())
        guard topCount == 0 || topCount == columns else {
            throw DecodingFailure("sums of \(topCount) columns where there are \(columns)")
        }
        for _ in 0..<topCount { top.append(try TopMoments(from: &reader)) }
        guard top.allSatisfy({ $0.count <= samples }) else {
            throw DecodingFailure("sums of more samples than the range has")
        }
        let digitCount = Int(try reader.word32())
        guard digitCount == 0 || digitCount == DigitWindow.buckets else {
            throw DecodingFailure("\(digitCount) buckets where there are \(DigitWindow.buckets)")
        }
        for _ in 0..<digitCount {
            let digit = try reader.word()
            guard digit <= samples else { throw DecodingFailure("a bucket holds too many") }
            digits.append(digit)
        }
    }
}

/// Everything of a range that adds up: a node of the forest of ranges that are done.
struct Tally: Sendable, Equatable, Combinable {
    /// Utilities, then costs; empty where the round does not measure.
    var moments: [Moments] = []
    /// Of the same columns, where the job asks for them too.
    var histograms: [Histogram] = []
    /// One for each channel of the round.
    var channels: [ChannelTally] = []
    /// Of a recorded base, what drawing took.
    var usage: RecordUsage?
    /// Of a round over cells, those of the range.
    var cells: CellTable?

    var weight: Int {
        Moments.bytes * moments.count + histograms.reduce(0) { $0 + $1.bytes }
            + channels.reduce(0) { $0 + $1.weight } + (cells?.bytes ?? 0)
    }

    func combined(with right: Tally) -> Tally {
        var result = Tally(
            moments: zip(moments, right.moments).map { $0.combined(with: $1) },
            histograms: zip(histograms, right.histograms).map { $0.combined(with: $1) },
            channels: zip(channels, right.channels).map { $0.combined(with: $1) })
        if let usage, let other = right.usage { result.usage = usage.adding(other) }
        result.cells = cells.map { $0.combined(with: right.cells ?? CellTable()) }
        return result
    }
}
