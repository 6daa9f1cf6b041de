// SPDX-License-Identifier: Apache-2.0

/// `histogram: true` or a number of bins.
extension JobSpecReader {
    /// The most bins, nil where none are wanted.
    mutating func readHistogram(_ numbers: MethodNumbers?, functions: Int) -> Int? {
        let bins: Int? =
            switch map.value(of: JobKeys.histogram) {
            case .flag(true): Histogram.usualBins
            case .whole(let most): most
            default: nil
            }
        guard let bins, let numbers else { return nil }
        if let why = whyNoHistogram(numbers.method) {
            map.note("histogram", why)
            return nil
        }
        guard bins * functions <= Limits.histogramBins else {
            map.note(
                "histogram",
                "\(bins) bins of \(functions) functions: all together may have \(Limits.histogramBins), so "
                    + "ask for at most \(Limits.histogramBins / functions)")
            return nil
        }
        return bins
    }

    private func whyNoHistogram(_ method: MethodChoice) -> String? {
        if isEstimate { return "of an `event` nothing but its probability is counted" }
        if sweep != nil { return "a sweep's result is a table; run its base without `sweep`" }
        guard !method.room.nature.measuresEverySample else { return nil }
        let others = MethodRegistry.names(isEstimate: false) { $0.measuresEverySample }
        return
            "`\(method.name)` does not measure every function on base samples, so nothing could "
            + "be counted: use \(Self.list(others, "or"))"
    }
}
