// SPDX-License-Identifier: Apache-2.0

/// The particles of one island, a lane each: their noise as standard normals, and their levels.
///
/// Every slot of randomness is held as a standard normal, see ``LatentTransform``: so one move serves
/// all bases, and labels move as the rest does. Texts are no function of noise: they have a move of their
/// own, see ``TextParticles``.
struct ParticleCloud: ~Copyable {
    let count: Int
    /// Slots of a particle, its label's included.
    let slots: Int
    /// By particle.
    var levels: [Level]
    /// Evaluations of the utility so far.
    var evaluations: UInt64 = 0
    /// Evaluations of the utility at which a function from outside failed, or the base did.
    var failures: UInt64 = 0

    static let lanes = 256
    private let base: any BaseDistribution
    let functions: [any Utility]
    private let isExternal: Bool
    private let isRecorded: Bool
    private let stream: RandomStream
    private let first: UInt64
    private var latent: Columns
    private var proposal: Columns
    private var mapping: LatentTransform
    var labels: [UInt64]
    /// Of a base of texts, those of the particles.
    var texts: TextParticles?
    var values: Columns
    private var scratch: Columns
    /// The utility, then what is measured beside it.
    private(set) var results: Columns

    /// A cloud without particles yet. `functions` are the utility and what is measured beside it,
    /// `first` the first particle's index in the stream of moves.
    init(
        base: any BaseDistribution, functions: [any Utility], count: Int, seed: UInt64,
        first: UInt64
    ) {
        precondition(count % ParticleCloud.lanes == 0 && !functions.isEmpty)
        self.base = base
        self.functions = functions
        // Not by way of `isRecorded`: what `||` calls may not see a half-made value.
        let recorded = base.recorded != nil
        isRecorded = recorded
        isExternal = functions[0] is any ExternalFunction || recorded
        self.count = count
        self.first = first
        let lanes = ParticleCloud.lanes
        stream = RandomStream(seed: seed, domain: .move)
        slots = ParticleCloud.slots(of: base)
        texts = TextParticles(base: base, count: count, seed: seed, first: first)
        latent = Columns(count: texts == nil ? slots : 0, capacity: count)
        proposal = Columns(count: slots, capacity: lanes)
        mapping = LatentTransform(base: base)
        labels = [UInt64](repeating: 0, count: lanes)
        values = Columns(count: base.dimension, capacity: lanes)
        scratch = Columns(
            count: functions.reduce(base.scratchColumns) { max($0, $1.scratchColumns) },
            capacity: lanes)
        results = Columns(count: functions.count, capacity: lanes)
        levels = [Level](repeating: .lowest, count: count)
    }

    /// Slots that a particle of a base has: its noise and its label.
    static func slots(of base: any BaseDistribution) -> Int {
        LatentTransform.slots(of: base)
    }

    /// Random blocks that a step takes of each particle: its slots, and a choice of one.
    static func blocksPerStep(slots: Int) -> Int { (slots + 1) / 2 + 1 }

    /// Draws every particle from γ; `block` sees each block of lanes with everything measured.
    mutating func drawAll(block: (borrowing Columns) -> Void) {
        for start in stride(from: 0, to: count, by: ParticleCloud.lanes) {
            if texts != nil {
                drawTexts(start: start)
                block(results)
                continue
            }
            fill(start: start, lanes: ParticleCloud.lanes, step: 0)
            evaluate(functions: functions.count, lanes: ParticleCloud.lanes)
            block(results)
            for lane in 0..<ParticleCloud.lanes { accept(lane, into: start + lane) }
        }
    }

    /// One move on every particle, accepted where it stays at or above `level`; returns how many did.
    ///
    /// `step` numbers the move within the island, from 1, and must not repeat: it names the random
    /// numbers.
    mutating func move(_ move: Move, level: Level, step: UInt32) -> Int {
        if texts != nil { return moveTexts(level: level, step: step) }
        return self.move(move, level: level, step: step, from: 0, to: 0, count: count)
    }

