// SPDX-License-Identifier: Apache-2.0

/// `attack`: the shift θ of a sample's noise, within a KL budget, that makes an event most likely.
///
/// D_θ is the base with its noise drawn from N(θ, 1) in place of N(0, 1), so KL(D_θ‖D) ≤ |θ|²/2 for
/// every base, with equality where the noise can be read off the value. For fixed θ, E_θ[z | C] − θ is the
/// gradient of ln P_θ[C], and the step θ ← E_θ[z | C], drawn back into the ball |θ|² ≤ 2·budget, never
/// lowers ln P_θ[C] (expectation–maximisation: ln P_θ' − ln P_θ ≥ E_θ[ln dD_θ'/dD_θ | C]).
///
/// Rounds of cross-entropy estimate the step; a last run with everything frozen gives both
/// probabilities and the gradients.
///
/// **Source**: expectation–maximisation: Dempster, Laird and Rubin 1977,
/// doi:10.1111/j.2517-6161.1977.tb01600.x; its rounds: de Boer and others 2005,
/// doi:10.1007/s10479-005-5724-z.
struct AttackMethod: Method {
    private enum Phase: UInt8 {
        case climb
        case refine
        case production
    }

    private let settings: AttackSettings
    private var phase = Phase.climb
    private var pass: UInt32 = 0
    private var progress = AdaptationProgress()
    private var proposal = LatentMixture()
    private var shift: [Double]
    /// Sums over the last half of the refining rounds of the means that steps go to.
    private var means: [Double]
    private var refined = 0
    /// Length of the last step.
    private var step = 0.0
    /// Whether the last slot but the label's names a row of a table.
    private let isOfRows: Bool

    init(job: CompiledJob, settings: AttackSettings) {
        self.settings = settings
        let slots = LatentTransform.slots(of: job.base)
        shift = [Double](repeating: 0, count: slots)
        means = shift
        isOfRows = job.base is EmpiricalBase
    }

    static func evaluations(_ job: CompiledJob, _ settings: AttackSettings) -> UInt64 {
        let slots = LatentTransform.slots(of: job.base)
        let round = settings.weighing.adaptation?.roundSize(slots: slots) ?? 0
        return UInt64(settings.rounds + 10) * UInt64(round)
            + UInt64(settings.weighing.blockedSamples)
    }

    mutating func begin(job: CompiledJob, number: Int) -> MethodStep {
        if let list = job.base.listed {
            return .result(RowAttack(list, job: job, budget: settings.budget).result)
        }
        if let problem = ImportanceMethod.problem(job, settings.weighing) {
            return .failure(problem)
        }
        return round(job, number)
    }

    mutating func advance(
        _ merger: consuming RoundMerger, _ context: MethodContext
    ) -> MethodStep {
        let job = context.job
        let samples = merger.weighedSamples
        switch phase {
        case .climb, .refine:
            follow(samples, job)
            if progress.isStuck && phase == .climb { return production(context.nextRound) }
            if phase == .climb, progress.reached { phase = .refine }
            if refined >= settings.rounds { return production(context.nextRound) }
            return round(job, context.nextRound)
        case .production:
            let points = ProposalSampler.noise(
                of: samples, pass: current, job: job, settings: settings.weighing)
            return .result(
                AttackReport(
                    settings: settings, shift: shift, step: step, progress: progress,
                    samples: samples, points: points
                ).result(context))
        }
    }

    private var current: WeighingPass {
        WeighingPass(
            number: pass, proposal: proposal,
            floor: phase == .production ? .event : .lowest, measures: false)
    }

    private mutating func round(_ job: CompiledJob, _ number: Int) -> MethodStep {
        let slots = LatentTransform.slots(of: job.base)
        return weigh(number, settings.weighing.adaptation?.roundSize(slots: slots) ?? 256)
    }

    private mutating func production(_ number: Int) -> MethodStep {
        phase = .production
        return weigh(number, settings.weighing.blockedSamples)
    }

    private mutating func weigh(_ number: Int, _ size: Int) -> MethodStep {
        pass += 1
        return .round(
            Round(
                number: number, domain: .proposal, range: 0..<UInt64(size),
                task: .slots(SlotWork(current)),
                measures: false))
    }

