// SPDX-License-Identifier: Apache-2.0

/// `method: impact`, its variable and bins.
struct AskedImpact: AskedMethod {
    private static let of = JobParameter("of", .function, "The variable whose law is capped.")
    private static let width = JobParameter(
        "width", .number(.positive), default: .nothing("each value is a cell, at most 65,536"),
        unit: "the variable", "Of the variable's bins.")

    static let declaration = SettingsDeclaration(
        .method, "impact", "Caps the law of one variable in place of the law of actions.",
        ParameterGroup([of, width]), example: "{ of: \"x[0]\", width: 0.5 }",
        page: "methods/impact.md")

    static let nature = MethodNature(kept: .capped, measuresEverySample: true)

    var width: Double?
    var variable: JobNode

    var auxiliary: (name: String, key: String, node: JobNode)? {
        ("impact", Self.of.key, variable)
    }

    static func read(_ map: inout JobMapping, _ surroundings: MethodSurroundings) -> AskedImpact {
        AskedImpact(width: map.number(width), variable: map.node(of) ?? map.node)
    }

    func numbers(_ keys: inout MethodKeys) -> MethodNumbers? {
        keys.oneUtility(name)
        return keys.exactSamples(.impact(width: width))
    }
}
