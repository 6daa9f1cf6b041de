// SPDX-License-Identifier: Apache-2.0

/// What a selection's counts follow from.
struct ImpliedCounts {
    let job: CompiledJob
    /// Draws of a recorded base that were thrown away and asked for again.
    let redrawn: UInt64
    /// The selection's quantile.
    let quantile: Double

    /// Times that a sample may be drawn.
    var attempts: Int { job.recorded?.attempts ?? 1 }

    /// Sets the mass of the best `kept` of so many samples.
    func setRank(_ selection: inout SelectionResult, kept: UInt64, of samples: UInt64) {
        selection.kept = kept
        selection.threshold.tailMass = Double(kept) / Double(samples)
        selection.threshold.tailMassInterval = TailMass.aboveRank(
            kept, ties: ties(selection, of: samples), of: samples,
            confidence: job.settings.confidence)
    }

    /// The samples at the threshold, as the selection says.
    func ties(_ selection: SelectionResult, of samples: UInt64) -> Ties {
        let count = (selection.tieMass * Double(samples)).rounded()
        guard count > 1, count <= Double(samples) else { return .none }
        return Ties(count: UInt64(count), kept: selection.tieKept)
    }
}
