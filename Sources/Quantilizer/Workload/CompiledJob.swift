// SPDX-License-Identifier: Apache-2.0

/// A job ready to run: its workload, and what methods make of it.
///
/// It is what every process of a pool makes of the same job file, and all that decides the answer.
public struct CompiledJob: Sendable {
    /// The numbers.
    public internal(set) var settings: JobSettings
    /// What is measured on which samples.
    public let workload: Workload
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
        let traits = settings.method.traits
        // What is lost on the way is lost where the method says so: see TextParticles.
        let once = traits.losesForGood ? base.recorded?.askedOnce() : nil
        workload = Workload(
            seed: settings.seed, base: once ?? base, utilities: utilities, costs: costs,
            auxiliary: auxiliary, hasCells: traits.hasCells, stages: traits.stages,
            screens: screens, histogram: settings.histogram,
            share: Self.share(
                settings, base, utilities + costs, hasCosts: !costs.isEmpty,
                isPlain: !isEstimate && sweep == nil && audit == nil && search == nil))
        self.settings = settings
        self.settings.isRecorded = workload.recorded.map { !$0.isReplayable } ?? false
        self.proposal = proposal
        self.isEstimate = isEstimate
        self.sweep = sweep
        self.audit = audit
        self.search = search
    }

    /// Whether not all of its samples are measured, as far as it goes.
    public var measuresPart: Bool {
        workload.share.count(in: 0..<settings.extent.samples) < settings.extent.samples
    }

    /// The samples that are measured: all where somebody has to know, and of costs, whose bound is what a
    /// quantilizer is for, if the job does not say otherwise.
    private static func share(
        _ settings: JobSettings, _ base: any BaseDistribution, _ functions: [NamedUtility],
        hasCosts: Bool, isPlain: Bool
    ) -> MeasuredShare {
        guard settings.method.traits.takesPart, isPlain, settings.histogram == nil,
            base.recorded == nil, !functions.contains(where: \.isExternal)
        else { return .all }
        return settings.measured ?? (hasCosts ? .all : .part)
    }

    // MARK: The workload's

    /// The base distribution.
    public var base: any BaseDistribution { workload.base }
    /// The base, where only workers can make its samples.
    public var recorded: (any RecordedBase)? { workload.recorded }
    /// The utilities, at least one.
    public var utilities: [NamedUtility] { workload.utilities }
    /// The costs.
    public var costs: [NamedUtility] { workload.costs }
    /// The cheap first utility of `screened`, the variable of `impact`.
    public var auxiliary: NamedUtility? { workload.auxiliary }
    /// What texts that are written in stages are ranked by after each.
    public var screens: [NamedUtility] { workload.screens }
    /// About which the sums of each utility and then each cost are taken.
    public var centres: [Double] { workload.centres }
    /// The text bases that each sample is drawn from: one, or one for each setting of a sweep.
    public var texts: [TextBase] { workload.texts }
    /// Utilities, then costs.
    var functions: [NamedUtility] { workload.functions }
    /// Columns (utilities, then costs) that are computed outside the formula language.
    var externalColumns: [Int] { workload.externalColumns }

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

/// One utility with one quantile.
struct Selection: Sendable, Hashable {
    /// Its number, which names the stream of its picks.
    var number: Int
    var utility: Int
    var quantile: Double
}
