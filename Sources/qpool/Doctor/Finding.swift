// SPDX-License-Identifier: Apache-2.0
import Foundation
import Quantilizer

/// What `qpool doctor` found of one thing.
struct Finding {
    /// How good it is.
    enum State: String {
        /// It works.
        case ok
        /// It works, and there is something to know.
        case warning
        /// It does not work.
        case fault
        /// Nothing depends on it here.
        case absent
    }

    /// What was looked at.
    var check: String
    var state: State
    /// What was found.
    var words: String
    /// What to do; empty where nothing is to be done.
    var remedy = ""

    static func ok(_ check: String, _ words: String) -> Finding {
        Finding(check: check, state: .ok, words: words)
    }

    var record: [(String, JSON)] {
        [
            ("check", .string(check)), ("state", .string(state.rawValue)),
            ("finding", .string(words)), ("remedy", remedy.isEmpty ? .null : .string(remedy)),
        ]
    }
}

/// All that was found.
struct Findings {
    private(set) var all: [Finding] = []

    mutating func add(_ finding: Finding) { all.append(finding) }

    func count(_ state: Finding.State) -> Int { all.count { $0.state == state } }

    /// What it comes to, in a sentence.
    var summary: String {
        func counted(_ count: Int, _ word: String) -> String {
            "\(count) \(word)\(count == 1 ? "" : "s")"
        }
        let faults = count(.fault)
        let warnings = count(.warning)
        if faults > 0 {
            let more = warnings > 0 ? " and \(counted(warnings, "warning"))" : ""
            return "\(counted(faults, "fault"))\(more): each line below says what to do."
        }
        return warnings > 0
            ? "It works, with \(counted(warnings, "warning"))." : "Nothing stands in the way."
    }

    /// A line a finding, its remedy under it.
    func table(_ paint: Paint, columns: Int) -> String {
        var text = paint.bold(summary) + "\n\n"
        let widest = all.map(\.check.count).max() ?? 0
        for finding in all {
            let mark =
                switch finding.state {
                case .ok: "ok      "
                case .warning: paint.bold("warning ")
                case .fault: paint.red("fault   ")
                case .absent: paint.dim("-       ")
                }
            let name = finding.check.padding(toLength: widest + 2, withPad: " ", startingAt: 0)
            let indent = 8 + widest + 2
            text += mark + name
            text += Paragraph.lines(finding.words, columns: columns, indent: indent) + "\n"
            if !finding.remedy.isEmpty {
                text += String(repeating: " ", count: indent) + "→ "
                text +=
                    Paragraph.lines(finding.remedy, columns: columns, indent: indent + 2) + "\n"
            }
        }
        return text
    }
}
