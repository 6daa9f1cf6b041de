// SPDX-License-Identifier: Apache-2.0

/// The result of a job as the JSON that people and programs read; fields and order are in
/// `docs/results.md`.
///
/// The primary selection, first utility and first quantile, stands at the top level; the others are
/// in `further`, with the same fields.
public struct ResultJSON: Sendable {
    private let result: JobResult
    private let spec: JobSpec

    /// The document of a result.
    public init(_ result: JobResult, spec: JobSpec) {
        self.result = result
        self.spec = spec
    }

    /// What the digest is taken of: everything below `digest` but the timings, on one line.
    public var canonicalText: String { JSON.object(body).text() }

    /// The whole document.
    ///
    /// - Parameters:
    ///   - id: the job's, nil for none.
    ///   - state: of the job: `done`, or what it stopped at.
    ///   - digest: SHA-256 of the UTF-8 of ``canonicalText``, in hexadecimal.
    ///   - timings: seconds and what else differs between runs; no part of the digest.
    public func document(
        id: String?, state: String = "done", digest: String, timings: [(String, JSON)] = []
    ) -> JSON {
        let head: [(String, JSON)] = [
            ("version", .integer(1)), ("job", spec.identity),
            ("id", id.map { .string($0) } ?? .null), ("state", .string(state)),
            ("digest", .string(digest)),
        ]
        return .object(head + body + [("timings", .object(timings))])
    }

    private var body: [(String, JSON)] {
        if let estimate = result.estimate {
            return [
                ("issued", .integer(result.issued)),
                ("evaluations", .integer(result.evaluations)), ("estimate", json(estimate)),
            ] + rest
        }
        let table = AnalysisTable(of: result, job: spec.job)
        if let table, spec.job.audit == nil {
            return [
                ("issued", .integer(result.issued)),
                ("evaluations", .integer(result.evaluations)), (table.name, table.json),
            ] + rest
        }
        let primary = fields(result.selections[0])
        var members: [(String, JSON)] = [
            ("issued", .integer(result.issued)), primary[0],
            ("evaluations", .integer(result.evaluations)),
        ]
        members += primary.dropFirst()
        members += [
            ("further", .array(result.selections.dropFirst().map { .object(fields($0)) })),
            ("components", .array(spec.job.base.componentNames.map { .string($0) })),
        ]
        if let table { members.append((table.name, table.json)) }
        members += histograms
        return members + rest
    }

    /// Those that the job asks for, by name.
    private var histograms: [(String, JSON)] {
        guard !result.histograms.isEmpty else { return [] }
        func object(_ functions: [NamedUtility], _ part: ArraySlice<Histogram>) -> JSON {
            .object(zip(functions, part).map { ($0.name, $1.json) })
        }
        let utilities = spec.job.utilities.count
        return [
            (
                "histograms",
                .object([
                    ("utilities", object(spec.job.utilities, result.histograms[..<utilities])),
                    ("costs", object(spec.job.costs, result.histograms[utilities...])),
                ])
            )
        ]
    }

    private func json(_ estimate: ProbabilityEstimate) -> JSON {
        .object([
            ("p", .number(estimate.p)), ("log_p", .number(estimate.logP)),
            (
                "log_p_interval",
                .array([
                    .number(estimate.logInterval.lower), .number(estimate.logInterval.upper),
                ])
            ), ("log_p_unit", .string("nat")),
            (
                "interval",
                .array([.number(estimate.interval.lower), .number(estimate.interval.upper)])
            ),
            ("confidence", .number(estimate.confidence)), ("cv", .number(estimate.variation)),
            ("effective_samples", .number(estimate.effective)),
            ("naive_floor", .number(estimate.naiveFloor)),
            ("method", .string(spec.job.settings.method.name)),
        ])
    }

    private var rest: [(String, JSON)] {
        var diagnostics: [(String, JSON)] = result.diagnostics.map { ($0.name, .number($0.value)) }
        var warnings = result.warnings
        if let chosen = spec.chosen {
            diagnostics += [
                ("method", .string(chosen.name)), ("because", .string(chosen.because)),
            ]
            if chosen.isOverBudget {
                warnings.append(
                    JobWarning(
                        "over-budget",
                        "no method keeps to the budget of \(chosen.budget) evaluations; the cheapest "
                            + "was taken"))
            }
        }
        let usage = spec.job.texts.isEmpty ? nil : result.usage
        let hidden = result.hidden.map { part in
            JSON.object([
                ("mass", .number(part.mass)), ("share", .number(part.share)),
                ("adds", .number(part.adds)),
            ])
        }
        let could = hidden.isEmpty ? [] : [("could_hide", JSON.array(hidden))]
        return (usage.map { [("usage", json($0))] } ?? []) + could + [
            ("diagnostics", .object(diagnostics)),
            (
                "warnings",
                .array(
                    warnings.map {
                        .object([("code", .string($0.code)), ("message", .string($0.message))])
                    })
            ),
        ]
    }

