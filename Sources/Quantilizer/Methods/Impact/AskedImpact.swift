// SPDX-License-Identifier: Apache-2.0

/// `method: impact`, its variable and bins.
struct AskedImpact: AskedMethod {
    static let name = "impact"

    var width: Double?
    var variable: JobNode

    var auxiliary: (key: String, path: String, node: JobNode)? {
        ("impact", "method.impact.of", variable)
    }

    static func read(
        _ node: JobNode, _ surroundings: MethodSurroundings
    ) throws(JobError) -> AskedImpact {
        var map = JobMapping(node, path: "method.impact", keys: ["of", "width"])
        if !map.has("of") {
            map.note(nil, "missing key `of`: the variable whose law is capped, a formula")
        }
        let width = map.has("width") ? map.double("width", in: .positive) : nil
        try map.finish()
        return AskedImpact(width: width, variable: map["of"] ?? node)
    }

    func numbers(_ keys: inout MethodKeys) -> MethodNumbers? {
        keys.oneUtility(name)
        return keys.exactSamples(.impact(width: width))
    }
}