    /// One move on `count` particles from place `from` on; where they come to, or stay, they are put
    /// from place `to` on. The two places are the same, or do not overlap.
    mutating func move(
        _ move: Move, level: Level, step: UInt32, from: Int, to: Int, count: Int
    ) -> Int {
        precondition(from == to || abs(from - to) >= count)
        var accepted = 0
        for start in stride(from: 0, to: count, by: ParticleCloud.lanes) {
            let lanes = min(ParticleCloud.lanes, count - start)
            fill(start: to + start, lanes: lanes, step: step)
            propose(move, from: from + start, to: to + start, lanes: lanes, step: step)
            evaluate(functions: 1, lanes: lanes)
            for lane in 0..<lanes {
                if proposed(lane) >= level {
                    accept(lane, into: to + start + lane)
                    accepted += 1
                } else if from != to {
                    copy(from + start + lane, to: to + start + lane)
                }
            }
        }
        return accepted
    }

    /// The standard deviation of some particles in each slot, at most γ's own, 1; empty where it
    /// would say little or be long.
    func spread(of particles: [Int]) -> [Double] {
        guard particles.count >= 16, slots <= SplittingPlan.mostSpread else { return [] }
        let count = Double(particles.count)
        return (0..<slots).map { slot in
            let mean = particles.reduce(0) { $0 + latent[slot, $1] } / count
            let squares = particles.reduce(0) {
                let deviation = latent[slot, $1] - mean
                return $0 + deviation * deviation
            }
            return min(1, max(0.001, (squares / count).squareRoot()))
        }
    }

    /// Makes particle `to` a copy of particle `from`.
    mutating func copy(_ from: Int, to: Int) {
        for slot in 0..<latent.count { latent[slot, to] = latent[slot, from] }
        levels[to] = levels[from]
        texts?.copy(from, to: to)
    }

    /// Fills `values` and `results` with the block of particles from `start`, all functions.
    mutating func measure(start: Int) {
        if texts != nil { return measureTexts(start: start) }
        for slot in 0..<slots {
            for lane in 0..<ParticleCloud.lanes {
                proposal[slot, lane] = latent[slot, start + lane]
            }
        }
        transform(lanes: ParticleCloud.lanes)
        apply(functions.count, lanes: ParticleCloud.lanes)
    }

    // MARK: - One block of lanes

    func block(_ step: UInt32) -> UInt32 {
        step * UInt32(ParticleCloud.blocksPerStep(slots: slots))
    }

    private mutating func fill(start: Int, lanes: Int, step: UInt32) {
        stream.fillNormals(
            &proposal, count: slots, from: first + UInt64(start), lanes: lanes,
            block: block(step))
    }

    private mutating func propose(
        _ move: Move, from: Int, to: Int, lanes: Int, step: UInt32
    ) {
        switch move {
        case .rewrite: return
        case .crankNicolson(let length, let spread):
            for slot in 0..<slots {
                let s = min(1, spread.isEmpty ? length : length * spread[slot])
                let keep = (1 - s * s).squareRoot()
                for lane in 0..<lanes {
                    proposal[slot, lane] =
                        keep * latent[slot, from + lane] + s * proposal[slot, lane]
                }
            }
        case .refreshWord:
            // The label is a word too.
            let words = UInt64(slots - base.noise.normals)
            let last = block(step) + UInt32(ParticleCloud.blocksPerStep(slots: slots)) - 1
            for lane in 0..<lanes {
                let word = stream.word(index: first + UInt64(to + lane), block: last)
                let chosen =
                    base.noise.normals + Int(word.multipliedFullWidth(by: words).high)
                for slot in 0..<slots where slot != chosen {
                    proposal[slot, lane] = latent[slot, from + lane]
                }
            }
        }
    }

    private mutating func evaluate(functions count: Int, lanes: Int) {
        transform(lanes: lanes)
        apply(count, lanes: lanes)
        evaluations += UInt64(lanes)
        if isExternal {
            failures += FailedSample.count(results, column: 0, lanes: lanes)
        }
    }

    mutating func apply(_ count: Int, lanes: Int) {
        for column in 0..<count {
            functions[column].evaluate(
                lanes: lanes, values: values, scratch: &scratch, results: &results,
                column: column)
            guard isRecorded else { continue }
            FailedSample.spread(values, place: 0, to: &results, column: column, lanes: lanes)
        }
    }

    /// The values and the labels of the block's noise.
    private mutating func transform(lanes: Int) {
        mapping.apply(
            proposal, lanes: lanes, values: &values, scratch: &scratch, labels: &labels)
    }

    func proposed(_ lane: Int) -> Level {
        Level(bits: Key.orderedBits(results[0, lane]), label: labels[lane])
    }

    private mutating func accept(_ lane: Int, into particle: Int) {
        for slot in 0..<slots { latent[slot, particle] = proposal[slot, lane] }
        levels[particle] = proposed(lane)
    }
}
