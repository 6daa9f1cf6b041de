// SPDX-License-Identifier: Apache-2.0
import PoolRuntime
import Quantilizer

/// What `qpool check` found, for people and for programs.
struct CheckReport {
    let spec: JobSpec
    /// The job's digest.
    let digest: String
    /// What was found of each function; empty where nothing was tried.
    var findings: [ReplayCheck.Finding] = []
    /// Samples that were tried.
    var samples: Int

    /// Whether every function is as the job says, and none failed.
    var isGood: Bool {
        !findings.contains { $0.failed > 0 || (!$0.differences.isEmpty && !isKnownToDiffer) }
    }

    /// Whether the base differs and the job says so: that is no fault.
    private var isKnownToDiffer: Bool { baseDiffers && saysRecorded }

    private var saysRecorded: Bool { spec.job.recorded.map { !$0.isReplayable } ?? false }

    private var baseDiffers: Bool {
        findings.contains { $0.source?.hasPrefix("base") == true && !$0.differences.isEmpty }
    }

    /// A line for each function, and one for the base.
    var text: String {
        guard spec.job.texts.isEmpty else {
            return "base: recorded: samples are drawn once and kept, so nothing is drawn to try\n"
        }
        guard samples > 0 else {
            return "\(spec.name): read, by `\(plan.method)`; nothing was drawn to try it\n"
        }
        var lines: [String] = []
        for finding in findings {
            let verdict = finding.differences.isEmpty ? "replayable" : "not replayable"
            lines.append("\(finding.name) (\(finding.source ?? "formula")): \(verdict)")
            lines += finding.differences.map { "  \($0)" }
            if finding.failed > 0 {
                lines.append("  failed for \(finding.failed) of \(samples) samples")
            } else if finding.invalid > 0 {
                lines.append("  not a number for \(finding.invalid) of \(samples) samples")
            }
        }
        if spec.job.recorded != nil {
            lines.append(
                baseDiffers
                    ? "base: recorded: say `replayable: false`, so that samples are drawn once and kept"
                    : "base: \(saysRecorded ? "recorded, as the job says" : "replayable")")
        }
        return lines.map { $0 + "\n" }.joined()
    }

    private var plan: JobPlan { JobPlan(job: spec.job) }

    /// The same with the job as it was read, version 1.
    var json: JSON {
        .object([
            ("version", .integer(1)), ("id", .string(String(digest.prefix(JobCompiler.idDigits)))),
            ("name", .string(spec.name)), ("method", .string(plan.method)),
            ("samples", .integer(plan.samples)),
            ("can_be_kept", .bool(spec.job.settings.whyNotExtensible == nil)),
            ("tried", .integer(UInt64(samples))),
            (
                "functions",
                .array(
                    findings.map { finding in
                        .object([
                            ("name", .string(finding.name)),
                            ("kind", .string(finding.source ?? "formula")),
                            ("is_replayable", .bool(finding.differences.isEmpty)),
                            ("failed", .integer(UInt64(finding.failed))),
                            ("invalid", .integer(UInt64(finding.invalid))),
                            ("differences", .array(finding.differences.map { .string($0) })),
                        ])
                    })
            ),
            ("job", spec.normalised),
        ])
    }
}
