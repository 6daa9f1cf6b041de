// SPDX-License-Identifier: Apache-2.0

/// A cloud of texts, a block of lanes at a time: what ``TextParticles`` proposes is measured, and accepted
/// where it stays at or above the level.
extension ParticleCloud {
    /// Whether a particle may go on: all may, but for one whose text was lost.
    func isAlive(_ particle: Int) -> Bool { texts?.isAlive[particle] ?? true }

    mutating func drawTexts(start: Int) {
        guard var texts = texts.take() else { return }
        let proposals = texts.draw(start..<start + Self.lanes, block: block(0))
        _ = take(proposals, start: start, step: 0, functions: functions.count, &texts) { _ in
            true
        }
        self.texts = texts
    }

    /// Returns how many took another text.
    mutating func moveTexts(level: Level, step: UInt32) -> Int {
        guard var texts = texts.take() else { return 0 }
        var accepted = 0
        for start in stride(from: 0, to: count, by: Self.lanes) {
            let proposals = texts.propose(start..<start + Self.lanes, block: block(step))
            accepted += take(proposals, start: start, step: step, functions: 1, &texts) {
                $0 >= level
            }
        }
        self.texts = texts
        return accepted
    }

    mutating func measureTexts(start: Int) {
        for lane in 0..<Self.lanes {
            if let texts { load(texts.records[start + lane], lane) }
        }
        apply(functions.count, lanes: Self.lanes)
    }

    private mutating func take(
        _ proposals: [TextParticles.Proposal], start: Int, step: UInt32, functions count: Int,
        _ texts: inout TextParticles, _ isAllowed: (Level) -> Bool
    ) -> Int {
        for (lane, proposal) in proposals.enumerated() {
            switch proposal {
            case .text(let record): load(record, lane)
            case .same: load(texts.records[start + lane], lane)
            case .lost: load(texts.lost, lane)
            }
        }
        apply(count, lanes: Self.lanes)
        evaluations = texts.drawn
        var accepted = 0
        for (lane, proposal) in proposals.enumerated() {
            let particle = start + lane
            labels[lane] = texts.label(particle, block: block(step))
            let level = proposed(lane)
            switch proposal {
            case .lost:
                texts.lose(particle)
                levels[particle] = .lowest
            case .same:
                if texts.isAlive[particle], isAllowed(level) { levels[particle] = level }
            case .text(let record):
                // The text is there: a function from outside failed.
                if results[0, lane].bitPattern == FailedSample.marker.bitPattern { failures += 1 }
                guard isAllowed(level) else { continue }
                texts.accept(record, into: particle)
                levels[particle] = level
                accepted += 1
            }
        }
        return accepted
    }

    private mutating func load(_ record: SampleRecord, _ lane: Int) {
        for (column, value) in record.value.enumerated() { values[column, lane] = value }
    }
}
