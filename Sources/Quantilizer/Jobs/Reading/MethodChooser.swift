// SPDX-License-Identifier: Apache-2.0

/// Which method `method: auto` came to, and why, in plain words.
///
/// It follows from the job file alone, never from a clock, so every machine comes to the same.
public struct ChosenMethod: Sendable, Hashable {
    /// Evaluations of the utility that the job may take.
    public var budget: UInt64
    /// The method's name.
    public var name: String
    /// The reason.
    public var because: String
    /// Whether no method was found that keeps to the budget.
    public var isOverBudget: Bool
}

/// The choice among methods: `exact` where it is affordable, else splitting, with fewer particles where the
/// budget asks for it.
///
/// Never cross-entropy, whatever it saves: it follows what its rounds met, and neither its draws nor its
/// intervals tell of a place that they lost.
struct MethodChooser {
    static let budgetParameter = JobParameter(
        "budget", .whole(1...MethodKeys.mostSamples),
        default: .nothing("1e7, or 1e5 where a utility is a plugin"), unit: "evaluations",
        "What may be spent.")
    static let declaration = SettingsDeclaration(
        .method, "auto",
        "Chooses among the others, from the job alone, by a budget of evaluations.",
        of: .too, ParameterGroup([budgetParameter]), example: "{ budget: 1e6 }", page: "jobs.md")

    var budget: UInt64
    let base: any BaseDistribution
    let utilities: [NamedUtility]
    let quantiles: [Double]
    let draws: Int
    let isEstimate: Bool
    /// Whether an event has a function that leads towards it.
    let hasLevel: Bool
    /// Whether `samples` or `precision` is given, which only `exact` and `plain` take.
    let hasSamples: Bool

    /// What is afforded where the job does not say: plugins cost more than formulas.
    static func usualBudget(_ utilities: [NamedUtility]) -> UInt64 {
        utilities.contains { $0.external != nil } ? 100_000 : 10_000_000
    }

    private var quantile: Double { isEstimate ? 1e-9 : quantiles.min() ?? 1 }
    private var slots: Int { LatentTransform.slots(of: base) - 1 }

    /// The fewest particles an island that a budget may lead to, as a power of two.
    private static let fewestParticleBits = 9

    /// The usual settings, with as many particles as can be had for the budget and in memory.
    private var splitting: SplittingSettings {
        var settings = isEstimate ? SplittingSettings.ofEstimates : SplittingSettings()
        while settings.particleBits > Self.fewestParticleBits,
            cost(of: settings) ?? .max > budget
        {
            settings.particleBits -= 1
        }
        return settings
    }

    /// Samples that `exact` takes if the job does not say.
    private var exactSamples: Double { max(100_000, Double(max(1_000, draws)) / quantile) }

    /// Evaluations of splitting; nil where it cannot be done.
    private func cost(of settings: SplittingSettings) -> UInt64? {
        let job = CompiledJob(
            settings: JobSettings(
                samples: 1, quantiles: [quantile], draws: draws, method: .splitting(settings)),
            base: base, utilities: Array(utilities.prefix(1)), isEstimate: isEstimate)
        let levels = settings.firstAim(quantile: quantile).levels
        guard SplittingMethod.problem(job, settings, levels: levels) == nil else { return nil }
        return SplittingMethod.evaluations(job, settings)
    }

    /// The method, with its usual settings.
    var choice: any AskedMethod {
        if base.recorded != nil { return AskedExact() }
        if isEstimate {
            guard hasLevel, !hasSamples else { return AskedPlain() }
        } else if hasSamples || quantiles.count > 1 || utilities.count > 1
            || exactSamples <= Double(budget)
        {
            return AskedExact()
        }
        let settings = splitting
        guard cost(of: settings) != nil else {
            if isEstimate { return AskedPlain() }
            return AskedExact()
        }
        return AskedSplitting(settings: settings)
    }

    // MARK: Why

    /// The reason for a method with its numbers, which follow from the normalised job as well.
    func reason(_ numbers: MethodNumbers) -> ChosenMethod {
        let (words, cost) = words(numbers)
        return ChosenMethod(
            budget: budget, name: numbers.method.name, because: words, isOverBudget: cost > budget)
    }

    private func words(_ numbers: MethodNumbers) -> (String, UInt64) {
        func text(_ x: Double) -> String { Number.text(x) }
        let limit = "the budget of \(budget) evaluations"
        if numbers.method == .exact {
            if case .threshold = numbers.precision {
                return ("only `exact` looks for a precision of the threshold", 0)
            }
            let cost = numbers.samples
            if base.recorded != nil {
                return ("samples of this base are drawn once and kept, as `exact` needs", 0)
            }
            if quantiles.count > 1 || utilities.count > 1 {
                return ("only `exact` answers several quantiles or utilities, in one pass", cost)
            }
            guard cost <= budget else {
                return (
                    "the job needs \(cost) samples at q = \(text(quantile)), more than \(limit), "
                        + "and no other method can take it", cost
                )
            }
            return (
                "its \(cost) samples keep to \(limit), and no certificate is smaller than its "
                    + "A = samples/kept", cost
            )
        }
        if let settings = numbers.method.splitting {
            let cost = self.cost(of: settings) ?? .max
            let usual = SplittingSettings().particles
            let fewer =
                settings.particles < usual
                ? "; with \(settings.particles) particles an island in place of \(usual), as the budget "
                    + "or the memory asks"
                : ""
            return (
                tooMany
                    + "; splitting takes about \(cost), whatever the utility's shape: it moves the "
                    + "\(slots) random numbers that a sample is made of, and needs no density"
                    + (isDiscrete ? "; ties are divided by random labels" : "") + fewer + weaker,
                cost
            )
        }
        return (
            hasLevel
                ? "base samples are counted: `samples` is given, which no other estimate takes"
                : "base samples are counted: without a `utility` nothing leads to the event",
            numbers.samples
        )
    }

    private var tooMany: String {
        isEstimate
            ? "an event may be too rare for counting"
            : "`exact` would take \(Number.text(exactSamples.rounded(.up))) samples at "
                + "q = \(Number.text(quantile)), beyond the budget of \(budget) evaluations"
    }

    private var weaker: String {
        isEstimate
            ? ""
            : ". The certificate is A = 1/q + 1, exact in expectation like that of `exact`, and larger "
                + "by 1"
    }

    private var isDiscrete: Bool { base.densityMeasures?.contains(.count) == true }
}
