// SPDX-License-Identifier: Apache-2.0

/// The usual names of bases and of their keys in the place of others that the field uses, so that
/// `gaussian: { mu: 0 }` and `normal: { mean: 0 }` are one job.
struct UsualNames {
    /// Names of bases that a program adds: they stand before other names of built-in ones.
    var added: Set<String> = []

    private func declaration(_ name: String) -> BaseDeclaration? {
        added.contains(name) && !BaseRegistry.names.contains(name)
            ? nil : BaseRegistry.declaration(of: name)
    }

    /// The node of a base that was read without an error.
    func base(_ node: JobNode) -> JobNode {
        var result = node
        switch node.content {
        case .scalar(let name, let quoted):
            if let found = declaration(name) {
                result.content = .scalar(found.name, quoted: quoted)
            }
        case .mapping(let entries): result.content = .mapping(entries.map { component($0, nil) })
        case .sequence, .null: break
        }
        return result
    }

    private typealias Entry = (key: String, keyPosition: SourcePosition, value: JobNode)

    /// An entry that is a base under its name, or one of its owner's parameters.
    private func component(_ entry: Entry, _ owner: BaseDeclaration?) -> Entry {
        if let parameter = owner?.parameters.first(where: { $0.allKeys.contains(entry.key) }) {
            return (parameter.key, entry.keyPosition, value(entry.value, parameter.kind))
        }
        guard let found = declaration(entry.key) else { return entry }
        return (found.name, entry.keyPosition, parameters(entry.value, found))
    }

    /// What stands behind a base's name.
    private func parameters(_ node: JobNode, _ base: BaseDeclaration) -> JobNode {
        var result = node
        switch (node.content, base.form) {
        case (.mapping(let entries), .parameters):
            result.content = .mapping(
                entries.map { entry in
                    let known = base.parameters.first { $0.allKeys.contains(entry.key) }
                    guard let known else { return entry }
                    return (known.key, entry.keyPosition, value(entry.value, known.kind))
                })
        case (.mapping, .other): return bases(node)
        case (.sequence(let components), .other):
            result.content = .sequence(
                components.map { node in
                    guard case .mapping(let entries) = node.content else { return node }
                    return JobNode(
                        .mapping(entries.map { component($0, base) }), at: node.position)
                })
        case (.sequence, .parameters), (.scalar, _), (.null, _): break
        }
        return result
    }

    private func value(_ node: JobNode, _ kind: JobParameter.Kind) -> JobNode {
        switch kind {
        case .base: base(node)
        case .bases: bases(node)
        default: node
        }
    }

    /// Names of the job's own with bases.
    private func bases(_ node: JobNode) -> JobNode {
        guard case .mapping(let entries) = node.content else { return node }
        return JobNode(
            .mapping(entries.map { ($0.key, $0.keyPosition, base($0.value)) }), at: node.position)
    }

    /// The keys of a path into a base, such as `["gaussian", "sigma"]`.
    ///
    /// The same walk over a tree that holds the path and nothing else says which keys are whose.
    func path(_ keys: [String]) -> [String] {
        let none = SourcePosition(line: 0, column: 0)
        let end = JobNode(.null, at: none)
        // A place in a list stands for itself: the list of the path has one element.
        let tree = keys.reversed().reduce(end) { inner, key in
            JobNode(
                Int(key) == nil ? .mapping([(key, none, inner)]) : .sequence([inner]), at: none)
        }
        var usual: [String] = []
        var node = base(tree)
        for key in keys {
            switch node.content {
            case .mapping(let entries):
                usual.append(entries[0].key)
                node = entries[0].value
            case .sequence(let items):
                usual.append(key)
                node = items[0]
            case .scalar, .null: return keys
            }
        }
        return usual
    }
}
