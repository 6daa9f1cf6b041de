// SPDX-License-Identifier: Apache-2.0

/// A later stage over a range: continues the texts that went on, and ranks them.
struct ContinuationLoop {
    private let work: Workload
    private let pass: TextPass
    private let base: TextBase
    private let tokens: Int
    private let call: TextCall
    private let ranking: any Utility

    /// Nil for a workload that has no such stage.
    init?(_ work: Workload, _ pass: TextPass) {
        guard let stages = work.stages,
            let base = work.texts.first
        else { return nil }
        self.work = work
        self.pass = pass
        self.base = base
        var call = TextCall()
        if pass.number < stages.count {
            tokens = stages[pass.number].tokens
            ranking = work.screens[pass.number].utility
            call.measures = false
        } else {
            tokens = base.source.maximumTokens
            ranking = work.utilities[0].utility
        }
        self.call = call
    }

    func evaluate(round: Round, range: DyadicRange) -> Partial? {
        guard case .select(let sieves) = round.task else { return nil }
        let indices = range.clipped(to: round.range)
        let stream = RandomStream(seed: work.seed, domain: .move)
        var drafts: [TextDraft] = []
        for index in pass.survivors where indices.contains(index) {
            let record =
                pass.drafts[index] ?? .failed(.malformed, dimension: work.base.dimension)
            drafts.append(
                TextDraft(
                    index: index,
                    word: stream.word(index: index, block: UInt32(pass.number)),
                    record: record))
        }
        let (records, usage) = base.proceed(drafts, to: tokens, call)
        var candidates = Candidates(width: work.costs.count)
        var tally = ChannelTally()
        let results = measured(records)
        let streams = Streams(seed: work.seed)
        tally.above = UInt64(drafts.count)
        tally.top = [TopMoments](repeating: TopMoments(), count: 1 + work.costs.count)
        var kept: [UInt64: SampleRecord] = [:]
        for (lane, draft) in drafts.enumerated() {
            for column in tally.top.indices {
                tally.top[column].add(results[lane][column], centre: work.centres[column])
            }
            let key = Key(
                bits: Key.orderedBits(results[lane][0]),
                label: streams.label(domain: .base, utility: 0, index: draft.index),
                index: draft.index)
            candidates.append(
                Candidate(key: key, extras: Array(results[lane].dropFirst())))
            kept[draft.index] = records[lane]
        }
        _ = candidates.keepBest(
            sieves[0].capacity, droppedAtFloor: { tally.drop(bits: $0.bits) })
        var sums = Tally()
        sums.channels = [tally]
        sums.usage = usage
        var partial = Partial(
            round: round.number, range: range, tally: sums.trimmed,
            channels: [Partial.Channel(candidates: candidates, picks: [])])
        partial.records = partial.wanted(of: kept)
        return partial
    }

    /// What ranks, and the costs, of each text; of one that failed nothing.
    private func measured(_ records: [SampleRecord]) -> [[Double]] {
        let functions = [ranking] + work.costs.map(\.utility)
        guard !records.isEmpty else { return [] }
        var values = Columns(count: work.base.dimension, capacity: records.count)
        for (lane, record) in records.enumerated() {
            for (column, value) in record.value.enumerated() { values[column, lane] = value }
        }
        var scratch = Columns(
            count: functions.reduce(0) { max($0, $1.scratchColumns) }, capacity: records.count)
        var results = Columns(count: functions.count, capacity: records.count)
        for (column, function) in functions.enumerated() {
            function.evaluate(
                lanes: records.count, values: values, scratch: &scratch, results: &results,
                column: column)
        }
        return records.enumerated().map { lane, record in
            functions.indices.map { column in
                record.failure == nil ? results[column, lane] : FailedSample.marker
            }
        }
    }
}
