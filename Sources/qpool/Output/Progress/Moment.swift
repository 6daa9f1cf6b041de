// SPDX-License-Identifier: Apache-2.0
import Foundation
import Reports

/// When something was, by this machine's clock. Coordinators say how long ago it was: clocks that differ
/// do not matter.
enum Moment {
    /// `2026-11-28 20:14:07`, in the zone of whoever reads it.
    static func text(_ now: Date, ago age: Duration) -> String {
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.dateFormat = "yyyy-MM-dd HH:mm:ss"
        return format.string(from: now.addingTimeInterval(-age.seconds))
    }

    /// `2026-11-28T20:14:07Z`, for programs.
    static func iso(_ now: Date, ago age: Duration) -> String {
        now.addingTimeInterval(-age.seconds).formatted(.iso8601)
    }

    /// `3 min 5 s ago`.
    static func age(_ age: Duration) -> String { "\(Figures.duration(age.seconds)) ago" }
}
