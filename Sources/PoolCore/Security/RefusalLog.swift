// SPDX-License-Identifier: Apache-2.0

/// Lines about refused peers, at a bounded rate: a flood of strangers must not fill the log.
public struct RefusalLog: Sendable {
    /// Lines a reason that are written whole in a window.
    public static let linesPerWindow = 5
    /// The window.
    public static let windowNanoseconds: Int64 = 10_000_000_000
    /// Characters of what a peer says about itself.
    static let whoCharacters = 160

    private struct Window: Sendable {
        var end: Int64
        var lines = 0
        var left: UInt64 = 0
    }

    private var windows: [Admission.Refusal: Window] = [:]
    private var waiting: [String] = []

    /// Notes a refusal.
    mutating func add(_ reason: Admission.Refusal, _ who: String, at now: Int64) {
        close(reason, at: now)
        let (end, overflow) = now.addingReportingOverflow(Self.windowNanoseconds)
        var window = windows[reason] ?? Window(end: overflow ? .max : end)
        if window.lines < Self.linesPerWindow {
            window.lines += 1
            waiting.append("refused \(Self.clean(who)): \(reason.words) (\(reason.remedy))")
        } else {
            window.left &+= 1
        }
        windows[reason] = window
    }

    /// The lines that are due.
    mutating func take(at now: Int64) -> [String] {
        for reason in Admission.Refusal.allCases { close(reason, at: now) }
        defer { waiting = [] }
        return waiting
    }

    /// When a summary is due, nil where none will be.
    var deadline: Int64? {
        if !waiting.isEmpty { return .min }
        return windows.values.lazy.filter { $0.left > 0 }.map(\.end).min()
    }

    /// Ends a reason's window where its time has come, with a line for what was left out.
    private mutating func close(_ reason: Admission.Refusal, at now: Int64) {
        guard let window = windows[reason], now >= window.end else { return }
        windows[reason] = nil
        if window.left > 0 {
            waiting.append("refused \(window.left) more: \(reason.words) (\(reason.remedy))")
        }
    }

    /// Printable ASCII only, and not much of it.
    static func clean(_ who: String) -> String {
        String(
            decoding: who.utf8.prefix(whoCharacters).map { (0x20..<0x7F).contains($0) ? $0 : 0x3F },
            as: UTF8.self)
    }
}
