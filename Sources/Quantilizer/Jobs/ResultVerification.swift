// SPDX-License-Identifier: Apache-2.0

/// What became of checking a result against its receipts.
public struct VerificationReport: Sendable, Hashable {
    /// Draws regenerated.
    public var draws = 0
    /// Numbers compared, to the bit.
    public var comparisons = 0
    /// What does not agree, a sentence each; empty where all does.
    public var findings: [String] = []

    /// Whether everything agrees.
    public var isValid: Bool { findings.isEmpty }
}

/// Checks a result offline: every draw is made again from (seed, index) and compared to the bit, and
/// the certificate is worked out again from what was kept and issued.
///
/// A draw of splitting is a particle, and what it is depends on its island's whole run, and proposals
/// are adapted to samples: there, and for estimates, the job is run again.
///
/// Of the other methods it does not prove that the draws are the top of all samples: that takes the job's whole work.
public enum ResultVerification {
    /// Checks a result document against its job.
    ///
    /// - Throws: where the document is not one that can be read, with the place.
    /// **Complexity**: a sample for each draw.
    public static func verify(
        _ result: JobNode, job: CompiledJob
    ) throws(JobError) -> VerificationReport {
        var report = VerificationReport()
        let evaluator = RangeEvaluator(job: job)
        if job.isAnalysis {
            try checkTable(result, job: job, &report)
            return report
        }
        if job.isEstimate {
            try checkEstimate(result, job: job, &report)
            return report
        }
        let count = selectionCount(job)
        let further = try member("further", of: result).list(
            path: "further", limit: Limits.selections)
        guard further.count + 1 == count else {
            report.findings.append(
                "the job has \(count) selections, the result \(further.count + 1)")
            return report
        }
        switch job.settings.method {
        case .splitting where job.drawsOnce: break
        case .splitting, .importance, .crossEntropy, .tilt, .minimax, .impact, .attack, .search:
            try checkAgain(result, job: job, &report)
            return report
        case .exact, .bestOfN, .threshold, .screened, .band, .plain: break
        }
        if job.drawsOnce {
            for (number, node) in ([result] + further).enumerated() {
                try RecordVerification.check(
                    node, path: number == 0 ? "" : "further[\(number - 1)].",
                    utility: number * job.utilities.count / count, job: job, &report)
            }
            return report
        }
        for (number, node) in ([result] + further).enumerated() {
            let path = number == 0 ? "" : "further[\(number - 1)]."
            try check(
                node, path: path, utility: number * job.utilities.count / count, job: job,
                evaluator, &report)
        }
        return report
    }

    private static func selectionCount(_ job: CompiledJob) -> Int {
        switch job.settings.method {
        case .bestOfN, .threshold(.value, _): job.utilities.count
        case .exact, .threshold(.pilot, _), .splitting, .importance, .crossEntropy, .screened,
            .band, .tilt, .minimax, .impact, .plain, .attack, .search:
            job.selections.count
        }
    }

    private static func check(
        _ node: JobNode, path: String, utility: Int, job: CompiledJob, _ evaluator: RangeEvaluator,
        _ report: inout VerificationReport
    ) throws(JobError) {
        let certificate = try member("certificate", of: node)
        let kept = try number("kept", of: certificate)
        let issued = try number("issued", of: certificate)
        switch job.settings.method {
        case .exact, .screened, .band:
            compare(
                try number("amplification", of: certificate),
                try expectedAmplification(node, job: job, issued: issued, kept: kept),
                "\(path)certificate.amplification is not issued/kept", &report)
        default: break
        }
        let threshold = try number("value", of: try member("threshold", of: node))
        let draws = try member("draws", of: node).list(path: "\(path)draws", limit: Limits.draws)
        for (position, draw) in draws.enumerated() {
            let name = "\(path)draws[\(position)]"
            let index = try member("index", of: draw).integer(
                path: "\(name).index", in: 0...Int(Limits.samples))
            guard let sample = evaluator.evaluate(indices: [UInt64(index)]).first else { continue }
            report.draws += 1
            compare(
                try number("utility", of: draw), Key(utility: sample.utilities[utility]).utility,
                "\(name): the utility of sample \(index) is another", &report)
            let values = try member("value", of: draw).list(
                path: "\(name).value", limit: Limits.dimension)
            guard values.count == sample.value.count else {
                report.findings.append(
                    "\(name): sample \(index) has \(sample.value.count) values, not "
                        + "\(values.count)")
                continue
            }
            for (component, value) in values.enumerated() {
                compare(
                    try double(value, path: "\(name).value[\(component)]"),
                    sample.value[component],
                    "\(name).value[\(component)] of sample \(index) is another", &report)
            }
            if Key.orderedBits(sample.utilities[utility]) < Key.orderedBits(threshold) {
                report.findings.append("\(name): sample \(index) is below the threshold")
            }
        }
    }

    /// Issued over kept; where the job was looked at before it went on, summed over its stages.
    private static func expectedAmplification(
        _ node: JobNode, job: CompiledJob, issued: Double, kept: Double
    ) throws(JobError) -> Double {
        let looks = job.settings.looks
        guard !looks.isEmpty, kept >= 1, issued >= kept, issued < Double(Limits.samples) else {
            return issued / kept
        }
        let quantile = try number("quantile", of: node)
        guard quantile > 0, quantile <= 1 else { return .nan }
        return Certificate.uniformOverKept(
            kept: UInt64(kept), issued: UInt64(issued),
            looks: looks.map { ($0, KeptCount.of(quantile: quantile, samples: $0)) }
        ).amplification
    }

