// SPDX-License-Identifier: Apache-2.0

/// The state as bytes, and which rounds it may wait for.
extension ExactMethod {
    func write(to writer: inout ByteWriter) {
        writer.write(phase.rawValue)
        writer.write(seen)
        writer.write(UInt32(firstRound))
        writer.write(count: tracks.count)
        writer.reserve(forCandidates: (tracks + tails).map(\.held))
        for track in tracks { track.write(to: &writer) }
        let hasTails = tails.contains { $0.count > 0 }
        writer.write(hasTails)
        if hasTails { for tail in tails { tail.write(to: &writer) } }
        writer.write(count: windows.count)
        for number in windows.keys.sorted() {
            guard let window = windows[number] else { continue }
            writer.write(count: number)
            writer.write(window.low)
            writer.write(window.high)
        }
    }

    mutating func read(
        from reader: inout ByteReader, job: CompiledJob
    ) throws(DecodingFailure) {
        guard let phase = Phase(rawValue: try reader.byte()) else {
            throw DecodingFailure("no such phase")
        }
        self.phase = phase
        seen = try reader.word()
        firstRound = Int(try reader.word32())
        guard try reader.word() == UInt64(tracks.count), seen <= samples else {
            throw DecodingFailure("a snapshot of another job")
        }
        for t in tracks.indices { try tracks[t].read(from: &reader, samples: samples) }
        tails = tracks.map(\.empty)
        if try reader.bool() {
            for t in tails.indices { try tails[t].read(from: &reader, samples: samples) }
        }
        if phase == .resting, seen != wholeEnd { throw DecodingFailure("samples are missing") }
        let count = try reader.count(limit: tracks.count, bytesEach: 56, of: "windows")
        windows = [:]
        for _ in 0..<count {
            let number = try reader.count(limit: tracks.count - 1, bytesEach: 0, of: "selections")
            let window = DigitWindow(
                utility: tracks[number].selection.utility, low: try reader.key(),
                high: try reader.key())
            guard window.low < window.high else { throw DecodingFailure("an empty window") }
            windows[number] = window
        }
    }

    func fits(_ round: Round) -> Bool {
        guard round.domain == .base, round.range.upperBound <= samples else { return false }
        switch (phase, round.task) {
        case (.whole, .select(let sieves)):
            return sieves.map(\.utility) == Array(0..<(tracks.last?.selection.utility ?? 0) + 1)
                && round.range == 0..<samples && round.measures
        case (.streaming, .select(let sieves)):
            return sieves.map(\.selection) == tracks.map(\.selection.number)
                && round.range.upperBound == seen && round.measures
        case (.digits, .digits(let held)):
            return held.count == windows.count && round.range == 0..<samples && !round.measures
        case (.repair, .select(let sieves)):
            return sieves.count == windows.count && round.range == 0..<samples && !round.measures
        default: return false
        }
    }
}
