// SPDX-License-Identifier: Apache-2.0
public import Quantilizer
import Yams

/// The text of a job file, YAML or JSON (a subset of it), as a tree with places.
public enum JobText {
    /// The largest job file, in bytes.
    public static let maximumBytes = 4 << 20
    /// The most nodes a job may have after aliases are expanded.
    public static let maximumNodes = 1_000_000
    /// The deepest nesting of lists and mappings.
    public static let maximumDepth = 64

    /// Parses one document.
    ///
    /// - Throws: `JobError` with the line and column of the first thing that is not YAML or JSON.
    ///
    /// **Complexity**: O(bytes); aliases that expand past ``maximumNodes`` are refused.
    public static func parse(_ text: String) throws(JobError) -> JobNode {
        guard text.utf8.count <= maximumBytes else {
            throw JobError(
                at: nil, path: "",
                "the job has \(text.utf8.count) bytes; the most is \(maximumBytes). "
                    + "Put data into a CSV file and name it under base: empirical")
        }
        let root: Node?
        do {
            root = try compose(yaml: text)
        } catch let error as YamlError {
            throw diagnose(error, text)
        } catch {
            throw JobError(at: nil, path: "", "not YAML or JSON: \(error)")
        }
        guard let root else {
            throw JobError(
                at: SourcePosition(line: 1, column: 1), path: "",
                "the job is empty; `qpool init` writes one to start from")
        }
        var left = maximumNodes
        return try convert(root, depth: 0, left: &left)
    }

    private static func convert(
        _ node: Node, depth: Int, left: inout Int
    ) throws(JobError) -> JobNode {
        let position = place(node.mark)
        left -= 1
        guard left >= 0 else {
            throw JobError(at: position, path: "", "more than \(maximumNodes) values in one job")
        }
        guard depth <= maximumDepth else {
            throw JobError(at: position, path: "", "nested deeper than \(maximumDepth) levels")
        }
        switch node {
        case .scalar(let scalar):
            let quoted = scalar.style != .plain && scalar.style != .any
            if !quoted, ["", "~", "null", "Null", "NULL"].contains(scalar.string) {
                return JobNode(.null, at: position)
            }
            return JobNode(.scalar(scalar.string, quoted: quoted), at: position)
        case .sequence(let sequence):
            var items: [JobNode] = []
            items.reserveCapacity(sequence.count)
            for item in sequence {
                items.append(try convert(item, depth: depth + 1, left: &left))
            }
            return JobNode(.sequence(items), at: position)
        case .mapping(let mapping):
            var pairs: [(key: String, keyPosition: SourcePosition, value: JobNode)] = []
            for (key, value) in mapping {
                guard case .scalar(let name) = key else {
                    throw JobError(at: place(key.mark), path: "", "a key must be a plain name")
                }
                pairs.append(
                    (
                        name.string, place(key.mark),
                        try convert(value, depth: depth + 1, left: &left)
                    ))
            }
            return JobNode(.mapping(pairs), at: position)
        case .alias:
            throw JobError(at: position, path: "", "an alias that names no anchor")
        }
    }

    private static func place(_ mark: Mark?) -> SourcePosition {
        SourcePosition(line: mark?.line ?? 1, column: mark?.column ?? 1)
    }

    /// The place of the tab that is in the way where a line cannot be read: the one that indents it, or
    /// that stands where the mistake was seen.
    private static func tab(_ text: String, near mark: Mark) -> SourcePosition? {
        let lines = text.split(
            separator: "\n", maxSplits: mark.line, omittingEmptySubsequences: false)
        guard mark.line >= 1, mark.line <= lines.count else { return nil }
        let line = Array(lines[mark.line - 1].prefix { !$0.isNewline })
        let indent = line.prefix { $0 == " " || $0 == "\t" }
        if let place = indent.firstIndex(of: "\t") {
            return SourcePosition(line: mark.line, column: place + 1)
        }
        let seen = mark.column - 1
        guard line.indices.contains(seen), line[seen] == "\t" else { return nil }
        return SourcePosition(line: mark.line, column: mark.column)
    }

    private static func diagnose(_ error: YamlError, _ text: String) -> JobError {
        switch error {
        case .scanner(_, _, let mark, _) where tab(text, near: mark) != nil,
            .parser(_, _, let mark, _) where tab(text, near: mark) != nil:
            return JobError(
                at: tab(text, near: mark), path: "",
                "a tab stands here, and YAML indents with spaces alone: put spaces in its place")
        case .scanner(let context, let problem, let mark, _),
            .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let doing = context.map { " (\($0.text))" } ?? ""
            return JobError(at: place(mark), path: "", "not YAML or JSON: \(problem)\(doing)")
        case .reader(let problem, let offset, _, _):
            let at = offset.map { " at byte \($0)" } ?? ""
            return JobError(at: nil, path: "", "not text: \(problem)\(at); job files are UTF-8")
        case .duplicatedKeysInMapping(let duplicates, let context):
            return JobError(
                at: place(context.mark), path: "",
                "the key \(duplicates.map { "`\($0)`" }.joined(separator: ", ")) stands twice")
        default:
            return JobError(at: nil, path: "", "not YAML or JSON: \(error)")
        }
    }
}