    /// A selection's members.
    func fields(_ selection: SelectionResult) -> [(String, JSON)] {
        func interval(_ interval: Interval?) -> JSON {
            interval.map { .array([.number($0.lower), .number($0.upper)]) } ?? .null
        }
        let threshold = selection.threshold
        let utility = selection.utility
        let tieKept: [(String, JSON)] =
            selection.tieKept.map { [("tie_kept", .integer($0))] } ?? []
        return [
            ("kept", .integer(selection.kept)), ("invalid", .integer(selection.invalid)),
            ("tie_mass", .number(selection.tieMass)),
        ] + tieKept + [
            (
                "threshold",
                .object([
                    ("value", .number(threshold.value)), ("interval", interval(threshold.interval)),
                    ("confidence", .number(threshold.confidence)),
                    ("tail_mass", .number(threshold.tailMass)),
                    ("tail_mass_interval", interval(threshold.tailMassInterval)),
                ])
            ),
            (
                "utility",
                .object(
                    (utility.measured.map { [("measured", .integer($0))] } ?? []) + [
                        ("mean", .number(utility.mean)), ("sd", .number(utility.standardDeviation)),
                        ("top_mean", .number(utility.topMean)),
                        ("top_mean_interval", interval(utility.topMeanInterval)),
                        ("max", .number(utility.maximum)),
                        ("tail_index", utility.tailIndex.map { .number($0.value) } ?? .null),
                        (
                            "tail_index_interval",
                            interval(utility.tailIndex?.interval)
                        ),
                    ])
            ),
            (
                "costs",
                .object(
                    selection.costs.map { cost in
                        let bound: JSON = cost.bound.map { .number($0) } ?? .null
                        let limit = cost.bound == nil ? nil : cost.limit
                        return (
                            cost.name,
                            .object([
                                ("base", .number(cost.base)),
                                ("base_limit", limit.map { .number($0.value) } ?? .null),
                                ("top", .number(cost.top)), ("bound", bound),
                                (
                                    "bound_kind",
                                    limit.map { .string($0.isProved ? "limit" : "estimate") }
                                        ?? .null
                                ),
                            ])
                        )
                    })
            ),
            ("certificate", certificate(selection.certificate)),
            ("draws", .array(selection.draws.map(draw))),
            ("utility_name", .string(selection.utilityName)),
            ("quantile", selection.quantile.map { .number($0) } ?? .null),
        ]
    }

    private func certificate(_ certificate: Certificate) -> JSON {
        .object(
            [
                ("amplification", .number(certificate.amplification)),
                ("kind", .string(certificate.kind.rawValue)),
                ("confidence", certificate.confidence.map { .number($0) } ?? .null),
            ]
                + (certificate.jointAmplification.map { [("joint_amplification", .number($0))] }
                    ?? [])
                + [
                    ("rule", .string(certificate.rule))
                ] + (certificate.together.map { [("together", .number($0))] } ?? []) + [
                    ("bits", .number(certificate.bits)),
                    ("gate", certificate.gate.map { .number($0) } ?? .null),
                    ("fallback", .number(certificate.fallback)),
                    ("issued", .integer(certificate.issued)), ("kept", .integer(certificate.kept)),
                ] + (certificate.scope.map { [("scope", .string($0))] } ?? []) + [
                    ("statement", .string(statement(certificate)))
                ])
    }

    /// What the certificate promises, and where the job has several of them, what choosing one costs.
    private func statement(_ certificate: Certificate) -> String {
        let count = spec.job.selections.count
        guard count > 1, certificate.kind != .none else { return certificate.statement }
        let choosing =
            " It is for a selection that was chosen before its result was seen: whoever picks one of "
            + "these \(count) afterwards has at most the sum of their numbers."
        return certificate.statement.hasSuffix(choosing)
            ? certificate.statement : certificate.statement + choosing
    }

    private func draw(_ draw: Draw) -> JSON {
        var members: [(String, JSON)] = [
            ("index", .integer(draw.index)), ("utility", .number(draw.utility)),
            ("value", .array(draw.value.map { .number($0) })), ("fallback", .bool(draw.fallback)),
        ]
        if let record = draw.record, spec.job.recorded?.writing != nil || record.failure != nil {
            members += [
                ("text", record.text.map { .string($0) } ?? .null),
                ("tokens", .array(record.tokens.map { .string($0.text) })),
                ("logprobs", .array(record.tokens.map { .number($0.logProbability) })),
                ("failure", record.failure.map { .string($0.name) } ?? .null),
            ]
        }
        return .object(members)
    }

    /// What drawing a recorded base took.
    private func json(_ usage: RecordUsage) -> JSON {
        let failures = RecordFailure.allCases.filter { usage.failures[Int($0.rawValue)] > 0 }
        return .object([
            ("redrawn", .integer(usage.redrawn)),
            ("failed", .integer(usage.failed)),
            (
                "failures",
                .object(failures.map { ($0.name, .integer(usage.failures[Int($0.rawValue)])) })
            ),
            ("prompt_tokens", .integer(usage.promptTokens)),
            ("completion_tokens", .integer(usage.completionTokens)),
            ("judge_tokens", .integer(usage.judgeTokens)),
            ("spend", spec.job.recorded?.spend(usage).map { .number($0) } ?? .null),
        ])
    }
}
