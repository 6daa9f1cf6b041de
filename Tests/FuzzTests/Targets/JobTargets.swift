// SPDX-License-Identifier: Apache-2.0
import Foundation
import PoolCore
import Quantilizer

@testable import PoolRuntime

extension FuzzTarget {
    /// The table that jobs of inputs may name.
    private static let resources = JobResources(tables: [
        "data.csv": DataTable(
            columnNames: ["a", "b", "w"], columns: [[1, 2, 3.5], [-1, 0, 4], [0, 1, 2]])
    ])

    private static let jobs = [
        (
            "exact",
            "version: 1\nname: n\nseed: 7\nbase: { normal: { dimension: 2, mean: [0, 1] } }\n"
                + "utility: sum(x)\nquantile: 0.1%\nsamples: 1e6\ndraws: 2\nconfidence: 0.9\n"
        ),
        (
            "product",
            "base:\n  product:\n    a: { gamma: { shape: 2.5, scale: 1 } }\n"
                + "    b: { student-t: { df: 3 } }\n    c: { poisson: { mean: 4 } }\n"
                + "utilities: { u: a + b, v: 'c * 2' }\nquantiles: [0.5, 1e-3]\n"
                + "costs: { late: a > 1 }\nmemory: 2MiB\nprecision: { tail_mass: 2% }\n"
        ),
        (
            "table",
            "base: { empirical: { file: data.csv, columns: [a, b], weights: w } }\n"
                + "utility: a - b\nmethod: { threshold: { value: 1 } }\n"
                + "samples: 100\n"
        ),
        (
            "mixture",
            "base: { mixture: [ { weight: 1, beta: { a: 2, b: 3 } },\n"
                + "  { weight: 2, uniform: { lower: 0, upper: 2 } } ] }\n"
                + "utility: x[0]\nmethod: { best-of-n: { n: 16 } }\n"
        ),
        (
            "splitting",
            #"{"base": {"normal": {"dimension": 3}}, "utility": "x[0]^2", "quantile": 1e-6, "#
                + #""draws": 10, "method": {"splitting": {"particles": 512, "levels": 0.3}}}"#
        ),
        (
            "discrete",
            "base: { categorical: { probabilities: [0.2, 0.3, 0.5] } }\nutility: x[0]\n"
                + "quantile: 0.25\nseed: &s 5\n"
        ),
    ]

    /// A job file with a table beside it, up to its first samples. What was understood, written in
    /// full, is the same job.
    static let job = FuzzTarget(
        name: "job", maximumBytes: 2_048,
        seeds: { jobs.map { Seed(name: $0.0, bytes: Array($0.1.utf8)) } },
        run: { bytes in
            guard let node = try? JobText.parse(String(decoding: bytes, as: UTF8.self)),
                let spec = try? JobCompiler.compile(node, resources: resources)
            else { return false }
            let digest = JobCompiler.digest(spec, resources)
            let written = spec.normalised.text()
            guard let again = try? JobText.parse(written),
                let second = try? JobCompiler.compile(again, resources: resources)
            else { throw Finding("the normalised job is refused: \(written.prefix(2_000))") }
            guard JobCompiler.digest(second, resources) == digest else {
                throw Finding("the normalised job is another: \(written.prefix(2_000))")
            }
            _ = JobPlan(job: spec.job)
            let machine = JobMachine(job: spec.job)
            _ = machine.progress
            if let round = machine.currentRound { _ = round.encode() }
            if spec.job.base.dimension <= 1_024 {
                _ = RangeEvaluator(job: spec.job).evaluate(indices: [0, 1, 1 << 52])
            }
            return true
        })