    static func runAgain(_ job: CompiledJob) -> JobMachine {
        let evaluator = RangeEvaluator(job: job)
        var machine = JobMachine(job: job)
        while let round = machine.currentRound {
            let level = round.isOfIslands || round.isOfTrials ? DyadicRange.blockLevel : 16
            for range in DyadicRange.cover(round.range, maximumLevel: level) {
                _ = machine.merge(evaluator.evaluate(round: round, range: range))
            }
        }
        return machine
    }

    /// Runs an estimate again and compares what it says.
    private static func checkEstimate(
        _ node: JobNode, job: CompiledJob, _ report: inout VerificationReport
    ) throws(JobError) {
        guard let again = runAgain(job).result?.estimate else {
            report.findings.append("the job cannot be run again")
            return
        }
        let estimate = try member("estimate", of: node)
        compare(try number("p", of: estimate), again.p, "estimate.p is another", &report)
        compare(try number("cv", of: estimate), again.variation, "estimate.cv is another", &report)
        let ends = try member("interval", of: estimate).list(path: "estimate.interval", limit: 2)
        for (end, made) in zip(ends, [again.interval.lower, again.interval.upper]) {
            compare(
                try double(end, path: "estimate.interval"), made, "estimate.interval is another",
                &report)
        }
    }

    /// Runs a job again and compares what it says.
    private static func checkAgain(
        _ node: JobNode, job: CompiledJob, _ report: inout VerificationReport
    ) throws(JobError) {
        let machine = runAgain(job)
        guard let again = machine.result?.selections.first else {
            report.findings.append("the job cannot be run: \(machine.failure?.description ?? "")")
            return
        }
        let certificate = try member("certificate", of: node)
        compare(
            try number("amplification", of: certificate), again.certificate.amplification,
            "certificate.amplification is another", &report)
        if let gate = again.certificate.gate {
            compare(
                try number("gate", of: certificate), gate, "certificate.gate is another", &report)
        }
        compare(
            try number("fallback", of: certificate), again.certificate.fallback,
            "certificate.fallback is another", &report)
        let threshold = try member("threshold", of: node)
        compare(
            try number("value", of: threshold), again.threshold.value,
            "threshold.value is another", &report)
        compare(
            try number("tail_mass", of: threshold), again.threshold.tailMass,
            "threshold.tail_mass is another", &report)
        let draws = try member("draws", of: node).list(path: "draws", limit: Limits.draws)
        if draws.count != again.draws.count {
            report.findings.append("\(again.draws.count) draws there are, not \(draws.count)")
        }
        for (position, (said, made)) in zip(draws, again.draws).enumerated() {
            let name = "draws[\(position)]"
            report.draws += 1
            let index = try member("index", of: said).integer(
                path: "\(name).index", in: 0...Int(Limits.samples))
            if UInt64(index) != made.index {
                report.findings.append("\(name): the index is \(made.index), not \(index)")
            }
            guard case .scalar(let fallback, _) = try member("fallback", of: said).content,
                fallback == "\(made.fallback)"
            else {
                report.findings.append("\(name): fallback is \(made.fallback)")
                continue
            }
            compare(
                try number("utility", of: said), made.utility, "\(name): the utility is another",
                &report)
            let values = try member("value", of: said).list(
                path: "\(name).value", limit: Limits.dimension)
            guard values.count == made.value.count else {
                report.findings.append(
                    "\(name) has \(made.value.count) values, not \(values.count)")
                continue
            }
            for (component, value) in values.enumerated() {
                compare(
                    try double(value, path: "\(name).value[\(component)]"), made.value[component],
                    "\(name).value[\(component)] is another", &report)
            }
        }
    }

    static func compare(
        _ said: Double, _ made: Double, _ finding: String, _ report: inout VerificationReport
    ) {
        report.comparisons += 1
        if said.bitPattern == made.bitPattern || (said.isNaN && made.isNaN) { return }
        report.findings.append(
            "\(finding): \(Number.text(said)) is said, \(Number.text(made)) it is")
    }

    static func member(_ name: String, of node: JobNode) throws(JobError) -> JobNode {
        guard case .mapping(let entries) = node.content,
            let entry = entries.first(where: { $0.key == name })
        else {
            throw JobError(
                at: node.position, path: name, "not a result: the field `\(name)` is missing")
        }
        return entry.value
    }

    static func number(_ name: String, of node: JobNode) throws(JobError) -> Double {
        try double(try member(name, of: node), path: name)
    }

    static func double(_ node: JobNode, path: String) throws(JobError) -> Double {
        switch node.content {
        case .scalar("nan", _): return .nan
        case .scalar("inf", _): return .infinity
        case .scalar("-inf", _): return -.infinity
        default:
            guard case .scalar(let text, quoted: false) = node.content, let value = Double(text)
            else { throw node.expected("a number", path: path) }
            return value
        }
    }
}

extension Key {
    /// The key of a utility, for its value alone.
    init(utility: Double) {
        self.init(bits: Key.orderedBits(utility), label: 0, index: 0)
    }
}
