// SPDX-License-Identifier: Apache-2.0

/// A job ready to run: base distribution, utilities, costs and numbers.
///
/// It is what every process of a pool makes of the same job file, and all that decides the answer.
///
/// **Determinism**: `centres` come from the first block of samples, so they are the same anywhere;
/// those of functions from outside are 0, so that nobody need call them to know.
public struct CompiledJob: Sendable {
    /// The numbers.
    public internal(set) var settings: JobSettings
    /// The base distribution.
    public let base: any BaseDistribution
    /// The utilities, at least one.
    public let utilities: [NamedUtility]
    /// The costs.
    public let costs: [NamedUtility]
    /// The cheap first utility of `screened`, the variable of `impact`.
    public let auxiliary: NamedUtility?
    /// What texts that are written in stages are ranked by after each.
    public let screens: [NamedUtility]
    /// The law that `importance` samples in place of the base.
    public let proposal: (any BaseDistribution)?
    /// Whether the probability of an event is wanted, and no draws: outcomes of the event then have
    /// utility +∞ (``EventUtility``).
    public let isEstimate: Bool
    /// What a sweep goes over; nil of other jobs.
    public let sweep: SweepShape?
    /// What is looked for in base samples; nil of other jobs.
    public let audit: AuditShape?
    /// What a search's inner quantilizers are made of; nil of other jobs.
    public let search: SearchShape?
    /// About which the sums of each utility and then each cost are taken.
    public let centres: [Double]

    /// A job of parts. Traps without a utility or a quantile: a programmer's mistake.
    ///
    /// **Complexity**: evaluates 256 samples.
    public init(
        settings: JobSettings, base: any BaseDistribution, utilities: [NamedUtility],
        costs: [NamedUtility] = [], auxiliary: NamedUtility? = nil, screens: [NamedUtility] = [],
        proposal: (any BaseDistribution)? = nil, isEstimate: Bool = false,
        sweep: SweepShape? = nil, audit: AuditShape? = nil, search: SearchShape? = nil
    ) {
        precondition(!utilities.isEmpty, "a job has a utility")
        precondition(!settings.quantiles.isEmpty, "a job has a quantile")
        self.settings = settings
        if settings.method.traits.losesForGood, let recorded = base.recorded {
            // What was lost there is lost: see TextParticles.
            self.base = recorded.askedOnce()
        } else {
            self.base = base
        }
        self.utilities = utilities
        self.costs = costs
        self.auxiliary = auxiliary
        self.screens = screens
        self.proposal = proposal
        self.isEstimate = isEstimate
        self.sweep = sweep
        self.audit = audit
        self.search = search
        let functions = utilities + costs
        externalColumns = functions.indices.filter { functions[$0].isExternal }
        recorded = self.base.recorded
        self.settings.isRecorded = recorded.map { !$0.isReplayable } ?? false
        // Nothing is drawn of a recorded base only to know about where its sums are.
        let own = recorded != nil ? [] : functions.indices.filter { !functions[$0].isExternal }
        var centres = [Double](repeating: 0, count: functions.count)
        if !own.isEmpty {
            var sampler = BlockSampler(
                seed: settings.seed, base: base, columns: own.map { functions[$0].utility })
            sampler.evaluate(domain: .base, start: 0, lanes: 256)
            for (position, column) in own.enumerated() {
                centres[column] = sampler.centre(column: position)
            }
        }
        self.centres = centres
    }

    /// Columns (utilities, then costs) that are computed outside the formula language.
    let externalColumns: [Int]
    /// The base, where its samples are drawn once and kept.
    public let recorded: (any RecordedBase)?

    /// Whether samples are drawn once and kept, and never again.
    public var drawsOnce: Bool { settings.isRecorded }

    /// What has to be allowed for the job to be computed.
    public var externalSources: [ExternalSource] {
        (recorded?.sources ?? [])
            + (functions + (auxiliary.map { [$0] } ?? [])).flatMap(\.externals)
    }

    /// Why a function of the job is given up here, nil where none is.
    public var trouble: String? {
        if let trouble = recorded?.trouble { return "the base: \(trouble)" }
        for function in functions + (auxiliary.map { [$0] } ?? []) {
            if let trouble = (function.utility as? any ExternalFunction)?.trouble {
                return "`\(function.name)`: \(trouble)"
            }
        }
        return nil
    }

    /// Utilities, then costs.
    var functions: [NamedUtility] { utilities + costs }

    /// Selections: every utility with every quantile, utility by utility.
    var selections: [Selection] {
        utilities.indices.flatMap { utility in
            settings.quantiles.indices.map { quantile in
                Selection(
                    number: utility * settings.quantiles.count + quantile, utility: utility,
                    quantile: settings.quantiles[quantile])
            }
        }
    }

    /// The centres of the first utility and of every cost.
    var firstCentres: [Double] { [centres[0]] + centres.dropFirst(utilities.count) }

    /// Bytes that one candidate takes.
    var candidateBytes: Int { 24 + 8 * costs.count }

    /// Candidates that the budget allows at once: buffers hold twice as many before they are cut, and
    /// cutting takes a copy.
    var candidateBudget: Int {
        min(Limits.candidates, max(1024, settings.memoryBytes / (4 * candidateBytes)))
    }
}

extension CompiledJob {
    /// The text bases that each sample is drawn from: one, or one for each setting of a sweep.
    public var texts: [TextBase] {
        let family = (base as? RecordedFamily)?.variants ?? recorded.map { [$0] } ?? []
        return family.compactMap { $0 as? TextBase }
    }
}

/// One utility with one quantile.
struct Selection: Sendable, Hashable {
    /// Its number, which names the stream of its picks.
    var number: Int
    var utility: Int
    var quantile: Double
}
