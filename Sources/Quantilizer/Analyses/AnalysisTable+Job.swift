// SPDX-License-Identifier: Apache-2.0

extension AnalysisTable {
    /// The table of a job that is an analysis; nil of others.
    init?(of result: JobResult, job: CompiledJob) {
        if let table = result.table {
            self = table
        } else if let audit = job.audit {
            self = audit.table(result, job: job)
        } else if let shape = job.sweep {
            self = SweepTable(shape, result: result, settings: job.settings).table
        } else {
            return nil
        }
    }
}
