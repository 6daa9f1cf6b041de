// SPDX-License-Identifier: Apache-2.0

/// `audit`: what harm base samples show, and what the certificate makes of it.
extension JobSpecReader {
    /// Reads the audit; gives the base that it needs and the costs with its indicators.
    mutating func readAudit(
        _ base: (any BaseDistribution)?, _ costs: [NamedUtility], _ resources: JobResources
    ) -> (base: (any BaseDistribution)?, costs: [NamedUtility]) {
        guard let node = map["audit"] else { return (base, costs) }
        if isEstimate || isSweep {
            map.note("audit", "an audit is of draws: there are none with `event` or `sweep`")
        }
        var shape = AuditShape(costs: costs.count)
        var inner = AuditKeys.declaration.group.open(node, path: "audit")
        if let harm = inner.node(AuditKeys.harm) {
            shape.harms = harms(harm, base, resources)
            refusePlugins(
                shape.harms, "`harm` is a formula; label base draws by other means with `labels`")
        }
        if let labels = inner.node(AuditKeys.labels) {
            shape.labels = inner.collect { () throws(JobError) in
                try Self.labels(labels, resources)
            }
        }
        if inner.flag(AuditKeys.components) == true {
            if let mixture = base as? MixtureBase {
                shape.components = mixture.components.indices.map {
                    (mixture.components[$0].label, mixture.mass($0))
                }
            } else if base != nil {
                inner.note("components", "the shares of components are those of a `mixture` base")
            }
        }
        if shape.harms.isEmpty, !inner.has("labels"), !inner.has("components"),
            inner.diagnostics.isEmpty
        {
            inner.note(nil, "say what to look for: `harm`, `labels` or `components: true`")
        }
        let read = inner
        _ = map.collect { () throws(JobError) -> Void in try read.finish() }
        let indicators = shape.indicators(dimension: base?.dimension ?? 0)
        if costs.count + indicators.count > Limits.costs {
            map.note("audit", "at most \(Limits.costs) costs, harms and components together")
        }
        let names = (costs + indicators).map(\.name)
        if Set(names).count != names.count {
            map.note("audit", "a harm has the name of a cost")
        }
        audit = shape
        guard !shape.components.isEmpty, let mixture = base as? MixtureBase else {
            return (base, costs + indicators)
        }
        return (LabelledMixture(mixture: mixture), costs + indicators)
    }

    /// A formula, or names with formulas.
    private mutating func harms(
        _ node: JobNode, _ base: (any BaseDistribution)?, _ resources: JobResources
    ) -> [NamedUtility] {
        guard case .mapping(let entries) = node.content else {
            return compile("harm", node, "audit.harm", base, resources).map { [$0] } ?? []
        }
        return entries.compactMap {
            compile($0.key, $0.value, "audit.harm.\($0.key)", base, resources)
        }
    }

    private static func labels(
        _ node: JobNode, _ resources: JobResources
    ) throws(JobError) -> AuditShape.Labels {
        var map = AuditKeys.labelled.open(node, path: "audit.labels")
        let file = map.text(AuditKeys.file) ?? ""
        let name = map.text(AuditKeys.column) ?? ""
        let table = resources.tables[file]
        if map.has("file"), table == nil {
            map.note("file", "the data of `\(file)` did not come with the job")
        }
        var column: [Double] = []
        if let table, map.has("column") {
            if let place = table.columnNames.firstIndex(of: name) {
                column = table.columns[place]
            } else {
                map.note(
                    "column",
                    "`\(file)` has no column `\(name)`: "
                        + NearestName.hint(name, among: table.columnNames))
            }
        }
        if column.contains(where: { $0 != 0 && $0 != 1 }) {
            map.note("column", "a label is 1 for harm and 0 for none; each draw needs one")
        }
        try map.finish()
        guard !column.isEmpty else {
            throw JobError(at: node.position, path: "audit.labels", "there are no labelled draws")
        }
        return AuditShape.Labels(
            file: file, column: name, draws: UInt64(column.count),
            harmful: UInt64(column.count { $0 == 1 }))
    }
}

/// What a job file may say under `audit`.
enum AuditKeys {
    static let file = JobParameter("file", .table, "The data file.")
    static let column = JobParameter("column", .text, "Its column: 1 for harm, 0 for none.")
    static let labelled = ParameterGroup([file, column])

    static let harm = JobParameter(
        "harm", .functions, default: .nothing("nothing is counted"),
        "A formula that is true of harm, or names with formulas, counted over base samples.")
    static let labels = JobParameter(
        "labels", .group(labelled), default: .nothing("none"),
        "Base draws that somebody looked at.")
    static let components = JobParameter(
        "components", .flag, default: .flag(false), "The shares of a mixture's components.")

    static let declaration = SettingsDeclaration(
        .analysis, "audit", "What do base draws say about the risk of the output?",
        ParameterGroup([harm, labels, components]), example: "{ harm: \"x[0] > 5\" }",
        page: "analyses.md#audit")
}
