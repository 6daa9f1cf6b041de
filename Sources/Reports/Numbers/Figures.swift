// SPDX-License-Identifier: Apache-2.0
internal import Foundation
public import Quantilizer

/// Numbers as people read them: rounded. Exact numbers are in the result document.
///
/// Here for a terminal, in plain letters; `TypesetFigures.swift` has them as pages set them.
public enum Figures {
    /// At most `digits` significant digits: `0.00222`, `1.694e-05`, `123456`.
    public static func short(_ value: Double, digits: Int = 6) -> String {
        if value.isNaN { return "nan" }
        if value.isInfinite { return value < 0 ? "-inf" : "inf" }
        return String(format: "%.\(digits)g", value)
    }

    /// The significant digits that an interval warrants a value, two of half its width; nil where it says
    /// nothing of them.
    static func digits(of value: Double, within interval: Interval?) -> Int? {
        guard let interval, value.isFinite, value != 0 else { return nil }
        let half = (interval.upper - interval.lower) / 2
        guard half > 0, half.isFinite else { return nil }
        let digits = log10(value.magnitude).rounded(.down) - log10(half).rounded(.down) + 2
        return Int(max(1, min(15, digits)))
    }

    /// A positive bound, rounded up to four digits: it holds as it is written.
    static func roundedUp(_ bound: Double) -> Double {
        let unit = pow(10, log10(bound).rounded(.down) - 3)
        return (bound / unit - 1e-9).rounded(.up) * unit
    }

    /// A value with the digits that its interval warrants. The ends of the interval are written likewise;
    /// without a width, as ``short(_:digits:)``.
    public static func short(_ value: Double, within interval: Interval?) -> String {
        digits(of: value, within: interval).map { short(value, digits: $0) } ?? short(value)
    }

    /// `0.123  in [0.119, 0.127]`, as exact as the interval is.
    public static func estimate(_ value: Double, _ interval: Interval?) -> String {
        guard let interval else { return short(value) }
        let ends = [interval.lower, interval.upper].map { short($0, within: interval) }
        return "\(short(value, within: interval))  in [\(ends[0]), \(ends[1])]"
    }

    /// A bound, rounded up to four digits.
    public static func bound(_ value: Double) -> String {
        guard value.isFinite, value > 0 else { return short(value) }
        return short(roundedUp(value), digits: 4)
    }

    /// A sentence whose numbers of more than six digits are rounded up to four, as bounds are.
    public static func brief(_ sentence: String) -> String {
        sentence.split(separator: " ", omittingEmptySubsequences: false).map { word in
            let core = word.trimmingSuffix(while: { $0 == "." || $0 == "," || $0 == ";" })
            guard core.count > 7, core.contains(where: { $0 == "." || $0 == "e" }),
                let value = Double(core)
            else { return String(word) }
            return bound(value) + word[core.endIndex...]
        }.joined(separator: " ")
    }

    /// A count with an SI suffix: `950`, `12.5 k`, `229 M`.
    public static func count(_ value: Double) -> String {
        let units: [(Double, String)] = [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")]
        for (size, name) in units where value >= size {
            return String(format: value / size >= 100 ? "%.0f %@" : "%.3g %@", value / size, name)
        }
        return String(format: "%.0f", value)
    }

    /// Thousands apart: `1,000,000`.
    public static func grouped(_ value: UInt64) -> String {
        var groups: [String] = []
        var rest = String(value)
        while rest.count > 3 {
            groups.insert(String(rest.suffix(3)), at: 0)
            rest.removeLast(3)
        }
        return ([rest] + groups).joined(separator: ",")
    }

    /// A span of time: `0.8 s`, `42 s`, `3 min 5 s`, `2 h 10 min`.
    public static func duration(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds >= 0, seconds < 1e9 else { return "?" }
        if seconds < 0.01 { return String(format: "%.1f ms", seconds * 1000) }
        if seconds < 10 { return String(format: "%.2g s", seconds) }
        let whole = Int(seconds.rounded())
        if whole < 60 { return "\(whole) s" }
        if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
        return "\(whole / 3600) h \(whole % 3600 / 60) min"
    }

    /// Bytes: `512 B`, `3.4 MB`.
    public static func bytes(_ value: Double) -> String {
        let units: [(Double, String)] = [(1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB")]
        for (size, name) in units where value >= size {
            return String(format: "%.3g %@", value / size, name)
        }
        return String(format: "%.0f B", value)
    }
}

extension Substring {
    /// The text without what stands at its end.
    fileprivate func trimmingSuffix(while isPart: (Character) -> Bool) -> Substring {
        var rest = self
        while let last = rest.last, isPart(last) { rest.removeLast() }
        return rest
    }
}
