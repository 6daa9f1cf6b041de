// SPDX-License-Identifier: Apache-2.0

extension JobNode {
    /// The same tree with a node at a path of keys and list positions.
    ///
    /// - Parameters:
    ///   - keys: the path.
    ///   - value: the node.
    ///   - path: the whole path as it was written, for the error.
    ///   - origin: what stands before it there.
    ///   - makesKeys: whether keys on the way that are missing are made.
    /// - Throws: where the path does not lead on.
    public func setting(
        _ keys: [String], to value: JobNode, path: String, origin: String = "sweep.over.",
        makesKeys: Bool = false
    ) throws(JobError) -> JobNode {
        guard let key = keys.first else { return value }
        let rest = Array(keys.dropFirst())
        var result = self
        func lost(_ message: String) -> JobError {
            JobError(at: value.position, path: origin + path, message)
        }
        func inside(_ node: JobNode) throws(JobError) -> JobNode {
            try node.setting(rest, to: value, path: path, origin: origin, makesKeys: makesKeys)
        }
        switch content {
        case .mapping(var entries):
            if let place = entries.firstIndex(where: { $0.key == key }) {
                entries[place].value = try inside(entries[place].value)
            } else if rest.isEmpty || makesKeys {
                entries.append(
                    (key, value.position, try inside(JobNode(.null, at: value.position))))
            } else {
                let names = entries.map(\.key)
                throw lost(
                    "the base has no `\(key)` here: \(NearestName.hint(key, among: names))")
            }
            result.content = .mapping(entries)
        case .sequence(var items):
            guard let place = Int(key), items.indices.contains(place) else {
                throw lost("expected a place in a list of \(items.count), from 0, found `\(key)`")
            }
            items[place] = try inside(items[place])
            result.content = .sequence(items)
        case .null:
            let inner = try inside(JobNode(.null, at: position))
            result.content = .mapping([(key, value.position, inner)])
        case .scalar(let name, quoted: false) where name == key:
            // A bare base name, as in `base: normal`.
            let inner = try inside(JobNode(.null, at: position))
            result.content = .mapping([(key, value.position, inner)])
        case .scalar: throw lost("there is no `\(key)` in \(words)")
        }
        return result
    }
}
