// SPDX-License-Identifier: Apache-2.0
public import Quantilizer

/// One change of a job before it is read: `quantile=0.1`, `base.normal.sd=[1, 2]`, `precision=` to leave a
/// key out. The value is YAML or JSON, as it would stand in the job file.
public struct JobSetting: Sendable {
    /// Where nodes stand that come from a setting and not from a file: line 0, which no file has.
    public static let position = SourcePosition(line: 0, column: 0)

    /// The path as it was written.
    public let path: String
    private let keys: [String]
    /// nil to leave the key out.
    private let value: JobNode?

    /// Reads `PATH=VALUE`; keys and places in lists are joined by dots.
    ///
    /// - Throws: where there is no path, or the value is no YAML.
    public init(_ text: String) throws(JobError) {
        guard let sign = text.firstIndex(of: "="), sign > text.startIndex else {
            throw JobError(
                at: Self.position, path: "",
                "`\(text)` is not PATH=VALUE, as quantile=0.1 or base.normal.dimension=3")
        }
        path = String(text[..<sign])
        keys = path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard !keys.contains("") else {
            throw JobError(
                at: Self.position, path: "", "`\(path)` has an empty key: write it as a.b.c")
        }
        let written = text[text.index(after: sign)...]
        if written.allSatisfy(\.isWhitespace) {
            value = nil
            return
        }
        do throws(JobError) {
            value = try JobText.parse(String(written)).at(Self.position)
        } catch {
            throw JobError(at: Self.position, path: path, error.diagnostics[0].message)
        }
    }

    /// The job with the change.
    ///
    /// - Throws: where the path does not lead on.
    public func applied(to node: JobNode) throws(JobError) -> JobNode {
        guard let value else { return node.removing(keys[...]) }
        return try node.setting(keys, to: value, path: path, origin: "", makesKeys: true)
    }
}

extension JobNode {
    /// The same tree, all of it at one place.
    fileprivate func at(_ position: SourcePosition) -> JobNode {
        let moved: Content =
            switch content {
            case .scalar, .null: content
            case .sequence(let items): .sequence(items.map { $0.at(position) })
            case .mapping(let entries):
                .mapping(entries.map { ($0.key, position, $0.value.at(position)) })
            }
        return JobNode(moved, at: position)
    }

    /// The same tree without what is at a path; where nothing is there, as it was.
    fileprivate func removing(_ keys: ArraySlice<String>) -> JobNode {
        guard case .mapping(var entries) = content, let key = keys.first,
            let place = entries.firstIndex(where: { $0.key == key })
        else { return self }
        if keys.count == 1 {
            entries.remove(at: place)
        } else {
            entries[place].value = entries[place].value.removing(keys.dropFirst())
        }
        return JobNode(.mapping(entries), at: position)
    }
}
