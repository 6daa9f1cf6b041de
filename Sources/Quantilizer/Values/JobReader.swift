// SPDX-License-Identifier: Apache-2.0

/// The numbers a parameter may take, with the words that say so in an error.
public struct JobRange: Sendable, Hashable {
    /// The least value.
    public var lower: Double
    /// The greatest value.
    public var upper: Double
    /// Whether `lower` itself is allowed.
    public var includesLower: Bool
    /// Whether `upper` itself is allowed.
    public var includesUpper: Bool

    /// A range; infinite ends are open whatever is said.
    public init(
        _ lower: Double = -.infinity, _ upper: Double = .infinity,
        includesLower: Bool = true, includesUpper: Bool = true
    ) {
        self.lower = lower
        self.upper = upper
        self.includesLower = includesLower
        self.includesUpper = includesUpper
    }

    /// Any finite number.
    public static let finite = JobRange()
    /// Finite numbers above 0.
    public static let positive = JobRange(0, includesLower: false)
    /// Finite numbers from 0.
    public static let nonNegative = JobRange(0)
    /// From 0 to 1.
    public static let unit = JobRange(0, 1)
    /// Above 0 and below 1.
    public static let openUnit = JobRange(0, 1, includesLower: false, includesUpper: false)
    /// Above 0, up to 1.
    public static let fraction = JobRange(0, 1, includesLower: false)

    /// Whether a number lies in the range; infinities and NaN never do.
    public func contains(_ x: Double) -> Bool {
        x.isFinite && (includesLower ? x >= lower : x > lower)
            && (includesUpper ? x <= upper : x < upper)
    }

    /// As in "a number above 0 and at most 1".
    public var words: String {
        var parts: [String] = []
        if lower > -.infinity {
            parts.append("\(includesLower ? "at least" : "above") \(short(lower))")
        }
        if upper < .infinity {
            parts.append("\(includesUpper ? "at most" : "below") \(short(upper))")
        }
        return "a "
            + (parts.isEmpty ? "finite number" : "number " + parts.joined(separator: " and "))
    }

    private func short(_ x: Double) -> String {
        Int(exactly: x).map { abs($0) < 1_000_000 ? "\($0)" : "\(x)" } ?? "\(x)"
    }
}

extension JobNode {
    /// What the node is, in an error's words: `the text "abc"`, `a list`, `nothing`.
    public var words: String {
        switch content {
        case .scalar(let text, let quoted):
            let shown = text.count > 40 ? text.prefix(40) + "…" : Substring(text)
            return quoted ? "the text \"\(shown)\"" : "`\(shown)`"
        case .sequence: return "a list"
        case .mapping: return "a mapping"
        case .null: return "nothing"
        }
    }

    /// A number: `3`, `-2.5e-3`, `1_000`, `1%`. Not hexadecimal, not quoted, not infinite.
    ///
    /// - Throws: ``JobError`` with the place where it is none, or outside `range`.
    public func double(path: String, in range: JobRange = .finite) throws(JobError) -> Double {
        guard case .scalar(let text, quoted: false) = content,
            let value = DecimalText(text)?.double, range.contains(value)
        else { throw expected(range.words, path: path) }
        return value
    }

    /// A whole number in any of the ways a number is written (`1e8`, `1_000_000`, `1M`, `12.5 k`),
    /// exactly.
    ///
    /// - Throws: ``JobError`` with the place where it is none, or outside `range`.
    public func integer(path: String, in range: ClosedRange<Int>) throws(JobError) -> Int {
        guard case .scalar(let text, quoted: false) = content,
            let value = DecimalText(text, takesUnits: true)?.integer, range.contains(value)
        else {
            let upper = range.upperBound == .max ? "" : " to \(range.upperBound)"
            throw expected("a whole number from \(range.lowerBound)\(upper)", path: path)
        }
        return value
    }

    /// Text; a number or a word without quotes counts as the text it was written with.
    ///
    /// - Throws: ``JobError`` with the place where it is a list or a mapping.
    public func string(path: String) throws(JobError) -> String {
        guard case .scalar(let text, _) = content else { throw expected("text", path: path) }
        return text
    }

    /// `true` or `false`.
    ///
    /// - Throws: ``JobError`` with the place where it is neither.
    public func boolean(path: String) throws(JobError) -> Bool {
        switch content {
        case .scalar("true", quoted: false): return true
        case .scalar("false", quoted: false): return false
        default: throw expected("true or false", path: path)
        }
    }

