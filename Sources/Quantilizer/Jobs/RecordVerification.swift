// SPDX-License-Identifier: Apache-2.0

/// Checks the draws of a recorded base: their samples cannot be made again, but what was measured on
/// them can.
enum RecordVerification {
    static func check(
        _ node: JobNode, path: String, utility: Int, job: CompiledJob,
        _ report: inout VerificationReport
    ) throws(JobError) {
        typealias Reading = ResultVerification
        let threshold = try Reading.number("value", of: try Reading.member("threshold", of: node))
        let draws = try Reading.member("draws", of: node).list(
            path: "\(path)draws", limit: Limits.draws)
        for (position, draw) in draws.enumerated() {
            let name = "\(path)draws[\(position)]"
            let record = try record(draw, name)
            report.draws += 1
            if let fault = DrawCheck.fault(in: record, job: job) {
                report.findings.append("\(name) \(fault)")
                continue
            }
            report.comparisons += record.value.count
            let said = try Reading.number("utility", of: draw)
            if let made = DrawCheck.utility(utility, of: record, job: job) {
                Reading.compare(
                    said, Key(utility: made).utility, "\(name): the utility is another", &report)
            }
            if case .scalar("true", _) = try Reading.member("fallback", of: draw).content {
                continue
            }
            if Key.orderedBits(said) < Key.orderedBits(threshold) {
                report.findings.append("\(name) is below the threshold")
            }
        }
    }

    private static func record(_ draw: JobNode, _ path: String) throws(JobError) -> SampleRecord {
        typealias Reading = ResultVerification
        var record = SampleRecord(value: [])
        for (i, value) in try Reading.member("value", of: draw)
            .list(path: "\(path).value", limit: Limits.dimension).enumerated()
        {
            record.value.append(try Reading.double(value, path: "\(path).value[\(i)]"))
        }
        if case .scalar(let text, _) = try Reading.member("text", of: draw).content {
            record.text = text
        }
        let tokens = try Reading.member("tokens", of: draw).list(
            path: "\(path).tokens", limit: RecordLimits.tokens)
        let logs = try Reading.member("logprobs", of: draw).list(
            path: "\(path).logprobs", limit: RecordLimits.tokens)
        for (i, (token, log)) in zip(tokens, logs).enumerated() {
            record.tokens.append(
                .init(
                    try token.string(path: "\(path).tokens[\(i)]"),
                    try Reading.double(log, path: "\(path).logprobs[\(i)]")))
        }
        if case .scalar(let failure, _) = try Reading.member("failure", of: draw).content {
            record.failure = RecordFailure.allCases.first { $0.name == failure } ?? .malformed
        }
        return record
    }
}
