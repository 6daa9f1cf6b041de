// SPDX-License-Identifier: Apache-2.0

/// `method: exact`.
struct AskedExact: AskedMethod {
    static let declaration = SettingsDeclaration(
        .method, "exact",
        "Keeps the best ⌈qN⌉ of N samples, and draws among them without replacement: the default.",
        page: "methods/exact.md")

    static let nature = MethodNature(
        kept: .best, drawsHaveReceipts: true, measuresEverySample: true, takesReplayed: true,
        takesRecorded: .always)

    static func read(_ map: inout JobMapping, _ surroundings: MethodSurroundings) -> AskedExact {
        AskedExact()
    }

    func numbers(_ keys: inout MethodKeys) -> MethodNumbers? { keys.exact(.exact) }
}
