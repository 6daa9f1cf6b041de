// SPDX-License-Identifier: Apache-2.0
internal import Foundation
internal import Quantilizer

/// Numbers as a page sets them: whole where they count as evidence, rounded where they are read; with the
/// signs of print.
extension Figures {
    /// The shortest decimal that reads back as the same number: as the result document has it.
    static func exact(_ value: Double) -> String {
        if value.isNaN { return "nan" }
        if value.isInfinite { return value < 0 ? "-inf" : "inf" }
        return JSON.number(value).text()
    }

    /// At most so many significant digits.
    static func typeset(_ value: Double, _ digits: Int = 5) -> String {
        if value.isNaN { return "unknown" }
        if value.isInfinite { return value < 0 ? "−∞" : "∞" }
        if (1e5..<1e15).contains(value.magnitude) {
            // So many digits before the point are read in groups.
            return (value < 0 ? "−" : "") + grouped(UInt64(value.magnitude.rounded()))
        }
        return sign(String(format: "%.\(digits)g", value))
    }

    /// A value with the digits that its interval warrants.
    static func typeset(_ value: Double, within interval: Interval?) -> String {
        digits(of: value, within: interval).map { typeset(value, $0) } ?? typeset(value)
    }

    /// A bound, rounded up to four digits unless it is a whole number.
    static func typesetBound(_ value: Double) -> String {
        guard value.isFinite, value > 0 else { return typeset(value) }
        if value == value.rounded(), value < 1e9 { return grouped(UInt64(value)) }
        return typeset(roundedUp(value), 4)
    }

    /// An interval's ends, as exact as it is.
    static func interval(_ interval: Interval) -> String {
        let ends = [interval.lower, interval.upper].map { typeset($0, within: interval) }
        return "[\(ends[0]), \(ends[1])]"
    }

    /// The label of a tick, with the digits that its step has.
    static func tick(_ value: Double, step: Double) -> String {
        let near = value.magnitude < step / 1000 ? 0 : value
        if near.magnitude >= 1e6 || (near != 0 && step < 1e-5) {
            return sign(String(format: "%.4g", near))
        }
        let decimals = max(0, -Int((log10(step) + 1e-9).rounded(.down)))
        return sign(String(format: "%.\(decimals)f", near))
    }

    /// The label of a factor times a power of ten: `0.01`, `100`, `2·10⁻⁵`.
    static func power(_ factor: Double, _ exponent: Int) -> String {
        if (-3...4).contains(exponent) {
            return String(format: "%.\(max(0, -exponent))f", factor * pow(10, Double(exponent)))
        }
        let raised = String(exponent).map { superscripts[$0] ?? $0 }
        return (factor == 1 ? "" : "\(Int(factor))·") + "10" + String(raised)
    }

    private static let superscripts: [Character: Character] = [
        "-": "⁻", "0": "⁰", "1": "¹", "2": "²", "3": "³", "4": "⁴", "5": "⁵", "6": "⁶", "7": "⁷",
        "8": "⁸", "9": "⁹",
    ]

    private static func sign(_ text: String) -> String {
        text.replacingOccurrences(of: "-", with: "−").replacingOccurrences(of: "e−", with: "e-")
    }
}
