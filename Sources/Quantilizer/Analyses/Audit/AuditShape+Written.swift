// SPDX-License-Identifier: Apache-2.0

extension AuditShape {
    /// The audit as a job file has it.
    var normalised: JSON {
        var members: [(String, JSON)] = []
        if !harms.isEmpty {
            members.append(("harm", .object(harms.map { ($0.name, .string($0.source)) })))
        }
        if let labels {
            members.append(
                (
                    "labels",
                    .object([("file", .string(labels.file)), ("column", .string(labels.column))])
                ))
        }
        if !components.isEmpty { members.append(("components", .bool(true))) }
        return .object(members)
    }
}
