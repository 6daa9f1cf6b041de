// SPDX-License-Identifier: Apache-2.0

/// Checks the table of an analysis.
extension ResultVerification {
    /// Runs an analysis again and compares its table, cell by cell.
    static func checkTable(
        _ node: JobNode, job: CompiledJob, _ report: inout VerificationReport
    ) throws(JobError) {
        if job.drawsOnce { return try checkArithmetic(node, job: job, &report) }
        let machine = runAgain(job)
        guard let table = machine.result.flatMap({ AnalysisTable(of: $0, job: job) }) else {
            report.findings.append("the job cannot be run: \(machine.failure?.description ?? "")")
            return
        }
        let said = try member(table.name, of: node)
        let facts = JSON(try member("facts", of: said)).text()
        report.comparisons += table.facts.count
        if facts != JSON.object(table.facts.map { ($0.name, $0.value) }).text() {
            report.findings.append("\(table.name).facts are others")
        }
        if JSON(try member("columns", of: said)).text()
            != JSON.array(table.columns.map { .string($0) }).text()
        {
            report.findings.append("\(table.name).columns are others")
        }
        let rows = try member("rows", of: said).list(
            path: "\(table.name).rows", limit: Limits.selections)
        if rows.count != table.rows.count {
            report.findings.append("\(table.rows.count) rows there are, not \(rows.count)")
        }
        for (number, (row, made)) in zip(rows, table.rows).enumerated() {
            report.comparisons += made.count
            if JSON(row).text() != JSON.array(made).text() {
                report.findings.append("\(table.name).rows[\(number)] is another")
            }
        }
    }

    /// Checks what a sweep of samples that were drawn once says of itself: they cannot be drawn again.
    private static func checkArithmetic(
        _ node: JobNode, job: CompiledJob, _ report: inout VerificationReport
    ) throws(JobError) {
        let said = try member("sweep", of: node)
        let samples = try number("samples", of: try member("facts", of: said))
        var columns: [String] = []
        for name in try member("columns", of: said)
            .list(path: "sweep.columns", limit: Limits.selections)
        {
            columns.append(try name.string(path: "sweep.columns"))
        }
        let rows = try member("rows", of: said).list(path: "sweep.rows", limit: Limits.selections)
        if rows.count != job.selections.count {
            report.findings.append("\(job.selections.count) rows there are, not \(rows.count)")
        }
        for (place, row) in rows.enumerated() {
            let path = "sweep.rows[\(place)]"
            let cells = try row.list(path: path, limit: columns.count)
            func cell(_ name: String) throws(JobError) -> Double {
                guard let column = columns.firstIndex(of: name), column < cells.count else {
                    throw JobError(at: row.position, path: path, "there is no `\(name)`")
                }
                return try double(cells[column], path: path)
            }
            compare(
                try cell("amplification"), samples / (try cell("kept")),
                "\(path): the amplification is not issued/kept", &report)
        }
    }
}
