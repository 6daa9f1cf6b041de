// SPDX-License-Identifier: Apache-2.0
internal import Foundation

/// The header `Retry-After`: seconds, or a date in any of the three forms of HTTP.
///
/// Reference: RFC 9110, sections 5.6.7 and 10.2.3.
enum RetryAfter {
    private static let months = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ]

    static func seconds(_ text: String) -> Double? { seconds(text, now: Date()) }

    static func seconds(_ text: String, now: Date) -> Double? {
        let plain = text.trimmingCharacters(in: .whitespaces)
        if plain.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") }),
            let seconds = Double(plain)
        {
            return seconds.isFinite ? seconds : nil
        }
        return date(plain, now: now).map { max(0, $0.timeIntervalSince(now)) }
    }

    /// `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT`, `Sun Nov  6 08:49:37 1994`.
    private static func date(_ text: String, now: Date) -> Date? {
        var words = text.split { $0 == " " || $0 == "," || $0 == "-" }.map(String.init)
        var parts = DateComponents()
        switch words.count {
        case 6 where ["GMT", "UTC"].contains(words[5]):
            guard let year = year(words[3], now: now) else { return nil }
            (parts.day, parts.month, parts.year) = (Int(words[1]), month(words[2]), year)
            words = words[4].split(separator: ":").map(String.init)
        case 5:
            (parts.month, parts.day, parts.year) = (month(words[1]), Int(words[2]), Int(words[4]))
            words = words[3].split(separator: ":").map(String.init)
        default: return nil
        }
        guard words.count == 3, let hour = Int(words[0]), let minute = Int(words[1]),
            let second = Int(words[2]), let day = parts.day, let month = parts.month,
            parts.year != nil, (1...31).contains(day), (0..<24).contains(hour),
            (0..<60).contains(minute), (0...60).contains(second)
        else { return nil }
        (parts.month, parts.hour, parts.minute, parts.second) = (month, hour, minute, second)
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        return calendar.date(from: parts)
    }

    private static func month(_ name: String) -> Int? {
        months.firstIndex(of: name.lowercased()).map { $0 + 1 }
    }

    /// A year of two digits that would be more than 50 years ahead is one of the past.
    private static func year(_ text: String, now: Date) -> Int? {
        guard let number = Int(text) else { return nil }
        guard text.count == 2 else { return text.count == 4 ? number : nil }
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        let current = calendar.component(.year, from: now)
        let year = current / 100 * 100 + number
        return year > current + 50 ? year - 100 : year
    }
}
