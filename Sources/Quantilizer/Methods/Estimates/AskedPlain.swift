// SPDX-License-Identifier: Apache-2.0

/// `method: plain`.
struct AskedPlain: AskedMethod {
    static let name = "plain"

    var estimating: Estimating { .always }

    static func read(
        _ node: JobNode, _ surroundings: MethodSurroundings
    ) throws(JobError) -> AskedPlain {
        try JobMapping(node, path: "method.plain", keys: []).finish()
        return AskedPlain()
    }

    func numbers(_ keys: inout MethodKeys) -> MethodNumbers? {
        let count = UInt64(keys.samples ?? 1_000_000)
        return .estimate(.plain, samples: count, asked: ("samples", .integer(count)))
    }
}
