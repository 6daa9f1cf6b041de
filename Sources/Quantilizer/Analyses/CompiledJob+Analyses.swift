// SPDX-License-Identifier: Apache-2.0

extension CompiledJob {
    /// Whether a table is the whole answer.
    var isAnalysis: Bool {
        settings.method.room.isAnalysis || sweep != nil
    }

    /// The utilities as the job file has them.
    var writtenUtilities: [NamedUtility] { sweep?.utilities ?? utilities }

    /// The costs as the job file has them.
    var writtenCosts: [NamedUtility] {
        if search != nil { return [] }
        return sweep?.costs ?? Array(costs.prefix(audit?.costs ?? .max))
    }

    /// The analysis's member of the normalised job.
    var writtenAnalysis: [(String, JSON)] {
        let own = settings.method.room.writtenAnalysis(self)
        if !own.isEmpty { return own }
        if let sweep { return [("sweep", sweep.normalised(quantiles: settings.quantiles))] }
        return audit.map { [("audit", $0.normalised)] } ?? []
    }

    /// The keys that the normalised job leaves out.
    var unwrittenKeys: Set<String> {
        let own = settings.method.room.unwrittenKeys
        return own.isEmpty && sweep != nil ? ["quantiles", "draws"] : own
    }
}
