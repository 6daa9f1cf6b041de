// SPDX-License-Identifier: Apache-2.0

extension JobNode {
    /// The same tree with a node at a path of keys and list positions.
    ///
    /// - Throws: where the path does not lead on.
    func setting(
        _ keys: [String], to value: JobNode, path: String
    ) throws(JobError) -> JobNode {
        guard let key = keys.first else { return value }
        let rest = Array(keys.dropFirst())
        var result = self
        func lost(_ message: String) -> JobError {
            JobError(at: value.position, path: "sweep.over.\(path)", message)
        }
        switch content {
        case .mapping(var entries):
            if let place = entries.firstIndex(where: { $0.key == key }) {
                entries[place].value = try entries[place].value.setting(rest, to: value, path: path)
            } else if rest.isEmpty {
                entries.append((key, value.position, value))
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
            items[place] = try items[place].setting(rest, to: value, path: path)
            result.content = .sequence(items)
        case .null:
            let inner = try JobNode(.null, at: position).setting(rest, to: value, path: path)
            result.content = .mapping([(key, value.position, inner)])
        case .scalar(let name, quoted: false) where name == key:
            // A bare base name, as in `base: normal`.
            let inner = try JobNode(.null, at: position).setting(rest, to: value, path: path)
            result.content = .mapping([(key, value.position, inner)])
        case .scalar: throw lost("there is no `\(key)` in \(words)")
        }
        return result
    }
}
