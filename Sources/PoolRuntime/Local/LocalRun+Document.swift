// SPDX-License-Identifier: Apache-2.0
public import PoolCore
internal import Quantilizer

extension LocalRun {
    /// Runs a job file on this machine and writes its result, for programs of one's own.
    ///
    /// - Throws: `JobError` where the job is wrong, `JobFailure` where it has no answer.
    public static func document(
        of job: JobFile, threads: Int = Machine.coreCount
    ) async throws -> ResultDocument {
        let spec = try JobCompiler.compile(job.node, resources: job.resources)
        let result = try await LocalRun(job: spec.job, threads: threads).result()
        return JobCompiler.document(
            result, spec, jobDigest: JobCompiler.digest(spec, job.resources))
    }
}