    /// A formula over three values of which two have names, and its values; printed, it is the same
    /// formula.
    static let formula = FuzzTarget(
        name: "formula", maximumBytes: 1_024,
        seeds: {
            [
                "sum(x) / sqrt(3)", "price > 2 ? -delay^2 : x[2] % 0.5", "clamp(x[1], -1, 1e3)",
                "min(price, delay, 0) + max(x)", "not (price <= 1 and delay != 2 or x[2] == 3)",
                "dot(x[:2], x[1:]) * norm(x) + pow(price, -1.5) - exp(log1p(delay))",
                "if(price < 0, erf(x[0]), tanh(x[1]))", "2^3^-x[0] + -(-1)",
            ].enumerated().map { Seed(name: "formula-\($0)", bytes: Array($1.utf8)) }
        },
        run: { bytes in
            let schema = FormulaSchema(dimension: 3, names: ["price", "delay", "rest"])
            let source = String(decoding: bytes, as: UTF8.self)
            let formula: Formula
            do throws(FormulaError) {
                formula = try Formula.compile(source, schema: schema)
            } catch {
                guard error.offset >= 0, error.length >= 0, error.line >= 1, error.column >= 1,
                    error.offset + error.length <= max(512, source.unicodeScalars.count),
                    !error.message.isEmpty
                else { throw Finding("an error without a place: \(error)") }
                return false
            }
            let values = [[0.5, -2, 3], [.nan, .infinity, -0.0], [1e300, -1e-300, 0]]
            let first = Self.values(of: formula, values)
            guard let again = try? Formula.compile(formula.description, schema: schema) else {
                throw Finding("printed it is refused: \(formula.description)")
            }
            guard Self.values(of: again, values) == first else {
                throw Finding("printed it is another: \(formula.description)")
            }
            return true
        })

    /// The bits of a formula's values; all NaN count as one.
    private static func values(of formula: Formula, _ rows: [[Double]]) -> [UInt64] {
        var values = Columns(count: 3, capacity: rows.count)
        for (lane, row) in rows.enumerated() {
            for (column, value) in row.enumerated() { values[column, lane] = value }
        }
        var scratch = Columns(count: max(1, formula.scratchColumns), capacity: rows.count)
        var results = Columns(count: 1, capacity: rows.count)
        formula.evaluate(
            lanes: rows.count, values: values, scratch: &scratch, results: &results, column: 0)
        return rows.indices.map {
            results[0, $0].isNaN ? Double.nan.bitPattern : results[0, $0].bitPattern
        }
    }

    /// A CSV file: all its columns, or two by name.
    static let table = FuzzTarget(
        name: "table", maximumBytes: 1_024,
        seeds: {
            [
                ("comma", 0, "a,b\n1,2\n3,-4e5\n"), ("named", 1, "a,c,b\n1,x,2\n3,y,4\n"),
                ("semicolon", 0, "a;b\r\n1;2\r\n"), ("tab", 0, "a\tb\n1\t2\n"),
                ("quoted", 1, "\"a\",\"b\"\n\"1\",\" 2 \"\n"),
                ("special", 0, "a\nnan\n-inf\n0x1p3\n"),
            ].map { Seed(name: $0.0, bytes: [UInt8($0.1)] + Array($0.2.utf8)) }
        },
        run: { bytes in
            var reader = FuzzReader(bytes)
            let wanted = reader.byte() & 1 == 0 ? nil : ["a", "b"]
            guard let table = try? CSVTable.read(Data(reader.rest()), columns: wanted) else {
                return false
            }
            guard table.columnNames.count == table.columns.count,
                table.columns.allSatisfy({ $0.count == table.rowCount }), table.rowCount > 0
            else { throw Finding("a table of columns of different lengths") }
            return true
        })

    /// A result document, as `qpool verify` reads it, against the job that made it.
    static let verify = FuzzTarget(
        name: "verify", maximumBytes: 65_536,
        seeds: {
            results.enumerated().map { number, document in
                Seed(
                    name: CodecJob.all[number].name,
                    bytes: [UInt8(number)] + Array(document.text.utf8))
            }
        },
        run: { bytes in
            var reader = FuzzReader(bytes)
            let number = Int(reader.byte()) % results.count
            let text = String(decoding: reader.rest(), as: UTF8.self)
            guard let document = try? JSON(parsing: text.utf8),
                let report = try? ResultVerification.check(
                    document, spec: CodecJob.all[number].spec)
            else { return false }
            if !report.isValid, text == results[number].text {
                throw Finding("a right result is found wrong: \(report.findings)")
            }
            return true
        })

    /// The result of each job but the last, whose bracket is not its own.
    private static let results: [ResultDocument] = CodecJob.all.dropLast().map { job in
        var machine = JobMachine(job: job.job)
        let evaluator = RangeEvaluator(job: job.job)
        while let round = machine.currentRound {
            for range in machine.missing() {
                _ = machine.merge(evaluator.evaluate(round: round, range: range))
            }
        }
        return JobCompiler.document(
            machine.result!, job.spec, jobDigest: JobCompiler.digest(job.spec, JobResources()))
    }
}
