// SPDX-License-Identifier: Apache-2.0

/// What a progress line shows.
struct ProgressReport {
    var issued: UInt64
    var total: UInt64
    /// The running threshold and its interval, where there is one.
    var threshold: (value: Double, low: Double, high: Double)?
    var note: String = ""
    /// Samples a second, where the sender knows better than this line's own clock.
    var rate: Double?
}

/// Progress on standard error: one line redrawn on a terminal, a quiet line now and then elsewhere.
struct ProgressLine {
    private let started = ContinuousClock.now
    private var last: ContinuousClock.Instant?
    private var drawn = false

    /// The time between two drawings.
    private var pace: Duration { Terminal.isInteractive ? .milliseconds(100) : .seconds(10) }

    /// Shows a report, unless the last one was shown only a moment ago.
    mutating func show(_ report: ProgressReport) {
        let now = ContinuousClock.now
        if let last, now - last < pace { return }
        if last == nil, !Terminal.isInteractive, now - started < .seconds(2) { return }
        last = now
        let line = render(report, elapsed: (now - started).seconds)
        if Terminal.isInteractive {
            Terminal.redraw(line)
            drawn = true
        } else {
            Terminal.say(line)
        }
    }

    /// Clears the line, so that what follows begins on an empty one.
    mutating func finish() {
        if drawn { Terminal.writeError("\r\u{1B}[K") }
        drawn = false
    }

    private func render(_ report: ProgressReport, elapsed: Double) -> String {
        let share = report.total == 0 ? 0 : Double(report.issued) / Double(report.total)
        let rate = report.rate ?? (elapsed > 0 ? Double(report.issued) / elapsed : 0)
        let cells = 20
        let full = min(cells, Int(share * Double(cells)))
        let bar =
            Terminal.isInteractive
            ? String(repeating: "█", count: full) + String(repeating: "░", count: cells - full)
                + " "
            : ""
        var line = bar + "\(Int(share * 100)) %  \(Figures.count(rate))/s"
        if rate > 0, report.issued < report.total {
            line += "  ETA \(Figures.duration(Double(report.total - report.issued) / rate))"
        }
        if let t = report.threshold {
            line += "  threshold \(Figures.short(t.value)) in [\(Figures.short(t.low)), "
            line += "\(Figures.short(t.high))]"
        }
        return report.note.isEmpty ? line : line + "  " + report.note
    }
}

extension Duration {
    /// The duration in seconds.
    var seconds: Double {
        let (whole, atto) = components
        return Double(whole) + Double(atto) * 1e-18
    }
}
