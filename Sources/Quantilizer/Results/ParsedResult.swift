// SPDX-License-Identifier: Apache-2.0

/// A result document that was read: the values that ``ResultJSON`` wrote, for printers and for whoever
/// checks it. Members are described in `docs/results.md`.
///
/// It has what the document has and no more: spreads and samples that only certificates and sweeps are
/// made of are NaN and none here.
public struct ParsedResult: Sendable {
    /// The document's version.
    public let version: UInt64
    /// The job, normalised.
    public let job: JSON
    /// The beginning of the job's digest; nil where the document has none.
    public let id: String?
    /// `done`.
    public let state: String
    /// The digest as it stands there.
    public let digest: String
    /// What was found.
    public let result: JobResult
    /// The method that an estimate names.
    public let method: String?
    /// Names of a value's components, empty where they have none.
    public let components: [String]
    /// Diagnostics that are texts: the method that `auto` chose, and why.
    public let reasons: [(name: String, text: String)]
    /// How utilities lie over the base, by name, where the job asks for it.
    public let utilityHistograms: [(name: String, histogram: Histogram)]
    /// How costs lie likewise.
    public let costHistograms: [(name: String, histogram: Histogram)]
    /// What texts cost.
    public let spend: Double?
    /// What depends on the run and not on the job.
    public let timings: [(name: String, value: JSON)]

    /// Reads a document.
    ///
    /// - Throws: where a member is missing or of another kind, with its path.
    ///
    /// **Complexity**: O(values).
    public init(_ json: JSON) throws(JobError) {
        let document = DocumentNode(json)
        version = try document.member("version").count()
        guard version == 1 else {
            throw JobError(
                at: nil, path: "version",
                "this is a result document of version \(version); this release reads version 1")
        }
        job = try document.member("job").json
        id = try Self.read(document.optional("id")) { node throws(JobError) in try node.text() }
        state = try document.member("state").text()
        digest = try document.member("digest").text()
        components =
            try Self.read(document.optional("components")) { node throws(JobError) in
                try node.texts()
            } ?? []
        let estimate = document.optional("estimate")
        method = try Self.read(estimate) { node throws(JobError) in
            try node.member("method").text()
        }
        utilityHistograms = try Self.histograms("utilities", of: document)
        costHistograms = try Self.histograms("costs", of: document)
        let usage = document.optional("usage")
        spend = try Self.read(usage?.optional("spend")) { node throws(JobError) in
            try node.double()
        }
        timings = try document.member("timings").members().map { ($0.name, $0.value.json) }
        var numbers: [(name: String, value: Double)] = []
        var reasons: [(name: String, text: String)] = []
        for (name, value) in try document.member("diagnostics").members() {
            if let text = Self.word(value.json) {
                reasons.append((name, text))
            } else {
                numbers.append((name, try value.double()))
            }
        }
        self.reasons = reasons
        var warnings: [JobWarning] = []
        for warning in try document.member("warnings").elements() {
            warnings.append(
                JobWarning(
                    try warning.member("code").text(), try warning.member("message").text()))
        }
        var selections: [SelectionResult] = []
        if document.optional("certificate") != nil {
            for node in [document] + (try document.member("further").elements()) {
                selections.append(try SelectionResult(node))
            }
        }
        var hidden: [HiddenPart] = []
        for part in try document.optional("could_hide")?.elements() ?? [] {
            hidden.append(
                HiddenPart(
                    mass: try part.member("mass").double(),
                    share: try part.member("share").double()))
        }
        let evaluations = try document.member("evaluations").count()
        result = JobResult(
            issued: try document.member("issued").count(), evaluations: evaluations,
            selections: selections,
            estimate: try Self.read(estimate) { node throws(JobError) in
                try ProbabilityEstimate(node, evaluations: evaluations)
            }, table: try AnalysisTable(within: document), diagnostics: numbers,
            warnings: warnings,
            usage: try Self.read(usage) { node throws(JobError) in try RecordUsage(node) },
            hidden: hidden)
    }

    private static func read<Value>(
        _ node: DocumentNode?, _ body: (DocumentNode) throws(JobError) -> Value
    ) throws(JobError) -> Value? {
        guard let node else { return nil }
        return try body(node)
    }

    /// A text that is no word for a number.
    private static func word(_ json: JSON) -> String? {
        guard case .string(let text) = json, !["nan", "inf", "-inf"].contains(text) else {
            return nil
        }
        return text
    }
}

extension SelectionResult {
    /// Reads a selection's members.
    init(_ node: DocumentNode) throws(JobError) {
        var costs: [CostStatistics] = []
        for (name, cost) in try node.member("costs").members() {
            let limit = try cost.optional("base_limit")?.double()
            let isProved = try cost.optional("bound_kind")?.text() == "limit"
            costs.append(
                CostStatistics(
                    name: name, base: try cost.member("base").double(), deviation: .nan,
                    limit: limit.map { MeanLimit(value: $0, isProved: isProved) },
                    top: try cost.member("top").double(), kept: KeptMean([]), measured: 0,
                    bound: try cost.optional("bound")?.double()))
        }
        var draws: [Draw] = []
        for draw in try node.member("draws").elements() { draws.append(try Draw(draw)) }
        let threshold = try node.member("threshold")
        let utility = try node.member("utility")
        self.init(
            utilityName: try node.member("utility_name").text(),
            quantile: try node.optional("quantile")?.double(),
            kept: try node.member("kept").count(), invalid: try node.member("invalid").count(),
            tieMass: try node.member("tie_mass").double(),
            tieKept: try node.optional("tie_kept")?.count(),
            threshold: ThresholdEstimate(
                value: try threshold.member("value").double(),
                interval: try threshold.optional("interval")?.interval(),
                confidence: try threshold.member("confidence").double(),
                tailMass: try threshold.member("tail_mass").double(),
                tailMassInterval: try threshold.member("tail_mass_interval").interval()),
            utility: UtilityStatistics(
                mean: try utility.member("mean").double(),
                standardDeviation: try utility.member("sd").double(),
                topMean: try utility.member("top_mean").double(),
                topMeanInterval: try utility.optional("top_mean_interval")?.interval(),
                maximum: try utility.member("max").double(), kept: KeptMean([]),
                tailIndex: try TailEstimate(within: utility),
                measured: try utility.optional("measured")?.count()),
            costs: costs, certificate: try Certificate(try node.member("certificate")),
            draws: draws)
    }
}

