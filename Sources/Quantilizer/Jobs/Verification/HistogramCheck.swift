// SPDX-License-Identifier: Apache-2.0

/// What a document's histograms say of themselves and of its other members, without running its job.
enum HistogramCheck {
    static func check(
        _ parsed: ParsedResult, job: CompiledJob, _ report: inout VerificationReport
    ) {
        let said = parsed.utilityHistograms + parsed.costHistograms
        let names = (job.settings.histogram == nil ? [] : job.functions).map(\.name)
        guard said.map(\.name) == names,
            parsed.costHistograms.count == (names.isEmpty ? 0 : job.costs.count)
        else {
            report.findings.append(
                names.isEmpty
                    ? "histograms: the job asks for none"
                    : "histograms: they are not those of the job's functions")
            return
        }
        for (name, histogram) in said {
            report.comparisons += 1
            if histogram.total != parsed.result.issued {
                report.findings.append(
                    "histograms: that of `\(name)` counts \(histogram.total) samples, issued are "
                        + "\(parsed.result.issued)")
            }
            if let most = job.settings.histogram, histogram.counts.count > most {
                report.findings.append("histograms: that of `\(name)` has more than \(most) bins")
            }
        }
        for selection in parsed.result.selections {
            guard let histogram = parsed.histogram(ofUtility: selection.utilityName) else {
                continue
            }
            check(histogram, selection, job, &report)
        }
    }

    /// The largest utility, what is none, and what was kept must lie where the counts are.
    private static func check(
        _ histogram: Histogram, _ selection: SelectionResult, _ job: CompiledJob,
        _ report: inout VerificationReport
    ) {
        let name = selection.utilityName
        report.comparisons += 1
        if histogram.nan != selection.invalid {
            report.findings.append("histograms: `\(name)` is invalid in \(histogram.nan) samples")
        }
        // Others keep no more than a part of the top.
        guard case .exact = job.settings.method else { return }
        let most = selection.utility.maximum
        if (most == .infinity) != (histogram.positiveInfinite > 0)
            || most.isFinite && histogram.place(of: most) != histogram.counts.count - 1
        {
            report.findings.append(
                "histograms: the largest `\(name)` is not in the last bin that holds any")
        }
        guard selection.threshold.value.isFinite else { return }
        if histogram.top(selection.kept, from: selection.threshold.value) == nil {
            report.findings.append(
                "histograms: \(selection.kept) samples from the threshold of `\(name)` on are not "
                    + "what its bins hold")
        }
    }
}