    /// The next shift, and a proposal for both laws, from the samples that come nearest to the event.
    private mutating func follow(_ samples: [WeighedSample], _ job: CompiledJob) {
        guard let adaptation = settings.weighing.adaptation else { return }
        let sorted = samples.sorted { $0.level > $1.level }
        let least = max(1, Int((adaptation.elite * Double(sorted.count)).rounded(.up)))
        let wanted = sorted.firstIndex { $0.level < .event } ?? sorted.count
        let count = max(least, wanted)
        progress.take(level: sorted[count - 1].level, reached: wanted >= least)
        let elite = Array(sorted.prefix(count))
        let points = ProposalSampler.noise(
            of: elite, pass: current, job: job, settings: settings.weighing)
        let base = elite.map(\.weight)
        let shifted = Self.weights(base, points, shift)
        let fit = CrossEntropyFit(adaptation: adaptation, slots: shift.count)
        let fitted = [base, shifted].compactMap {
            fit.mixture(points: points, weights: $0, last: LatentMixture())?.components.first
        }
        guard !fitted.isEmpty, let mean = Self.mean(points, shifted) else {
            progress.failures += 1
            return
        }
        progress.failures = 0
        move(to: mean)
        // What is fitted is narrow, and weights beyond it would be heavy: the tilt to the mean keeps
        // γ's spread, and the attacked law's own share bounds its weights as the base's does γ's.
        let ones = [Double](repeating: 1, count: shift.count)
        let wide = [mean, shift].map { LatentGaussian(mean: $0, shape: .independent(ones)) }
        let own = AttackSettings.shiftedShare
        let others = (1 - own) / Double(fitted.count + 1)
        proposal = LatentMixture(
            shares: (0...fitted.count).map { _ in others } + [own], components: fitted + wide)
    }

    private mutating func move(to mean: [Double]) {
        var target = mean
        // The label is no part of the base.
        target[target.count - 1] = 0
        // Which row comes before which is no part of a law of rows: its steps alone are shifted.
        if isOfRows { target[target.count - 2] = 0 }
        if phase == .refine {
            refined += 1
            if 2 * refined > settings.rounds {
                for slot in means.indices { means[slot] += target[slot] }
                // The mean over these rounds has less of their noise.
                let rounds = Double(refined - settings.rounds / 2)
                target = means.map { $0 / rounds }
            }
        }
        let next = Self.drawnBack(target, budget: settings.budget)
        var square = 0.0
        for slot in next.indices {
            square += (next[slot] - shift[slot]) * (next[slot] - shift[slot])
        }
        step = square.squareRoot()
        shift = next
    }

    /// The nearest shift that the budget allows.
    static func drawnBack(_ target: [Double], budget: Double) -> [Double] {
        let square = target.reduce(0) { $0 + $1 * $1 }
        guard square > 2 * budget else { return target }
        let factor = (2 * budget / square).squareRoot()
        return target.map { $0 * factor }
    }

    /// Weights under the base as weights under a shift: times exp(θ·z − |θ|²/2).
    static func weights(
        _ weights: [Double], _ points: [[Double]], _ shift: [Double]
    ) -> [Double] {
        let half = shift.reduce(0) { $0 + $1 * $1 } / 2
        return zip(weights, points).map { weight, point in
            var along = -half
            for slot in shift.indices { along += shift[slot] * point[slot] }
            return weight * Elementary.exp(along)
        }
    }

    /// The weighted mean of points; nil without weight.
    static func mean(_ points: [[Double]], _ weights: [Double]) -> [Double]? {
        let total = weights.reduce(0, +)
        guard total > 0, total.isFinite, let slots = points.first?.count else { return nil }
        var mean = [Double](repeating: 0, count: slots)
        for (point, weight) in zip(points, weights) {
            for slot in 0..<slots { mean[slot] += weight * point[slot] }
        }
        return mean.map { $0 / total }
    }

    // MARK: The rest of a method

    func expectedSamples(job: CompiledJob) -> UInt64 { Self.evaluations(job, settings) }

    func running(_ merger: RoundMerger, job: CompiledJob) -> RunningRanks? { nil }

    func write(to writer: inout ByteWriter) {
        writer.write(phase.rawValue)
        writer.write(pass)
        progress.write(to: &writer)
        proposal.write(to: &writer)
        for x in shift + means { writer.write(x) }
        writer.write(count: refined)
        writer.write(step)
    }

    mutating func read(
        from reader: inout ByteReader, job: CompiledJob
    ) throws(DecodingFailure) {
        guard let phase = Phase(rawValue: try reader.byte()) else {
            throw DecodingFailure("no such phase of an attack")
        }
        self.phase = phase
        pass = try reader.word32()
        progress = try AdaptationProgress(from: &reader)
        proposal = try LatentMixture(from: &reader, slots: shift.count)
        for slot in shift.indices { shift[slot] = try reader.double() }
        for slot in means.indices { means[slot] = try reader.double() }
        refined = try reader.count(
            limit: AttackSettings.roundsAllowed.upperBound, bytesEach: 0, of: "rounds")
        step = try reader.double()
        guard pass < UInt32(Limits.rounds), (shift + means).allSatisfy(\.isFinite) else {
            throw DecodingFailure("a snapshot out of bounds")
        }
    }
}
