// SPDX-License-Identifier: Apache-2.0

/// What a round found in one range of indices.
///
/// Partials merge in any order, any number of times, however the round was cut. A partial is
/// bounded by the capacities of its round.
public struct Partial: Sendable, Equatable {
    /// One sieve's, acceptance's, utility's or window's part.
    struct Channel: Sendable, Equatable {
        var candidates: Candidates
        var picks: [Pick]
    }

    /// The number of the round.
    public let round: Int
    /// The range.
    public let range: DyadicRange
    var tally: Tally
    var channels: [Channel]
    /// Of slots, a record for each of the range.
    var slots: [any SlotRecord] = []
    /// Of a recorded base, the samples that are kept, by index.
    var records: [UInt64: SampleRecord] = [:]

    /// Equality of all that was found.
    public static func == (a: Partial, b: Partial) -> Bool {
        a.round == b.round && a.range == b.range && a.tally == b.tally && a.channels == b.channels
            && a.records == b.records && a.slots.elementsEqual(b.slots) { $0.equals($1) }
    }

    /// Candidates over all channels.
    public var candidateCount: Int { channels.reduce(0) { $0 + $1.candidates.count } }

    private static let version: UInt8 = 3

    /// The partial as bytes: little-endian, versioned.
    public func encode() -> [UInt8] {
        var writer = ByteWriter()
        writer.reserve(128 + channels.reduce(0) { $0 + $1.candidates.count * 24 })
        writer.write(Partial.version)
        writer.write(UInt32(round))
        writer.write(range)
        writer.write(UInt32(tally.moments.count))
        for moments in tally.moments { moments.write(to: &writer) }
        for histogram in tally.histograms { histogram.write(to: &writer) }
        for (tally, channel) in zip(tally.channels, channels) {
            tally.write(to: &writer)
            channel.candidates.write(to: &writer)
            writer.write(count: channel.picks.count)
            for pick in channel.picks { pick.write(to: &writer) }
        }
        if let cells = tally.cells { cells.write(to: &writer) }
        for slot in slots { slot.write(to: &writer) }
        if let usage = tally.usage {
            usage.write(to: &writer)
            records.write(to: &writer)
        }
        return writer.bytes
    }

    /// The records of the samples that are kept.
    func wanted(of records: [UInt64: SampleRecord]) -> [UInt64: SampleRecord] {
        var result: [UInt64: SampleRecord] = [:]
        for channel in channels {
            for key in channel.candidates.keys { result[key.index] = records[key.index] }
            for pick in channel.picks { result[pick.key.index] = records[pick.key.index] }
        }
        for index in slots.lazy.flatMap(\.keptIndices) { result[index] = records[index] }
        return result
    }

    /// The round and the range that a partial's bytes name; nil where they are none.
    public static func place(
        of bytes: some Collection<UInt8>
    ) -> (round: Int, range: DyadicRange)? {
        var reader = ByteReader(bytes.prefix(16))
        guard (try? reader.byte()) == Partial.version, let round = try? reader.word32(),
            let range = try? reader.dyadicRange()
        else { return nil }
        return (Int(round), range)
    }

