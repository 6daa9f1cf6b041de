// SPDX-License-Identifier: Apache-2.0
internal import Quantilizer

/// The answer for one utility and one quantile, as chapters: the answer in words, its certificate, the
/// utility, costs and draws.
struct SelectionChapters {
    private let selection: SelectionResult
    private let parsed: ParsedResult
    private let sample: BaseSample?
    private let choice: MethodNature.Kept
    private let prefix: String
    private let id: String

    /// - Parameter number: which of the result's selections it is.
    init(_ number: Int, of parsed: ParsedResult, sample: BaseSample?) {
        self.sample = sample
        selection = parsed.result.selections[number]
        self.parsed = parsed
        choice = Subject(parsed).nature.kept
        let isOne = parsed.result.selections.count == 1
        let share = selection.quantile.map { ", q = \(Figures.typeset($0))" } ?? ""
        prefix = isOne ? "" : "\(selection.utilityName)\(share): "
        id = number == 0 ? "" : "-\(number + 1)"
    }

    var chapters: [Chapter] {
        var chapters = [
            Chapter(
                title: prefix + "the answer",
                blocks: answer.map { .words($0) }
                    + [.picture(utilityPlot)]
                    + histogram
                    + [.listing(numbers)]),
            Chapter(
                title: prefix + "the certificate",
                blocks: [.words(selection.certificate.statement), .listing(certificate)]),
        ]
        if !selection.costs.isEmpty {
            let costs = CostPlot(selection.costs, id: "costs" + id)
            chapters.append(
                Chapter(
                    title: prefix + "costs",
                    blocks: [.words(costs.words), .picture(costs.plot)]
                        + CountedCosts.plots(parsed, selection, id: id).map { .picture($0) }
                        + [.listing(costs.listing)]))
        }
        if !selection.draws.isEmpty {
            chapters.append(
                DrawsChapter(selection, of: parsed, id: id, prefix: prefix).chapter)
        }
        return chapters
    }

    private var utilityPlot: Plot {
        UtilityPlot(selection, hasThreshold: hasThreshold, id: "utility" + id).plot
    }

    /// The result's own, or of samples that are made again.
    private var histogram: [Chapter.Block] {
        CountedPlot(parsed, selection, id: id)?.blocks
            ?? HistogramPlot(sample, selection, of: Subject(parsed), id: id)?.blocks ?? []
    }

    // MARK: Words

    private var hasThreshold: Bool {
        selection.threshold.value.isFinite && choice != .winners
    }

    private var answer: [String] {
        var sentences: [String] = []
        let issued = Figures.grouped(parsed.result.issued)
        let threshold = selection.threshold
        if choice == .winners {
            sentences.append(
                "Each draw is the best of a group, of \(issued) samples in all. The least of the winners has a utility of \(Figures.typeset(threshold.value, 6))."
            )
        } else if hasThreshold {
            let percent = Figures.typeset(threshold.confidence * 100)
            let interval = threshold.interval.map {
                " (\(percent) % interval \(Figures.interval($0)))"
            }
            let kept = Figures.grouped(selection.kept)
            let place =
                Figures.typeset(threshold.value, within: threshold.interval) + (interval ?? "")
            let ties = selection.tieMass > 0 ? ", of those exactly there a part" : ""
            if choice == .reached {
                sentences.append(
                    "\(kept) samples from a utility of \(place) on were reached in \(issued) evaluations."
                )
            } else if choice == .best {
                sentences.append(
                    "\(kept) of \(issued) samples were kept: those from a utility of \(place) on\(ties)."
                )
            } else {
                sentences.append(
                    "\(kept) of \(issued) samples were kept. The threshold is \(place).")
            }
        } else {
            sentences.append("\(Figures.grouped(selection.kept)) of \(issued) samples were kept.")
        }
        let utility = selection.utility
        if utility.topMean.isFinite {
            let base =
                utility.mean.isFinite
                ? "; a sample of the base has \(Figures.typeset(utility.mean))" : ""
            sentences.append(
                "What was kept has a utility of \(Figures.typeset(utility.topMean, within: utility.topMeanInterval)) on average\(base)."
            )
        }
        return [sentences.joined(separator: " "), promise]
    }

    private var promise: String {
        let certificate = selection.certificate
        guard certificate.kind != .none else { return "Nothing is promised about costs." }
        let sure =
            certificate.confidence.map { ", with confidence \(Figures.typeset($0))" } ?? ""
        let which = certificate.scope == nil ? "" : " that depends on the impact variable alone"
        return
            "Any cost\(which) that is never negative, written down or not, is in a draw at most \(Figures.typesetBound(certificate.amplification)) times what it is in the base on average\(sure): \(Figures.typeset(certificate.bits, 4)) bits of optimisation."
    }

    // MARK: Numbers

    private var numbers: Listing {
        let (threshold, utility) = (selection.threshold, selection.utility)
        var rows: [(name: String, value: Cell)] = [
            ("samples issued", .count(parsed.result.issued)), ("kept", .count(selection.kept)),
        ]
        if selection.invalid > 0 {
            rows.append(("without a utility (NaN)", .count(selection.invalid)))
        }
        if threshold.value.isFinite {
            let name = choice == .winners ? "least winner" : "threshold"
            rows.append((name, .estimate(threshold.value, threshold.interval)))
        }
        if threshold.tailMass.isFinite {
            rows.append(
                ("mass above it", .estimate(threshold.tailMass, threshold.tailMassInterval)))
        }
        if selection.tieMass > 0 {
            rows.append(("mass at the threshold itself", .number(selection.tieMass)))
        }
        if !utility.mean.isNaN {
            rows.append(("mean over the base", .number(utility.mean)))
            rows.append(("standard deviation there", .number(utility.standardDeviation)))
        }
        rows.append(
            ("mean over what was kept", .estimate(utility.topMean, utility.topMeanInterval)))
        rows.append(("largest seen", .number(utility.maximum)))
        if let index = selection.utility.tailIndex {
            rows.append(("tail index ξ", .estimate(index.value, index.interval)))
        }
        rows.append(("confidence of the intervals", .number(threshold.confidence)))
        return .facts("Utility, in numbers", rows)
    }

    private var certificate: Listing {
        let certificate = selection.certificate
        let sense =
            switch certificate.kind {
            case .exact: "exact, in expectation"
            case .confidence: "with confidence"
            case .none: "no promise"
            }
        var rows: [(name: String, value: Cell)] = [
            ("amplification A", .exact(certificate.amplification)), ("kind", .words(sense)),
        ]
        func add(_ name: String, _ value: Double?) {
            if let value { rows.append((name, .exact(value))) }
        }
        add("confidence", certificate.confidence)
        add("A at half the error", certificate.jointAmplification)
        add("A for costs of all draws together", certificate.together)
        rows.append(("rule for several draws", .words(certificate.rule)))
        add("bits, log₂ A", certificate.bits)
        add("gate", certificate.gate)
        add("share of base draws", certificate.fallback)
        rows.append(("samples issued", .count(certificate.issued)))
        rows.append(("samples kept", .count(certificate.kept)))
        if let scope = certificate.scope { rows.append(("scope", .words(scope))) }
        return .facts("The certificate's numbers, as the result has them", rows)
    }
}
