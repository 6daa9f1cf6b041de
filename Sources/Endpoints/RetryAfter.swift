// SPDX-License-Identifier: Apache-2.0
internal import Foundation

/// The header `Retry-After`: seconds, or a date.
enum RetryAfter {
    static func seconds(_ text: String) -> Double? { seconds(text, now: Date()) }

    static func seconds(_ text: String, now: Date) -> Double? {
        let plain = text.trimmingCharacters(in: .whitespaces)
        if let seconds = Double(plain) {
            return seconds.isFinite && seconds >= 0 ? seconds : nil
        }
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.timeZone = TimeZone(secondsFromGMT: 0)
        format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        return format.date(from: plain).map { max(0, $0.timeIntervalSince(now)) }
    }
}
