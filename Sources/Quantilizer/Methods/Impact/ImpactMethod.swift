// SPDX-License-Identifier: Apache-2.0

/// `impact`: the best actions under a cap on how the law of an impact variable z may change, in place of
/// the law of actions.
///
/// In each cell of z the best sample stands for all: k of the N samples are kept, those of the cells
/// whose best is best, one of them is chosen uniformly, and the best sample of its cell is returned.
/// So z has the law of a uniform choice among k of N (docs/methods.md, section 14).
///
/// **Source**: docs/proofs/impact.md, theorem 8.
struct ImpactMethod: Method {
    private let samples: UInt64
    /// The width of a bin; nil where each value of z is a cell.
    private let width: Double?

    init(job: CompiledJob, width: Double?) {
        samples = job.settings.samples
        self.width = width
    }

    mutating func begin(job: CompiledJob, number: Int) -> MethodStep {
        guard job.auxiliary != nil, job.utilities.count == 1 else {
            return .failure(
                JobFailure("one-utility", "impact goes by one variable to one utility"))
        }
        return .round(
            Round(
                number: number, domain: .base, range: 0..<samples, task: .cells(width: width),
                measures: true))
    }

    mutating func advance(
        _ merger: consuming RoundMerger, _ context: MethodContext
    ) -> MethodStep {
        let table = merger.cellTotal
        guard !table.overflows else {
            return .failure(
                JobFailure(
                    "too-many-cells",
                    "the impact variable has more than \(Limits.cells) cells: give bins with "
                        + "`method: { impact: { of: …, width: … } }`, or wider ones"))
        }
        let job = context.job
        var results: [SelectionResult] = []
        var warnings: [JobWarning] = []
        var filled = 0
        let cells = table.cells.sorted { $0.best > $1.best }
        for selection in job.selections {
            let kept = KeptCount.of(quantile: selection.quantile, samples: samples)
            let report = ImpactReport(
                selection: selection, samples: samples, kept: kept, cells: cells)
            if selection.number == 0 {
                filled = report.slots.count
                report.warn(&warnings)
            }
            results.append(report.result(context, &warnings))
        }
        return .result(
            JobResult(
                issued: context.issued, evaluations: context.evaluations, selections: results,
                diagnostics: [
                    ("cells", Double(cells.count)), ("cells_kept", Double(filled)),
                    ("smallest_cell", Double(cells.map(\.count).min() ?? 0)),
                ], warnings: warnings))
    }

    func expectedSamples(job: CompiledJob) -> UInt64 { samples }

    func running(_ merger: RoundMerger, job: CompiledJob) -> RunningRanks? { nil }

    func fits(_ round: Round) -> Bool {
        round.domain == .base && round.task == .cells(width: width) && round.measures
            && round.range == 0..<samples
    }

    func write(to writer: inout ByteWriter) {}

    mutating func read(
        from reader: inout ByteReader, job: CompiledJob
    ) throws(DecodingFailure) {}
}

/// The draws and the certificate of an impact job whose cells are known.
struct ImpactReport {
    let selection: Selection
    let samples: UInt64
    let kept: UInt64
    /// The cells kept, the best first, each with how many of the kept samples are of it.
    let slots: [(cell: CellTally, count: UInt64)]

    /// Fills cells in the order of their best samples until k samples are kept.
    init(selection: Selection, samples: UInt64, kept: UInt64, cells: [CellTally]) {
        self.selection = selection
        self.samples = samples
        self.kept = kept
        var slots: [(CellTally, UInt64)] = []
        var left = kept
        for cell in cells where left > 0 {
            let count = min(left, cell.count)
            slots.append((cell, count))
            left -= count
        }
        self.slots = slots
    }

    func result(
        _ context: MethodContext, _ warnings: inout [JobWarning]
    ) -> SelectionResult {
        let job = context.job
        var top = [TopMoments](repeating: TopMoments(), count: 1 + job.costs.count)
        for (cell, _) in slots {
            top[0].add(cell.best.utility, centre: job.centres[0])
            for (cost, value) in cell.extras.enumerated() {
                top[1 + cost].add(value, centre: job.centres[1 + cost])
            }
        }
        let report = SelectionReport(
            selection: selection, samples: samples, kept: kept,
            threshold: slots.last?.cell.best ?? .lowest, interval: nil, ties: .none, top: top,
            topCount: UInt64(slots.count), isIndependent: true, draws: draws(job),
            certificate: .throughImpact(kept: kept, issued: samples), estimatesMean: false)
        var result = report.result(context, warnings: &warnings)
        result.utility.topMean = mean { $0.best.utility }
        // Best samples of cells are no sample of any law that has a mean to enclose.
        for cost in job.costs.indices { result.costs[cost].top = mean { $0.extras[cost] } }
        return result
    }

    /// The mean over the kept samples, each replaced by the best of its cell; finite values alone.
    private func mean(_ value: (CellTally) -> Double) -> Double {
        var sum = 0.0
        var total = 0.0
        for (cell, count) in slots {
            let x = value(cell)
            guard x.isFinite else { continue }
            sum += Double(count) * x
            total += Double(count)
        }
        return total > 0 ? sum / total : .nan
    }

    /// A uniform choice without replacement among the kept samples, each giving its cell's best.
    private func draws(_ job: CompiledJob) -> [Key] {
        let stream = RandomStream(seed: job.settings.seed, domain: .pick)
        var left = slots.map(\.count)
        var total = kept
        var keys: [Key] = []
        for draw in 0..<job.settings.draws where total > 0 {
            let word = stream.word(
                index: UInt64(draw), block: UInt32(selection.number) | 1 << 30)
            var place = word.multipliedFullWidth(by: total).high
            for number in left.indices {
                if place < left[number] {
                    left[number] -= 1
                    keys.append(slots[number].cell.best)
                    break
                }
                place -= left[number]
            }
            total -= 1
        }
        return keys
    }

    func warn(_ warnings: inout [JobWarning]) {
        if let least = slots.map(\.cell.count).min(), least < 10 {
            warnings.append(
                JobWarning(
                    "few-in-a-cell",
                    "a cell of the impact variable that is drawn from has only \(least) samples: "
                        + "what is best there is hardly searched for; give wider bins or more "
                        + "`samples`"))
        }
    }
}

extension Certificate {
    /// The impact variable of a uniform choice among k of N issued samples: A = N/k for costs that
    /// act through it alone.
    static func throughImpact(kept: UInt64, issued: UInt64) -> Certificate {
        var certificate = uniformOverKept(kept: kept, issued: issued)
        certificate.scope = "impact"
        certificate.statement =
            "Any cost that is never negative and depends on the cell of the impact variable alone "
            + "has, on average over a draw, at most \(Number.text(certificate.amplification)) times "
            + "its average over the base distribution; for several draws this holds for the sum of "
            + "their costs. It holds exactly, because a draw's cell is that of a uniform choice over "
            + "\(kept) kept of \(issued) issued samples. Of other costs no more is promised than "
            + "\(issued) times their average: within a cell the best is taken."
        return certificate
    }
}
