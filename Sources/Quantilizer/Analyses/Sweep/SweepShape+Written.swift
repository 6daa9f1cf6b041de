// SPDX-License-Identifier: Apache-2.0

extension SweepShape {
    /// The sweep as a job file has it.
    func normalised(quantiles: [Double]) -> JSON {
        var members: [(String, JSON)] = [
            ("quantiles", .array(quantiles.map { .number($0) }))
        ]
        if !axes.isEmpty {
            members.append(("over", .object(axes.map(\.normalised))))
        }
        if let value { members.append(("value", .string(costs[value].name))) }
        if let reference { members.append(("reference", .string(axes[0].word(reference)))) }
        return .object(members)
    }
}
