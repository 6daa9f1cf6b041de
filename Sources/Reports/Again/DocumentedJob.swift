// SPDX-License-Identifier: Apache-2.0
internal import Quantilizer

extension ParsedResult {
    /// The job of a document that alone makes its samples; nil where they were drawn once, or need files or
    /// programs that it names.
    var jobAlone: CompiledJob? {
        let compiled: CompiledJob
        do throws(JobError) { compiled = try JobSpec.parse(JobNode(job)).job } catch { return nil }
        guard !compiled.drawsOnce, compiled.recorded == nil, compiled.externalSources.isEmpty else {
            return nil
        }
        return compiled
    }
}
