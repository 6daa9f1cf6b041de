// SPDX-License-Identifier: Apache-2.0

/// A move on a particle's noise that leaves γ invariant; the level test then makes it leave
/// γ restricted to the level invariant.
enum Move: Hashable, Sendable {
    /// Preconditioned Crank–Nicolson: z' = √(1 − s²) z + s ξ on every slot, where s is the smaller
    /// of 1 and `step`, or `step` times the slot's own `spread` where that is given.
    ///
    /// Cotter, Roberts, Stuart, White 2013, doi:10.1214/13-STS421; with a spread for each slot
    /// Papaioannou, Betz, Zwirglmaier, Straub 2015, doi:10.1016/j.probengmech.2015.06.006.
    case crankNicolson(step: Double, spread: [Double] = [])
    /// One slot that holds a word, chosen uniformly, is drawn afresh.
    case refreshWord
    /// Of a text, all behind a place written again by the model; see ``TextParticles``.
    case rewrite
}

/// The numbers of a splitting job.
public struct SplittingSettings: Hashable, Sendable {
    /// log2 of the particles an island has.
    public var particleBits: Int
    /// Islands of the run that gives the draws.
    public var islands: Int
    /// The share of the particles that a level keeps, about.
    public var levelShare: Double
    /// Moves after each level, on every particle or in every chain.
    public var moves: Int
    /// Whether survivors of a level head chains, of which every particle stays: a particle, the
    /// one `moves` makes of it, the one made of that, and so on. `moves + 1` divides the particles.
    public var isChained: Bool

    /// Values that particle bits may have.
    public static let particleBitsAllowed = 8...16
    /// Values that the level share may have.
    public static let levelSharesAllowed = 0.02...0.8

    /// Settings, by default those of a job file.
    public init(
        particleBits: Int = 11, islands: Int = 4, levelShare: Double = 0.2, moves: Int = 4,
        isChained: Bool = false
    ) {
        self.particleBits = particleBits
        self.islands = islands
        self.levelShare = levelShare
        self.moves = moves
        self.isChained = isChained
    }

    /// The usual settings of an estimate: those that take the fewest evaluations (docs/methods.md,
    /// section 8). Its interval rests on the islands' spread, so there are many of them.
    public static var ofEstimates: SplittingSettings {
        SplittingSettings(islands: 20, levelShare: 0.125, moves: 7, isChained: true)
    }

    /// Particles an island.
    public var particles: Int { 1 << particleBits }

    /// Chains an island.
    var chains: Int { particles / (moves + 1) }

    /// Moves proposed in an island after a level.
    var proposals: Int { (isChained ? chains : particles) * moves }

    /// Evaluations of the utility that an island takes, which moves after so many levels.
    func evaluations(levels: Int) -> Int { particles + levels * proposals }

    /// Islands that calibrate the last level; they bring all their particles' levels, so not many.
    var calibrationIslands: Int { max(3, min(32, (islands + 1) / 2)) }

    /// The coefficient of variation of an island's weight if its particles were independent after
    /// each of `levels` levels of equal share that reach `mass`.
    func idealVariation(levels: Int, mass: Double) -> Double {
        let share = Kernels.exp(Kernels.log(mass) / Double(levels))
        return (Double(levels) * (1 - share) / (share * Double(particles))).squareRoot()
    }

    /// The mass that the last level is aimed at, so far above q that the mean weight, whose islands
    /// vary by `variation` and whose level was found by islands that vary as much, stays above q.
    func aim(quantile: Double, variation: Double) -> Double {
        let spread =
            variation * (1 / Double(islands) + 1 / Double(calibrationIslands)).squareRoot()
        return min(1, quantile * (1 + 3 * spread))
    }

    /// How many levels of about the share wanted reach a mass.
    func levelCount(mass: Double) -> Int {
        guard mass < 1 else { return 1 }
        return max(1, Int((Kernels.log(mass) / Kernels.log(levelShare)).rounded(.up)))
    }