    /// Reads a partial of a round. Bytes may hold anything: what does not fit the round, or has numbers
    /// that no worker could have found, is refused, and no more memory is taken than there are bytes.
    ///
    /// - Parameters:
    ///   - bytes: what ``encode()`` of a worker wrote, or anything else.
    ///   - round: the round that was asked for.
    ///   - job: the round's job.
    ///   - known: hints at least as good as any that the worker had; nil where nobody knows.
    /// - Throws: ``DecodingFailure`` with what does not fit.
    public init(
        decoding bytes: some Collection<UInt8>, round: Round, job: CompiledJob,
        known: Hints? = nil
    ) throws(DecodingFailure) {
        var reader = ByteReader(bytes)
        guard try reader.byte() == Partial.version else {
            throw DecodingFailure("a partial of another version")
        }
        self.round = Int(try reader.word32())
        range = try reader.dyadicRange()
        guard self.round == round.number, round.admits(range) else {
            throw DecodingFailure("a partial that the round did not ask for")
        }
        let indices = range.clipped(to: round.range)
        let samples = UInt64(indices.count)
        let columns = job.utilities.count + job.costs.count
        let momentCount = Int(try reader.word32())
        guard momentCount == (round.measures ? columns : 0) else {
            throw DecodingFailure("moments of \(momentCount) columns")
        }
        let check = PartialCheck(round: round, job: job, indices: indices, known: known)
        tally = Tally()
        for _ in 0..<momentCount {
            let moments = try Moments(
                from: &reader, samples: job.workload.share.count(in: indices))
            try check.check(moments)
            tally.moments.append(moments)
        }
        tally.histograms = try [Histogram](
            from: &reader, of: tally.moments, most: job.settings.histogram)
        channels = []
        for number in 0..<round.channelCount(utilities: job.utilities.count) {
            let bounds = round.bounds(channel: number, samples: samples)
            tally.channels.append(
                try ChannelTally(
                    from: &reader, columns: 1 + job.costs.count, samples: samples))
            if case .digits = round.task, tally.channels[number].digits.isEmpty {
                throw DecodingFailure("a digit round without digits")
            }
            let candidates = try Candidates(
                from: &reader, width: job.costs.count, limit: bounds.candidates, indices: indices)
            let pickCount = try reader.count(limit: bounds.picks, bytesEach: 32, of: "picks")
            var picks: [Pick] = []
            for _ in 0..<pickCount { picks.append(try Pick(from: &reader, indices: indices)) }
            let channel = Channel(candidates: candidates, picks: picks)
            try check.check(number, channel, tally.channels[number])
            channels.append(channel)
        }
        if case .cells = round.task {
            tally.cells = try CellTable(
                from: &reader, width: job.costs.count, indices: indices)
        }
        if let task = round.slots {
            for slot in SlotWork.slots(of: range) {
                slots.append(try task.readRecord(from: &reader, job: job, slot: slot))
            }
        }
        if let recorded = job.recorded {
            let usage = try RecordUsage(from: &reader)
            // A slot may take more evaluations than it has indices.
            guard
                round.slots?.exceedsIndices == true
                    || usage.failed <= samples * UInt64(recorded.drawsPerSample)
            else {
                throw DecodingFailure("more samples failed than the range has")
            }
            tally.usage = usage
            records = try [UInt64: SampleRecord](
                from: &reader, dimension: job.base.dimension, indices: indices)
        }
        try reader.finish()
    }
}

extension Round {
    /// The most candidates and picks that a channel may bring from so many samples.
    fileprivate func bounds(channel: Int, samples: UInt64) -> (candidates: Int, picks: Int) {
        let most = Int(clamping: samples)
        switch task {
        case .select(let sieves):
            return (min(most, sieves[channel].capacity), min(most, sieves[channel].picks))
        case .accept(let acceptances): return (min(most, acceptances[channel].count), 0)
        case .groups(let size): return (Int(clamping: samples / size + 2), 0)
        case .admit(let admissions): return (0, min(most, admissions[channel].picks))
        case .digits, .slots, .cells: return (0, 0)
        }
    }
}

extension Pick {
    func write(to writer: inout ByteWriter) {
        writer.write(priority)
        writer.write(key)
    }

    init(from reader: inout ByteReader, indices: Range<UInt64>) throws(DecodingFailure) {
        priority = try reader.word()
        key = try reader.key()
        guard indices.contains(key.index) else {
            throw DecodingFailure("sample \(key.index) is not of this range")
        }
    }
}

extension ByteWriter {
    /// Makes room for bags of candidates, where there are so many that growing by doubling would
    /// take a multiple of them.
    mutating func reserve(forCandidates bags: [Candidates]) {
        let bytes = bags.reduce(0) { $0 + $1.count * (24 + 8 * $1.width) }
        // What comes beside them takes some room too.
        if bytes >= 1 << 16 { reserve(bytes + bytes / 16) }
    }
}

extension Candidates {
    func write(to writer: inout ByteWriter) {
        writer.write(count: count)
        for key in keys { writer.write(key) }
        for extra in extras { writer.write(extra) }
    }

    init(
        from reader: inout ByteReader, width: Int, limit: Int, indices: Range<UInt64>
    ) throws(DecodingFailure) {
        let count = try reader.count(limit: limit, bytesEach: 24 + 8 * width, of: "candidates")
        var keys: [Key] = []
        keys.reserveCapacity(count)
        for _ in 0..<count {
            let key = try reader.key()
            guard indices.contains(key.index) else {
                throw DecodingFailure("sample \(key.index) is not of this range")
            }
            keys.append(key)
        }
        var extras: [Double] = []
        extras.reserveCapacity(count * width)
        for _ in 0..<count * width { extras.append(try reader.double()) }
        self.init(unchecked: keys, extras: extras, width: width)
    }
}
