// SPDX-License-Identifier: Apache-2.0

/// What was merged of a round as bytes, for snapshots.
extension RoundMerger {
    func write(to writer: inout ByteWriter) {
        round.write(to: &writer)
        writer.reserve(forCandidates: channels.map(\.candidates))
        writer.write(count: forest.nodes.count)
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
        if round.isOfIslands {
            for (number, island) in islands.sorted(by: { $0.key < $1.key }) {
                writer.write(number)
                island.write(to: &writer)
            }
        }
        for (number, block) in weighed.sorted(by: { $0.key < $1.key }) {
            writer.write(number)
            block.write(to: &writer)
        }
        for (number, trial) in trials.sorted(by: { $0.key < $1.key }) {
            writer.write(number)
            trial.write(to: &writer)
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
                tally.moments.append(try Moments(from: &reader, samples: samples))
            }
            tally.histograms = try [Histogram](from: &reader, of: tally.moments, job: job)
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
            forest.insert(range, tally, isWhole: isWhole)
            doneCount += samples
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
        if case .weigh(let pass) = round.task {
            try readWeighed(pass, from: &reader, job: job)
        }
        if round.isOfTrials { try readTrials(from: &reader) }
        guard case .islands(let pass) = round.task else { return }
        for _ in 0..<doneCount / SplittingPass.indicesPerIsland {
            let number = try reader.word()
            guard number < round.range.upperBound / SplittingPass.indicesPerIsland,
                forest.contains(index: number * SplittingPass.indicesPerIsland),
                islands[number] == nil
            else { throw DecodingFailure("a snapshot's islands do not fit its ranges") }
            islands[number] = try IslandRecord(from: &reader, pass: pass, job: job)
        }
    }

    private mutating func readTrials(from reader: inout ByteReader) throws(DecodingFailure) {
        let size = SearchPass.indicesPerCandidate
        for _ in 0..<doneCount / size {
            let number = try reader.word()
            guard number < round.range.upperBound / size, forest.contains(index: number * size),
                trials[number] == nil
            else { throw DecodingFailure("a snapshot's trials do not fit its ranges") }
            trials[number] = try TrialRecord(from: &reader)
        }
    }

    private mutating func readWeighed(
        _ pass: WeighingPass, from reader: inout ByteReader, job: CompiledJob
    ) throws(DecodingFailure) {
        for _ in 0..<doneCount / WeighingPass.lanes {
            let number = try reader.word()
            guard number < round.range.upperBound / WeighingPass.lanes,
                forest.contains(index: number * WeighingPass.lanes), weighed[number] == nil
            else { throw DecodingFailure("a snapshot's blocks do not fit its ranges") }
            weighed[number] = try WeighedBlock(
                from: &reader, pass: pass, job: job, start: number * WeighingPass.lanes)
        }
    }
}
