// SPDX-License-Identifier: Apache-2.0

/// What became of checking a result.
public struct VerificationReport: Sendable, Hashable {
    /// Draws made again, or measured again where they were drawn once.
    public var draws = 0
    /// Values compared, numbers to the bit.
    public var comparisons = 0
    /// What does not agree, a sentence each; empty where all does.
    public var findings: [String] = []
    /// What was not checked and why, a sentence each.
    public var unchecked: [String] = []

    /// A report of nothing.
    public init() {}

    /// Whether everything that was checked agrees.
    public var isValid: Bool { findings.isEmpty }
}

/// Checks what a result document says against its job.
///
/// Two ways: ``compare(_:with:)`` with the document of the same job run again, member by member; and
/// ``check(_:spec:)``, which runs nothing: it makes every draw again from its receipt, and works out
/// again whatever the job and the other members imply, the certificate with its sentence and bounds
/// among it.
///
/// It is not about the document's bytes, digest and `id`: whoever holds the text checks those.
public enum ResultVerification {
    /// Whether draws have no receipt of their own, so that only the whole job, run again, makes them: a
    /// particle of splitting is what its island's run made it, and proposals are adapted to samples;
    /// estimates and analyses have no draws.
    public static func takesWholeJob(_ job: CompiledJob) -> Bool {
        if job.drawsOnce { return false }
        if job.isEstimate || job.isAnalysis { return true }
        return !job.settings.method.room.nature.drawsHaveReceipts
    }

    /// Compares a document with that of the same job run again: everything but `timings`.
    public static func compare(_ said: JSON, with made: JSON) -> VerificationReport {
        func answer(_ json: JSON) -> JSON {
            guard case .object(let members) = json else { return json }
            return .object(members.filter { $0.0 != "timings" })
        }
        var difference = DocumentDifference()
        difference.compare(answer(said), answer(made), at: "")
        var report = VerificationReport()
        report.comparisons = difference.comparisons
        report.findings = difference.findings
        let further: [JSON] = if case .array(let others)? = made["further"] { others } else { [] }
        for selection in [made] + further {
            if case .array(let draws)? = selection["draws"] { report.draws += draws.count }
        }
        return report
    }

    /// Checks a document without running its job.
    ///
    /// - Throws: where the document is not one that can be read, with the path.
    ///
    /// **Complexity**: a sample for each draw.
    public static func check(_ said: JSON, spec: JobSpec) throws(JobError) -> VerificationReport {
        let parsed = try ParsedResult(said)
        let job = spec.job
        var report = VerificationReport()
        HistogramCheck.check(parsed, job: job, &report)
        if takesWholeJob(job) {
            report.unchecked.append("the numbers themselves: they take the whole job")
            return report
        }
        if parsed.result.selections.isEmpty {
            if let table = parsed.result.table {
                SweepArithmetic.check(
                    table, job: job, redrawn: parsed.result.usage?.redrawn ?? 0, &report)
            } else {
                report.findings.append("it has neither draws nor a table")
            }
            report.unchecked.append(
                "the other cells: the samples were drawn once and cannot be drawn again")
            return report
        }
        let implied = ImpliedSelection(job: job, redrawn: parsed.result.usage?.redrawn ?? 0)
        guard parsed.result.selections.count == implied.count else {
            report.findings.append(
                "the job has \(implied.count) selections, the result "
                    + "\(parsed.result.selections.count)")
            return report
        }
        let writer = ResultJSON(parsed.result, spec: spec)
        var difference = DocumentDifference()
        for (number, selection) in parsed.result.selections.enumerated() {
            let path = number == 0 ? "" : "further[\(number - 1)]"
            var made = selection
            let faults = implied.mend(&made, number: number)
            report.findings += faults.map { path.isEmpty ? $0 : "\(path).\($0)" }
            report.draws += selection.draws.count
            let node = number == 0 ? said : said.element(number - 1, of: "further")
            for (name, value) in writer.fields(made) where ImpliedSelection.members.contains(name) {
                difference.compare(
                    node[name] ?? .null, value, at: path.isEmpty ? name : "\(path).\(name)")
            }
        }
        checkIssued(parsed.result, job: job, &report)
        report.comparisons += difference.comparisons
        report.findings += difference.findings
        report.unchecked = implied.unchecked
        return report
    }

    /// The samples issued in all, where the job or its selections say how many they are.
    private static func checkIssued(
        _ result: JobResult, job: CompiledJob, _ report: inout VerificationReport
    ) {
        report.comparisons += 1
        let issued = result.selections.map { $0.certificate.issued }
        if job.settings.method.room.issuesAlike(job) {
            if issued.contains(where: { $0 != result.issued }) {
                report.findings.append(
                    "issued: \(result.issued) is said, certificates are over "
                        + issued.map { "\($0)" }.joined(separator: ", "))
            }
        } else if let most = issued.max(), most > result.issued {
            report.findings.append(
                "issued: \(result.issued) is said, a certificate is over \(most)")
        }
    }
}

/// What a sweep of samples that were drawn once says of itself: they cannot be drawn again.
enum SweepArithmetic {
    static func check(
        _ table: AnalysisTable, job: CompiledJob, redrawn: UInt64,
        _ report: inout VerificationReport
    ) {
        if table.rows.count != job.selections.count {
            report.findings.append(
                "\(table.name) has \(table.rows.count) rows, and should have "
                    + "\(job.selections.count)")
        }
        guard let kept = table.columns.firstIndex(of: "kept"),
            let amplification = table.columns.firstIndex(of: "amplification"),
            let samples = table.facts.first(where: { $0.name == "samples" })?.value.asDouble
        else {
            report.findings.append("\(table.name) lacks `samples`, `kept` or `amplification`")
            return
        }
        for (number, row) in table.rows.enumerated() {
            report.comparisons += 1
            let said = row[amplification].asDouble
            // Each sample is one of as many as it could be drawn, where some were drawn again.
            let attempts = redrawn > 0 ? job.recorded?.attempts ?? 1 : 1
            let made = row[kept].asDouble.map {
                (samples - Double(redrawn)) * Double(attempts) / $0
            }
            if said == nil || said?.bitPattern != made?.bitPattern {
                report.findings.append(
                    "\(table.name).rows[\(number)]: the amplification does not follow from its counts"
                )
            }
        }
    }
}

extension JSON {
    /// An element of a member that is a list; null where there is none.
    func element(_ number: Int, of name: String) -> JSON {
        guard case .array(let items)? = self[name], items.indices.contains(number) else {
            return .null
        }
        return items[number]
    }

    /// A finite number; nil of all else.
    var asDouble: Double? {
        switch self {
        case .number(let value): value
        case .integer(let value): Double(value)
        default: nil
        }
    }
}