    /// The mass aimed at before anything is known, and the levels to it.
    func firstAim(quantile: Double) -> (mass: Double, levels: Int) {
        let rough = levelCount(mass: quantile)
        let aim = aim(
            quantile: quantile, variation: idealVariation(levels: rough, mass: quantile))
        return (aim, levelCount(mass: aim))
    }

    /// The moves after a level whose steps were tuned to `steps`.
    ///
    /// Moves along a chain have a step for each slot and one for all slots in turn: the survivors that
    /// steps were scaled by may all be of one mode, and what is short there may be too long for another.
    ///
    /// Moves of every particle have longer and shorter steps too, since no one length suits all
    /// directions; not while the step is tuned.
    func moves(
        _ steps: MoveSteps, base: any BaseDistribution, isTuning: Bool = false
    ) -> [Move] {
        if base.recorded?.writing != nil { return [Move](repeating: .rewrite, count: moves) }
        let refreshes = base.noise.words > 0 && moves > 1 ? 1 : 0
        if isChained {
            let count = moves - refreshes
            var list = (0..<count).map {
                $0 % 2 == 1 || count == 1
                    ? Move.crankNicolson(step: steps.common)
                    : .crankNicolson(step: steps.scaled, spread: steps.spread)
            }
            if refreshes > 0 { list.insert(.refreshWord, at: list.count / 2) }
            return list
        }
        let sizes = isTuning ? [1.0] : [1.0, 0.5, 1.6]
        let list = (0..<moves - refreshes).map {
            Move.crankNicolson(step: min(1, steps.scaled * sizes[$0 % sizes.count]))
        }
        return list + [Move](repeating: .refreshWord, count: refreshes)
    }
}

/// How far the moves after a level go.
struct MoveSteps: Hashable, Sendable {
    /// The step that a slot's spread multiplies; the only one of moves of every particle.
    var scaled: Double
    /// The step that all slots have alike.
    var common: Double
    /// The survivors' spread in each slot; none where empty.
    var spread: [Double] = []

    /// The longest step, which only a slot's spread makes one of at most 1.
    static let longest = 16.0
    /// The shortest step.
    static let shortest = 1e-6

    init(_ step: Double, spread: [Double] = []) {
        scaled = step
        common = min(1, step)
        self.spread = spread
    }

    /// Tunes the step of a move that was accepted with a share that differs from the one wanted by
    /// `excess`; bounded, so that one bad move does little harm.
    mutating func tune(_ move: Move, excess: Double, longest: Double) {
        guard case .crankNicolson(_, let spread) = move else { return }
        func tuned(_ step: Double, _ longest: Double) -> Double {
            min(longest, max(Self.shortest, step * (1 + 0.8 * excess)))
        }
        // Without a spread the two kinds are one, told apart by their places alone.
        if spread.isEmpty { common = tuned(common, 1) }
        if !spread.isEmpty || self.spread.isEmpty { scaled = tuned(scaled, longest) }
    }
}

/// What the islands of a run do, all of it fixed before the run.
///
/// That it is fixed is what makes an island's weight proper (docs/methods.md, theorem 4).
struct SplittingPlan: Hashable, Sendable {
    /// The levels, ascending; the last one is where draws are taken.
    var levels: [Level] = []
    /// The steps of the moves after each level.
    var steps: [MoveSteps] = []

    /// The most slots that spreads are kept of.
    static let mostSpread = 1024

    /// The plan of the first `count` levels.
    func prefix(_ count: Int) -> SplittingPlan {
        SplittingPlan(
            levels: Array(levels.prefix(count)), steps: Array(steps.prefix(count)))
    }
}

/// One pass of a splitting job over islands. A block of 256 indices of the round stands for an
/// island, so that however a round is cut, islands stay whole.
public struct SplittingPass: Hashable, Sendable {
    enum Phase: UInt8 {
        /// One adaptive island that finds levels and steps.
        case pilot
        /// Islands of fixed levels, from whose last particles the last level is chosen.
        case calibration
        /// The islands that give the draws.
        case production

        /// Phases share no island number, hence no random word.
        var firstIsland: UInt64 { UInt64(2 - rawValue) << 30 }
    }

    var phase: Phase
    var plan: SplittingPlan
}
