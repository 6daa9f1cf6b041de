// SPDX-License-Identifier: Apache-2.0

/// The name that somebody may have meant.
enum FormulaNames {
    /// Whether a formula can use a name: a letter of any script or `_`, then letters, digits, marks
    /// and `_`.
    ///
    /// Reference: Unicode Standard Annex 31, "Unicode Identifiers and Syntax".
    static func isName(_ text: String) -> Bool {
        guard let first = text.unicodeScalars.first, canBegin(first) else { return false }
        return text.unicodeScalars.allSatisfy(canGoOn)
    }

    /// Whether a name may begin with it.
    static func canBegin(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "_" || scalar.properties.isXIDStart
    }

    /// Whether it may stand in a name. The dot that is meant as `*` may not.
    static func canGoOn(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isXIDContinue && scalar != "\u{B7}"
    }

    /// Names other languages use for what has another name here.
    static let synonyms: [String: String] = [
        "ln": "log", "lg": "log10", "loge": "log", "arcsin": "asin", "arccos": "acos",
        "arctan": "atan", "arctan2": "atan2", "sgn": "sign", "signum": "sign", "power": "pow",
        "average": "mean", "avg": "mean", "length": "len", "size": "len", "count": "len",
        "product": "prod", "fabs": "abs", "fmod": "%", "mod": "%", "tgamma": "gamma",
        "gammaln": "lgamma", "loggamma": "lgamma", "normcdf": "Phi", "ncdf": "Phi", "phi": "Phi",
        "clip": "clamp", "where": "if", "ifelse": "if", "iif": "if", "select": "if",
        "maximum": "max", "minimum": "min", "fmax": "max", "fmin": "min", "rint": "round",
        "ceiling": "ceil", "int": "trunc", "true": "1", "false": "0", "True": "1", "False": "0",
        "PI": "pi", "E": "e", "infinity": "inf", "Infinity": "inf", "isNaN": "isnan",
        "π": "pi", "Σ": "sum", "Φ": "Phi", "inner": "dot", "sqr": "^2", "square": "^2",
        "heaviside": "step",
    ]

    /// The nearest of the candidates, if one is near; of equals the first.
    ///
    /// **Complexity**: O(candidates · length²), length at most 40.
    static func nearest(to name: String, among candidates: [String]) -> String? {
        let limit = 40
        let wanted = Array(name.utf8.prefix(limit + 1))
        guard wanted.count <= limit else { return nil }
        var best: (name: String, distance: Int)?
        for candidate in candidates {
            let other = Array(candidate.utf8.prefix(limit + 1))
            guard other.count <= limit, abs(other.count - wanted.count) <= 3 else { continue }
            let distance = distance(wanted, other)
            let allowed = max(1, min(wanted.count, other.count) / 3)
            let isFar = distance > allowed || distance >= max(wanted.count, other.count)
            guard !isFar, distance < best?.distance ?? .max else { continue }
            best = (candidate, distance)
        }
        return best?.name
    }

    /// Edits between two words: insert, delete, change, swap neighbours; letter case costs nothing
    /// for a word that is otherwise equal.
    private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        if a.map(lowered) == b.map(lowered) { return 0 }
        var twoBack = [Int](repeating: 0, count: b.count + 1)
        var back = Array(0...b.count)
        for i in a.indices {
            var row = [i + 1] + [Int](repeating: 0, count: b.count)
            for j in b.indices {
                row[j + 1] = min(
                    back[j + 1] + 1, row[j] + 1, back[j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
                    row[j + 1] = min(row[j + 1], twoBack[j - 1] + 1)
                }
            }
            (twoBack, back) = (back, row)
        }
        return back[b.count]
    }

    private static func lowered(_ byte: UInt8) -> UInt8 {
        (65...90).contains(byte) ? byte | 32 : byte
    }
}
