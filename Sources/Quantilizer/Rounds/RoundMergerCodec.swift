// SPDX-License-Identifier: Apache-2.0

/// What was merged of a round as bytes, for snapshots.
extension RoundMerger {
    func write(to writer: inout ByteWriter) {
        round.write(to: &writer)
        writer.reserve(forCandidates: channels.map(\.candidates))
        writer.write(count: forest.count)
        for node in forest.nodes {
            writer.write(node.range)
            for moments in node.payload.moments { moments.write(to: &writer) }
            for histogram in node.payload.histograms { histogram.write(to: &writer) }
            for channel in node.payload.channels { channel.write(to: &writer) }
            node.payload.cells?.write(to: &writer)
        }
        for channel in channels {
            channel.candidates.write(to: &writer)
            let picks = channel.picks.sorted
            writer.write(count: picks.count)
            for pick in picks { pick.write(to: &writer) }
            writer.write(channel.floor)
        }
        if isRecorded {
            for node in forest.nodes {
                (node.payload.usage ?? RecordUsage()).write(to: &writer)
            }
            recordsKept.write(to: &writer)
        }
        for (number, record) in slots.sorted(by: { $0.key < $1.key }) {
            writer.write(number)
            record.write(to: &writer)
        }
    }

    /// Bytes that ``write(to:)`` writes, at least; nil of slots and of recorded samples, whose bytes
    /// are known when they are written.
    ///
    /// **Complexity**: O(channels).
    var weight: Int? {
        guard round.slots == nil, !isRecorded else { return nil }
        return channels.reduce(8 + 9 * forest.count + forest.weight) {
            $0 + 40 + $1.candidates.count * (24 + 8 * $1.candidates.width)
        }
    }

    init(from reader: inout ByteReader, job: CompiledJob) throws(DecodingFailure) {
        self.init(round: try Round(from: &reader, job: job), job: job)
        let columns = round.measures ? job.utilities.count + job.costs.count : 0
        let count = try reader.count(
            limit: 1 << 24, bytesEach: 9 + Moments.bytes * columns, of: "ranges")
        for _ in 0..<count {
            let range = try reader.dyadicRange()
            // Joined ranges may be large; only the last block reaches past the end.
            let isWhole = range.end <= round.range.upperBound
            guard range.start >= round.range.lowerBound, range.start < round.range.upperBound,
                isWhole || range.level == DyadicRange.blockLevel,
                forest.relation(to: range) == .free
            else { throw DecodingFailure("a snapshot's ranges do not fit its round") }
            let samples = UInt64(range.clipped(to: round.range).count)
            var tally = Tally()
            for _ in 0..<columns {
                tally.moments.append(
                    try Moments(
                        from: &reader,
                        samples: job.workload.share.count(in: range.clipped(to: round.range))))
            }
            tally.histograms = try [Histogram](
                from: &reader, of: tally.moments, most: job.settings.histogram)
            for _ in channels {
                tally.channels.append(
                    try ChannelTally(
                        from: &reader, columns: 1 + job.costs.count, samples: samples))
            }
            if case .cells = round.task {
                tally.cells = try CellTable(
                    from: &reader, width: job.costs.count,
                    indices: range.clipped(to: round.range))
            }
            add(Forest.Node(range: range, payload: tally, isWhole: isWhole))
        }
        for number in channels.indices {
            let candidates = try Candidates(
                from: &reader, width: job.costs.count, limit: Limits.candidates,
                indices: round.range)
            let picks = try reader.count(limit: Limits.draws, bytesEach: 32, of: "picks")
            var list: [Pick] = []
            for _ in 0..<picks { list.append(try Pick(from: &reader, indices: round.range)) }
            channels[number].restore(
                candidates: candidates, picks: list, floor: try reader.key())
        }
        if isRecorded {
            for range in forest.nodes.map(\.range) {
                let usage = try RecordUsage(from: &reader)
                forest.update(index: range.start) { $0.usage = usage }
            }
            records = try [UInt64: SampleRecord](
                from: &reader, dimension: job.base.dimension, indices: round.range)
        }
        if let task = round.slots { try readSlots(task, from: &reader, job: job) }
    }

    private mutating func readSlots(
        _ task: any SlotTask, from reader: inout ByteReader, job: CompiledJob
    ) throws(DecodingFailure) {
        for _ in 0..<doneCount / SlotWork.indices {
            let number = try reader.word()
            guard number < round.range.upperBound / SlotWork.indices,
                forest.contains(index: number * SlotWork.indices), slots[number] == nil
            else { throw DecodingFailure("a snapshot's slots do not fit its ranges") }
            slots[number] = try task.readRecord(from: &reader, job: job, slot: number)
        }
    }
}
