// SPDX-License-Identifier: Apache-2.0

/// Lines about what peers do, at a bounded rate: a flood of strangers must not fill the log.
public struct RefusalLog: Sendable {
    /// Lines a topic that are written whole in a window, where nothing else is said.
    public static let linesPerWindow = 5
    /// The window.
    public static let windowNanoseconds: Int64 = 10_000_000_000
    /// Characters of what a peer says about itself.
    static let whoCharacters = 160

    /// A line, and whom it is about.
    struct Line: Sendable, Hashable {
        var text: String
        var subject = LogSubject()
    }

    private struct Window: Sendable {
        var end: Int64
        let summary: String
        var lines = 0
        var left: UInt64 = 0
    }

    private let lines: Int
    private var windows: [String: Window] = [:]
    private var waiting: [Line] = []

    /// A log of so many lines a topic and window.
    init(lines: Int = RefusalLog.linesPerWindow) { self.lines = lines }

    /// Notes something; topics are few and fixed.
    ///
    /// - Parameter summary: what all lines of the topic have in common, for those that are left out.
    mutating func add(
        _ topic: String, _ line: String, summary: String, about subject: LogSubject = LogSubject(),
        at now: Int64
    ) {
        close(topic, at: now)
        let (end, overflow) = now.addingReportingOverflow(Self.windowNanoseconds)
        var window = windows[topic] ?? Window(end: overflow ? .max : end, summary: summary)
        if window.lines < lines {
            window.lines += 1
            waiting.append(Line(text: line, subject: subject))
        } else {
            window.left &+= 1
        }
        windows[topic] = window
    }

    /// The lines that are due.
    mutating func take(at now: Int64) -> [Line] {
        for topic in windows.keys.sorted() { close(topic, at: now) }
        defer { waiting = [] }
        return waiting
    }

    /// When a summary is due, nil where none will be.
    var deadline: Int64? {
        if !waiting.isEmpty { return .min }
        return windows.values.lazy.filter { $0.left > 0 }.map(\.end).min()
    }

    /// Ends a topic's window where its time has come, with a line for what was left out.
    private mutating func close(_ topic: String, at now: Int64) {
        guard let window = windows[topic], now >= window.end else { return }
        windows[topic] = nil
        if window.left > 0 {
            waiting.append(Line(text: "\(window.left) more: \(window.summary)"))
        }
    }

    /// Printable ASCII only, and not much of it.
    static func clean(_ who: String) -> String {
        String(
            decoding: who.utf8.prefix(whoCharacters).map { (0x20..<0x7F).contains($0) ? $0 : 0x3F },
            as: UTF8.self)
    }
}
