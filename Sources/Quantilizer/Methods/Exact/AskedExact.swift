// SPDX-License-Identifier: Apache-2.0

/// `method: exact`.
struct AskedExact: AskedMethod {
    static let name = "exact"

    static func read(
        _ node: JobNode, _ surroundings: MethodSurroundings
    ) throws(JobError) -> AskedExact {
        try JobMapping(node, path: "method.exact", keys: []).finish()
        return AskedExact()
    }

    func numbers(_ keys: inout MethodKeys) -> MethodNumbers? { keys.exact(.exact) }
}
