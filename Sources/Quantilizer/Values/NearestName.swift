// SPDX-License-Identifier: Apache-2.0

/// The nearest valid name to a misspelt one, for errors.
public enum NearestName {
    /// The candidate within about a third of the name's letters, or nil. Case counts for nothing;
    /// of equally near ones the first.
    ///
    /// **Complexity**: O(candidates · letters²); names are cut at 64 letters.
    public static func find(_ name: String, among candidates: [String]) -> String? {
        let wanted = Array(name.lowercased().prefix(64))
        var best: (distance: Int, name: String)?
        for candidate in candidates {
            let d = distance(wanted, Array(candidate.lowercased().prefix(64)))
            if d < (best?.distance ?? .max) { best = (d, candidate) }
        }
        guard let best, best.distance <= max(1, wanted.count / 3) else { return nil }
        return best.name
    }

    /// ` (did you mean `x`?)`, or the list of valid names where none is near.
    ///
    /// `others` are valid too, but not listed; of these no name of one or two letters is guessed.
    public static func hint(
        _ name: String, among candidates: [String], also others: [String] = []
    ) -> String {
        if let near = find(name, among: candidates) { return "did you mean `\(near)`?" }
        if let near = find(name, among: others.filter { $0.count > 2 }) {
            return "did you mean `\(near)`?"
        }
        return "valid are \(candidates.map { "`\($0)`" }.joined(separator: ", "))"
    }

    /// Insertions, deletions, substitutions and swaps of neighbours that turn `a` into `b`
    /// (optimal string alignment).
    static func distance(_ a: [Character], _ b: [Character]) -> Int {
        var beforeLast = [Int](repeating: 0, count: b.count + 1)
        var last = Array(0...b.count)
        for i in 0..<a.count {
            var row = [i + 1]
            for j in 0..<b.count {
                var d = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
                    d = min(d, beforeLast[j - 1] + 1)
                }
                row.append(d)
            }
            beforeLast = last
            last = row
        }
        return last[b.count]
    }
}
