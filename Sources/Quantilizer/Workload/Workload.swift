// SPDX-License-Identifier: Apache-2.0

/// What is measured on which samples: all that an evaluator needs of a job.
///
/// **Determinism**: `centres` come from the first block of samples, so they are the same anywhere;
/// those of functions from outside are 0, so that nobody need call them to know.
public struct Workload: Sendable {
    /// The key of every random stream.
    public let seed: UInt64
    /// The base distribution.
    public let base: any BaseDistribution
    /// The base, where only workers can make its samples.
    public let recorded: (any RecordedBase)?
    /// The utilities, at least one.
    public let utilities: [NamedUtility]
    /// The costs.
    public let costs: [NamedUtility]
    /// The cheap first utility of `screened`, the variable of `impact`.
    public let auxiliary: NamedUtility?
    /// Whether ``auxiliary`` is a variable whose cells are counted.
    let hasCells: Bool
    /// Where samples are ranked by something cheaper first, the stages in which texts are written, none of other
    /// samples; else nil.
    let stages: [TextStage]?
    /// What texts that are written in stages are ranked by after each.
    public let screens: [NamedUtility]
    /// The most bins of histograms; nil where none are wanted.
    let histogram: Int?
    /// The base samples that means are over.
    public let share: MeasuredShare
    /// About which the sums of each utility and then each cost are taken.
    public let centres: [Double]
    /// Columns (utilities, then costs) that are computed outside the formula language.
    let externalColumns: [Int]

    /// A workload of these parts.
    ///
    /// **Complexity**: evaluates 256 samples.
    init(
        seed: UInt64, base: any BaseDistribution, utilities: [NamedUtility],
        costs: [NamedUtility], auxiliary: NamedUtility? = nil, hasCells: Bool = false,
        stages: [TextStage]? = nil, screens: [NamedUtility] = [], histogram: Int? = nil,
        share: MeasuredShare = .all
    ) {
        self.seed = seed
        self.base = base
        self.utilities = utilities
        self.costs = costs
        self.auxiliary = auxiliary
        self.hasCells = hasCells
        self.stages = stages
        self.screens = screens
        self.histogram = histogram
        self.share = share
        recorded = base.recorded
        let functions = utilities + costs
        externalColumns = functions.indices.filter { functions[$0].isExternal }
        // Nothing is drawn of a recorded base only to know about where its sums are.
        let own = recorded != nil ? [] : functions.indices.filter { !functions[$0].isExternal }
        var centres = [Double](repeating: 0, count: functions.count)
        if !own.isEmpty {
            var sampler = BlockSampler(
                seed: seed, base: base, columns: own.map { functions[$0].utility })
            sampler.evaluate(domain: .base, start: 0, lanes: 256)
            for (position, column) in own.enumerated() {
                centres[column] = sampler.centre(column: position)
            }
        }
        self.centres = centres
    }

    /// Utilities, then costs.
    var functions: [NamedUtility] { utilities + costs }

    /// The text bases that each sample is drawn from: one, or one for each setting of a sweep.
    var texts: [TextBase] {
        let family = (base as? RecordedFamily)?.variants ?? recorded.map { [$0] } ?? []
        return family.compactMap { $0 as? TextBase }
    }

    /// The first stage of texts that are written in stages: their beginnings, ranked by the first screen. Nil of
    /// other workloads.
    var ofDrafts: Workload? {
        guard let stage = stages?.first, let screen = screens.first,
            let drafts = recorded?.drafting(stage.tokens)
        else { return nil }
        return Workload(
            seed: seed, base: drafts, utilities: [screen], costs: costs, histogram: histogram)
    }
}
