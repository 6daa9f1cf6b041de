// SPDX-License-Identifier: Apache-2.0
import Reports

/// What is shown of a job's progress.
struct ProgressReport {
    /// A threshold as known so far.
    struct Threshold {
        var value: Double
        var low: Double
        var high: Double
        var confidence: Double
        var samples: UInt64
    }

    var issued: UInt64
    var total: UInt64
    /// The running threshold and its interval, where there is one.
    var threshold: Threshold?
    var note: String = ""
    /// Samples a second, where the sender knows better than this line's own clock.
    var rate: Double?
    /// Where the job stands: `queued`, `running`, and the other states of a pool's job.
    var stage = "running"
    var round = 0
    /// Workers at it; nil without a pool.
    var workers: Int?

    /// The share that is done, 0 to 1.
    var share: Double { total == 0 ? 0 : min(1, Double(issued) / Double(total)) }

    /// Seconds left at such a speed; nil where nothing can be said.
    func remaining(rate: Double) -> Double? {
        rate > 0 && issued < total ? Double(total - issued) / rate : nil
    }
}

/// Progress on standard error: one line redrawn on a terminal, a quiet line now and then elsewhere, or
/// events for programs.
struct ProgressLine {
    private let started = ContinuousClock.now
    /// Samples that were done before.
    private let before: UInt64
    private var last: ContinuousClock.Instant?
    /// The latest report, where it was not shown.
    private var unshown: ProgressReport?
    private var drawn = false

    /// - Parameter before: samples that were done before the line's own clock ran.
    init(before: UInt64 = 0) { self.before = before }

    /// The time between two drawings.
    private var pace: Duration {
        ProgressStream.isOn || Terminal.isInteractive ? .milliseconds(100) : .seconds(10)
    }

    /// Shows a report, unless the last one was shown only a moment ago.
    mutating func show(_ report: ProgressReport) {
        let now = ContinuousClock.now
        unshown = report
        if let last, now - last < pace { return }
        if last == nil, !ProgressStream.isOn, !Terminal.isInteractive, now - started < .seconds(2) {
            return
        }
        last = now
        if ProgressStream.isOn { return tell(report) }
        let line = render(report)
        if Terminal.isInteractive {
            Terminal.redraw(line)
            drawn = true
        } else {
            Terminal.say(line)
        }
    }

    /// Clears the line, so that what follows begins on an empty one; programs are told the last report.
    mutating func finish() {
        if ProgressStream.isOn, let unshown { tell(unshown) }
        if drawn { Terminal.writeError("\r\u{1B}[K") }
        drawn = false
    }

    private mutating func tell(_ report: ProgressReport) {
        unshown = nil
        ProgressStream.progress(report, rate: rate(report), elapsed: elapsed)
    }

    private var elapsed: Double { (ContinuousClock.now - started).seconds }

    private func rate(_ report: ProgressReport) -> Double {
        report.rate
            ?? (elapsed > 0 ? Double(report.issued - min(before, report.issued)) / elapsed : 0)
    }

    private func render(_ report: ProgressReport) -> String {
        let share = report.share
        let rate = rate(report)
        let cells = 20
        let full = min(cells, Int(share * Double(cells)))
        let bar =
            Terminal.isInteractive
            ? String(repeating: "█", count: full) + String(repeating: "░", count: cells - full)
                + " "
            : ""
        var line = bar + "\(Int(share * 100)) %  \(Figures.count(rate))/s"
        if let left = report.remaining(rate: rate) { line += "  ETA \(Figures.duration(left))" }
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