extension TailEstimate {
    /// The index of a utility; nil where it has none.
    init?(within utility: DocumentNode) throws(JobError) {
        guard let value = utility.optional("tail_index") else { return nil }
        self.init(
            value: try value.double(),
            interval: try utility.member("tail_index_interval").interval())
    }
}

extension MeanLimit {
    /// A limit as it is said.
    init(value: Double, isProved: Bool) {
        self.value = value
        self.isProved = isProved
    }
}

extension HiddenPart {
    /// A part as it is said.
    init(mass: Double, share: Double) {
        self.mass = mass
        self.share = share
    }
}

extension Certificate {
    /// Reads a certificate.
    init(_ node: DocumentNode) throws(JobError) {
        let kind = try node.member("kind")
        guard let sense = Kind(rawValue: try kind.text()) else {
            throw JobError(at: nil, path: kind.path, "not a result document: an unknown kind")
        }
        self.init(
            amplification: try node.member("amplification").double(), kind: sense,
            confidence: try node.optional("confidence")?.double(),
            rule: try node.member("rule").text(), gate: try node.optional("gate")?.double(),
            fallback: try node.member("fallback").double(),
            scope: try node.optional("scope")?.text(), issued: try node.member("issued").count(),
            kept: try node.member("kept").count(), statement: try node.member("statement").text(),
            jointAmplification: try node.optional("joint_amplification")?.double(),
            together: try node.optional("together")?.double())
    }
}

extension Draw {
    /// Reads a draw, with its record where it is one of texts.
    init(_ node: DocumentNode) throws(JobError) {
        let value = try node.member("value").doubles()
        var record: SampleRecord?
        if node.json["text"] != nil {
            let tokens = try node.member("tokens").texts()
            let logs = try node.member("logprobs").doubles()
            guard tokens.count == logs.count else {
                throw JobError(
                    at: nil, path: node.path + ".tokens", "as many `logprobs` as tokens must stand")
            }
            var failure: RecordFailure?
            if let name = try node.optional("failure")?.text() {
                failure = RecordFailure.allCases.first { $0.name == name }
                guard failure != nil else {
                    throw JobError(
                        at: nil, path: node.path + ".failure", "an unknown failure `\(name)`")
                }
            }
            record = SampleRecord(
                value: value, text: try node.optional("text")?.text(),
                tokens: zip(tokens, logs).map { SampleRecord.Token($0, $1) }, failure: failure)
        }
        self.init(
            index: try node.member("index").count(), utility: try node.member("utility").double(),
            value: value, fallback: try node.member("fallback").truth(), record: record)
    }
}

extension ProbabilityEstimate {
    /// Reads an estimate; what others imply is worked out again.
    init(_ node: DocumentNode, evaluations: UInt64) throws(JobError) {
        self.init(
            p: try node.member("p").double(), interval: try node.member("interval").interval(),
            confidence: try node.member("confidence").double(),
            variation: try node.member("cv").double(),
            effective: try node.member("effective_samples").double(), evaluations: evaluations)
    }
}

extension AnalysisTable {
    /// Members of a document that are such tables.
    static let names = ["sweep", "audit", "attack", "search"]

    /// Reads the table of a document; nil where it has none.
    init?(within document: DocumentNode) throws(JobError) {
        guard let name = Self.names.first(where: { document.optional($0) != nil }) else {
            return nil
        }
        let node = try document.member(name)
        let columns = try node.member("columns").texts()
        var rows: [[JSON]] = []
        for row in try node.member("rows").elements() {
            let cells = try row.elements()
            guard cells.count == columns.count else {
                throw JobError(
                    at: nil, path: row.path, "a row must have \(columns.count) cells, as columns")
            }
            rows.append(cells.map(\.json))
        }
        self.init(
            name: name,
            facts: try node.member("facts").members().map { ($0.name, $0.value.json) },
            columns: columns, rows: rows)
    }
}

extension RecordUsage {
    /// Reads what drawing took.
    init(_ node: DocumentNode) throws(JobError) {
        self.init()
        redrawn = try node.member("redrawn").count()
        promptTokens = try node.member("prompt_tokens").count()
        completionTokens = try node.member("completion_tokens").count()
        judgeTokens = try node.member("judge_tokens").count()
        for (name, count) in try node.member("failures").members() {
            guard let failure = RecordFailure.allCases.first(where: { $0.name == name }) else {
                throw JobError(at: nil, path: count.path, "an unknown failure")
            }
            failures[Int(failure.rawValue)] = try count.count()
        }
    }
}
