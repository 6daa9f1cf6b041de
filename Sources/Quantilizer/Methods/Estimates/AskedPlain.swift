// SPDX-License-Identifier: Apache-2.0

/// `method: plain`.
struct AskedPlain: AskedMethod {
    static let declaration = SettingsDeclaration(
        .method, "plain",
        "Counts base samples, the job's `samples` of them (1e6): the default of events.",
        also: ["monte-carlo"], of: .always, page: "methods/events.md")

    static let nature = MethodNature(takesReplayed: true)

    static func read(_ map: inout JobMapping, _ surroundings: MethodSurroundings) -> AskedPlain {
        AskedPlain()
    }

    func numbers(_ keys: inout MethodKeys) -> MethodNumbers? {
        let count = UInt64(keys.samples ?? 1_000_000)
        return .estimate(.plain, samples: count, asked: ("samples", .integer(count)))
    }
}