    /// A list of at most `limit` elements.
    ///
    /// - Throws: ``JobError`` with the place where it is no list, or a longer one.
    public func list(path: String, limit: Int) throws(JobError) -> [JobNode] {
        guard case .sequence(let elements) = content else { throw expected("a list", path: path) }
        guard elements.count <= limit else {
            throw JobError(
                at: position, path: path, "at most \(limit) elements, found \(elements.count)")
        }
        return elements
    }

    /// A list of numbers, not empty; everything wrong with it is reported.
    ///
    /// - Throws: ``JobError`` with the place of everything wrong.
    public func doubles(
        path: String, limit: Int, in range: JobRange = .finite
    ) throws(JobError) -> [Double] {
        let elements = try list(path: path, limit: limit)
        guard !elements.isEmpty else {
            throw JobError(at: position, path: path, "expected a list of numbers, found none")
        }
        var numbers: [Double] = []
        var wrong: [JobDiagnostic] = []
        for (i, element) in elements.enumerated() {
            do throws(JobError) {
                numbers.append(try element.double(path: "\(path)[\(i)]", in: range))
            } catch {
                wrong += error.diagnostics
            }
        }
        if !wrong.isEmpty { throw JobError(wrong) }
        return numbers
    }

    /// The error that something else was found here.
    public func expected(_ what: String, path: String) -> JobError {
        JobError(at: position, path: path, "expected \(what), found \(words)")
    }
}

/// Counts as people write them and programs print them.
public enum CountText {
    /// The count that `1000`, `1_000`, `1e9`, `1M` or `12.5 k` stands for; nil where it is none.
    public static func read(_ text: String) -> UInt64? {
        DecimalText(text, takesUnits: true)?.integer.flatMap { UInt64(exactly: $0) }
    }
}

/// A decimal number's text taken apart, so that `1e8` is a whole number and `1%` is 0.01 exactly.
struct DecimalText {
    /// Powers of ten by their letters. A small m means something else.
    private static let units: [UInt8: Int] = [
        UInt8(ascii: "k"): 3, UInt8(ascii: "K"): 3, UInt8(ascii: "M"): 6, UInt8(ascii: "G"): 9,
        UInt8(ascii: "T"): 12,
    ]
    private var negative = false
    private var digits = ""
    private var exponent = 0

    /// Nil unless the text is sign, digits with single underscores inside, point, exponent, `%`; or,
    /// where counts are wanted, `k`, `M`, `G` or `T` at its end, behind a blank or none.
    init?(_ text: String, takesUnits: Bool = false) {
        var bytes = Array(text.utf8)[...]
        guard bytes.count <= 400 else { return nil }
        if bytes.last == UInt8(ascii: "%") {
            bytes.removeLast()
            exponent = -2
        } else if takesUnits, let power = bytes.last.flatMap({ Self.units[$0] }) {
            bytes.removeLast()
            if bytes.last == UInt8(ascii: " ") { bytes.removeLast() }
            exponent = power
        }
        if let first = bytes.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "+") {
            negative = first == UInt8(ascii: "-")
            bytes.removeFirst()
        }
        var sawPoint = false
        var sawDigit = false
        var afterUnderscore = false
        scan: while let byte = bytes.first {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                digits.unicodeScalars.append(Unicode.Scalar(byte))
                if sawPoint { exponent -= 1 }
                sawDigit = true
                afterUnderscore = false
            case UInt8(ascii: "_"):
                if !sawDigit || afterUnderscore { return nil }
                afterUnderscore = true
            case UInt8(ascii: "."):
                if sawPoint || afterUnderscore { return nil }
                sawPoint = true
            default: break scan
            }
            bytes.removeFirst()
        }
        guard sawDigit, !afterUnderscore else { return nil }
        guard let mark = bytes.first else { return }
        guard mark == UInt8(ascii: "e") || mark == UInt8(ascii: "E") else { return nil }
        bytes.removeFirst()
        guard (1...6).contains(bytes.count),
            let power = Int(String(decoding: bytes, as: UTF8.self))
        else { return nil }
        exponent += power
    }

    /// The nearest double.
    var double: Double? { Double("\(negative ? "-" : "")\(digits)e\(exponent)") }

    /// The whole number, nil where it is none or too large.
    var integer: Int? {
        var kept = digits.drop { $0 == "0" }
        var power = exponent
        while kept.last == "0" {
            kept.removeLast()
            power += 1
        }
        guard !kept.isEmpty else { return 0 }
        guard power >= 0, kept.count + power <= 19 else { return nil }
        return Int((negative ? "-" : "") + kept + String(repeating: "0", count: power))
    }
}
