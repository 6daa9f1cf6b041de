// SPDX-License-Identifier: Apache-2.0

/// The loop over the blocks of a range, with its scratch.
///
/// It is a value inside ``RangeEvaluator``, so that a range costs one check for exclusive access
/// where fields of the class would cost several a block.
struct BlockLoop: ~Copyable {
    var sampler: BlockSampler
    /// Samples made at a time.
    private let span: Int
    private var lanes: LaneList
    private var words: WordColumns
    private let streams: Streams
    /// Nil for a job of formulas alone.
    private var chunks: ChunkSampler?
    private let functions: [any Utility]
    /// Of a job whose samples may be given up before they are complete; made where there are some.
    private var survivors: SurvivorSampler?
    private var mayGiveUp: Bool

    /// The loop over a job's functions, or with its screen in place of its utility.
    init(_ work: Workload, screens: Bool = false) {
        let ranking = screens ? work.auxiliary.map { [$0] } ?? [] : work.utilities
        // The variable of cells comes last, and is not measured.
        let variable = work.hasCells ? work.auxiliary.map { [$0] } ?? [] : []
        let functions = (ranking + work.costs + variable).map(\.utility)
        let isOutside =
            work.recorded != nil || functions.contains { $0 is any ExternalFunction }
        span = isOutside ? BlockSampler.lanes : BlockSampler.span(work.base, functions)
        sampler = BlockSampler(
            seed: work.seed, base: work.base, columns: functions, capacity: span)
        lanes = LaneList(capacity: span)
        words = WordColumns(count: 2, capacity: span)
        streams = Streams(seed: work.seed)
        chunks = isOutside ? ChunkSampler(work, functions: functions) : nil
        self.functions = functions
        mayGiveUp = !isOutside && !screens
    }

    /// Evaluates a range block by block, nil where `isCancelled` said so at a block.
    mutating func evaluate(
        _ work: Workload, round: Round, range: DyadicRange, hints: Hints, isCancelled: () -> Bool
    ) -> Partial? {
        let indices = range.clipped(to: round.range)
        let utilities = work.utilities.count
        let columns = utilities + work.costs.count
        let centres = work.centres
        var channels = (0..<round.channelCount(utilities: utilities)).map {
            ChannelEvaluator(
                round: round, channel: $0, work: work, streams: streams,
                hint: hints.round == round.number && $0 < hints.floors.count
                    ? hints.floors[$0] : .lowest)
        }
        var moments = round.measures ? (0..<columns).map { _ in MomentTree() } : []
        var histograms =
            round.measures
            ? work.histogram.map { most in
                (0..<columns).map { _ in HistogramCollector(most: most) }
            } ?? [] : []
        var cells: CellCollector?
        if case .cells(let width) = round.task {
            cells = CellCollector(width: width, work: work, streams: streams)
        }
        chunks?.forget()
        _ = takeDrawn()
        var start = indices.lowerBound
        while start < indices.upperBound {
            if isCancelled() { return nil }
            let (isMeasured, until) = round.measures ? work.share.measures(start) : (false, .max)
            let end = min(indices.upperBound, until)
            if !isMeasured, cells == nil,
                let count = takeSurvivors(work, &channels, round.domain, start..<end)
            {
                for column in moments.indices { moments[column].skip(count) }
                start += UInt64(count)
                continue
            }
            let count = Int(min(UInt64(span), end - start))
            survivors?.passed(count)
            if chunks == nil {
                sampler.evaluate(domain: round.domain, start: start, lanes: count)
            } else {
                chunks?.fill(
                    &sampler.results, domain: round.domain, start: start, lanes: count,
                    end: indices.upperBound)
            }
            for column in moments.indices where !isMeasured { moments[column].skip(count) }
            for column in moments.indices where isMeasured {
                var first = 0
                while first < count {
                    moments[column].add(
                        leaf(
                            column: column, from: first,
                            lanes: min(BlockSampler.lanes, count - first),
                            centre: centres[column], isCost: column >= utilities))
                    first += BlockSampler.lanes
                }
            }
            for column in histograms.indices where isMeasured {
                histograms[column].add(sampler.results, column: column, lanes: count)
            }
            for channel in channels.indices {
                channels[channel].take(
                    sampler.results, start: start, count: count, lanes: &lanes, words: &words)
            }
            cells?.take(sampler.results, start: start, count: count)
            start += UInt64(count)
        }
        var tally = Tally()
        tally.cells = cells?.table
        tally.moments = moments.map(\.root)
        tally.histograms = histograms.map(\.histogram)
        var parts: [Partial.Channel] = []
        for channel in channels.indices {
            let (part, counts) = channels[channel].finish()
            parts.append(part)
            tally.channels.append(counts)
        }
        var partial = Partial(
            round: round.number, range: range, tally: tally.trimmed, channels: parts)
        if work.recorded != nil {
            let drawn = takeDrawn()
            partial.tally.usage = drawn.usage
            // Nobody asks for the texts of a pilot.
            if round.domain == .base { partial.records = partial.wanted(of: drawn.records) }
        }
        return partial
    }

    /// Takes the next samples of a range, of which only those are evaluated that channels may want; how many they
    /// were, nil where that does not pay.
    private mutating func takeSurvivors(
        _ work: Workload, _ channels: inout [ChannelEvaluator], _ domain: Domain,
        _ indices: Range<UInt64>
    ) -> Int? {
        guard mayGiveUp, let bits = channels.map(\.leastBits).min(), bits > 0 else { return nil }
        if survivors == nil {
            survivors = SurvivorSampler(work, functions: functions)
            mayGiveUp = survivors != nil
        }
        let start = indices.lowerBound
        let least = Key.utility(ofBits: bits)
        guard let lanes = survivors?.lanes,
            survivors?.isWorthwhile(domain, from: start, least: least) == true
        else { return nil }
        let whole = UInt64(lanes) - start & UInt64(lanes - 1)
        let count = Int(min(whole, indices.upperBound - start))
        survivors?.evaluate(domain: domain, start: start, count: count, least: least)
        if survivors?.isEmpty == false {
            for channel in channels.indices {
                survivors?.give(to: &channels[channel], start: start, count: count)
            }
            survivors?.forget()
        }
        return count
    }

    /// The leaf of the tree of sums over the lanes of one block.
    private mutating func leaf(
        column: Int, from first: Int, lanes count: Int, centre: Double, isCost: Bool
    ) -> Moments {
        var block = BlockMoments.of(
            sampler.results, column: column, from: first, lanes: count, centre: centre)
        if isCost {
            // NaN counts as neither.
            Kernels.select(
                sampler.results, column: column, from: first, lanes: count,
                atLeast: Key.orderedBits(0), into: &lanes)
            block.negative = UInt64(count - lanes.count) - block.nan
        }
        // Those of a process or an endpoint say so; a formula's are results.
        if chunks != nil, block.nan > 0 {
            block.failed = FailedSample.count(sampler.results, column: column, lanes: count)
        }
        return block
    }

    private mutating func takeDrawn() -> DrawnRecords {
        chunks?.takeDrawn() ?? sampler.takeDrawn()
    }
}
