// SPDX-License-Identifier: Apache-2.0
import Quantilizer

/// What options of a command add to a job file's tree. Added nodes have the place of the whole.
extension JobNode {
    /// Whether a mapping has a key.
    func has(_ key: String) -> Bool {
        guard case .mapping(let entries) = content else { return false }
        return entries.contains { $0.key == key }
    }

    /// The mapping with one more key, and without some; anything else as it is.
    func adding(_ key: String, _ value: JobNode, without left: Set<String> = []) -> JobNode {
        guard case .mapping(let entries) = content else { return self }
        return JobNode(
            .mapping(entries.filter { !left.contains($0.key) } + [(key, position, value)]),
            at: position)
    }

    /// A mapping at this node's place.
    func mapping(_ entries: [(key: String, value: JobNode)]) -> JobNode {
        JobNode(.mapping(entries.map { ($0.key, position, $0.value) }), at: position)
    }

    /// A scalar at this node's place.
    func scalar(_ text: String, quoted: Bool = false) -> JobNode {
        JobNode(.scalar(text, quoted: quoted), at: position)
    }
}
