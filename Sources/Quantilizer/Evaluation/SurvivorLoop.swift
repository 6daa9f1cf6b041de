// SPDX-License-Identifier: Apache-2.0

/// The second stage of `screened` over a range: makes the screen again, and evaluates the utility and
/// the costs on survivors and audited samples alone, many together.
///
/// Who survives is decided by a key that the round brings, so no list of survivors travels and any
/// cut of the indices does.
struct SurvivorLoop: ~Copyable {
    private let streams: Streams
    private let functions: [any Utility]
    private let batch: Int
    private var sampler: BlockSampler
    private var chunks: ChunkSampler?
    private var screens = Columns(count: 1, capacity: BlockSampler.lanes)
    private var lanes = LaneList(capacity: BlockSampler.lanes)
    /// The values gathered, and whose they are.
    private var values: Columns
    private var scratch: Columns
    private var results: Columns
    private var gathered: [(index: UInt64, isAudit: Bool)] = []

    init(_ work: Workload) {
        let screen = work.auxiliary.map { [$0.utility] } ?? []
        functions = work.functions.map(\.utility)
        streams = Streams(seed: work.seed)
        sampler = BlockSampler(seed: work.seed, base: work.base, columns: screen)
        chunks =
            screen.contains { $0 is any ExternalFunction }
            ? ChunkSampler(work, functions: screen) : nil
        let wanted = functions.reduce(BlockSampler.lanes) {
            max($0, ($1 as? any ExternalFunction)?.batchLanes ?? 0)
        }
        let allowed = Limits.batchBytes / (8 * max(1, work.base.dimension))
        batch = max(BlockSampler.lanes, min(wanted, allowed))
        values = Columns(count: work.base.dimension, capacity: batch)
        scratch = Columns(
            count: functions.reduce(0) { max($0, $1.scratchColumns) }, capacity: batch)
        results = Columns(count: functions.count, capacity: batch)
    }

    /// What is found of a range, by channel: survivors, audited.
    private struct Found {
        var candidates: Candidates
        var tally = ChannelTally()
        var floor: Key
        let capacity: Int

        mutating func cut() {
            guard
                let worst = candidates.keepBest(
                    capacity, droppedAtFloor: { tally.drop(bits: $0.bits) })
            else { return }
            floor = max(floor, worst)
        }
    }

    mutating func evaluate(
        _ work: Workload, round: Round, range: DyadicRange, hints: Hints, floor: Key,
        audit: UInt64, isCancelled: () -> Bool
    ) -> Partial? {
        guard case .select(let sieves) = round.task else { return nil }
        let indices = range.clipped(to: round.range)
        var found = sieves.enumerated().map { number, sieve in
            Found(
                candidates: Candidates(width: work.costs.count),
                floor: hints.round == round.number && number < hints.floors.count
                    ? max(sieve.floor, hints.floors[number]) : sieve.floor,
                capacity: sieve.capacity)
        }
        gathered.removeAll(keepingCapacity: true)
        chunks?.forget()
        var start = indices.lowerBound
        while start < indices.upperBound {
            if isCancelled() { return nil }
            let count = Int(min(256, indices.upperBound - start))
            if chunks == nil {
                sampler.evaluate(domain: .base, start: start, lanes: count)
                for lane in 0..<count { screens[0, lane] = sampler.results[0, lane] }
            } else {
                chunks?.fill(
                    &screens, domain: .base, start: start, lanes: count,
                    end: indices.upperBound)
                sampler.sample(domain: .base, start: start, lanes: count)
            }
            Kernels.select(
                screens, column: 0, lanes: count, atLeast: audit > 0 ? 0 : floor.bits,
                into: &lanes)
            for position in 0..<lanes.count {
                let lane = lanes[position]
                let index = start + UInt64(lane)
                let key = Key(
                    bits: Key.orderedBits(screens[0, lane]),
                    label: streams.label(domain: .base, utility: 0, index: index), index: index)
                let survives = key >= floor
                guard survives || audit == .max || streams.audit(index: index) < audit else {
                    continue
                }
                for column in 0..<values.count {
                    values[column, gathered.count] = sampler.values[column, lane]
                }
                gathered.append((index, !survives))
                if gathered.count == batch { judge(work, &found) }
            }
            start += 256
        }
        judge(work, &found)
        var tally = Tally()
        var parts: [Partial.Channel] = []
        for number in found.indices {
            found[number].cut()
            tally.channels.append(found[number].tally)
            parts.append(
                Partial.Channel(candidates: found[number].candidates, picks: []))
        }
        return Partial(
            round: round.number, range: range, tally: tally.trimmed, channels: parts)
    }

    /// Evaluates what was gathered.
    private mutating func judge(_ work: Workload, _ found: inout [Found]) {
        guard !gathered.isEmpty else { return }
        for (column, function) in functions.enumerated() {
            function.evaluate(
                lanes: gathered.count, values: values, scratch: &scratch, results: &results,
                column: column)
        }
        let width = work.costs.count
        for (lane, sample) in gathered.enumerated() {
            let number = sample.isAudit ? 1 : 0
            found[number].tally.above += 1
            if found[number].tally.top.isEmpty {
                found[number].tally.top = [TopMoments](
                    repeating: TopMoments(), count: 1 + width)
            }
            for column in 0...width {
                found[number].tally.top[column].add(
                    results[column, lane], centre: work.centres[column])
            }
            let key = Key(
                bits: Key.orderedBits(results[0, lane]),
                label: streams.label(domain: .base, utility: 0, index: sample.index),
                index: sample.index)
            if key >= found[number].floor {
                found[number].candidates.append(key)
                for cost in 0..<width {
                    found[number].candidates.appendExtra(results[1 + cost, lane])
                }
                if found[number].candidates.count >= 2 * max(found[number].capacity, 32) {
                    found[number].cut()
                }
            } else if key.bits == found[number].floor.bits {
                found[number].tally.drop(bits: key.bits)
            }
        }
        gathered.removeAll(keepingCapacity: true)
    }
}
