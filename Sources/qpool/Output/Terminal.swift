// SPDX-License-Identifier: Apache-2.0
import Foundation

/// What stands at the other end of standard error, and how to write to it.
enum Terminal {
    /// True where standard error is a terminal.
    static let isInteractive = isatty(STDERR_FILENO) == 1

    /// True where colours are wanted: a terminal, and `NO_COLOR` unset or empty.
    static let hasColour =
        isInteractive && (ProcessInfo.processInfo.environment["NO_COLOR"] ?? "").isEmpty

    /// Columns of the terminal, by `COLUMNS`, else 100.
    static let width: Int =
        ProcessInfo.processInfo.environment["COLUMNS"].flatMap { Int($0) }.map { max(40, $0) }
        ?? 100

    /// Writes text to standard error, as it is.
    static func writeError(_ text: String) {
        FileHandle.standardError.write(Data(text.utf8))
    }

    /// Writes one line to standard error.
    static func say(_ line: String) { writeError(line + "\n") }

    /// Writes text to standard output, as it is. A closed pipe ends the process quietly.
    static func writeOutput(_ text: String) { writeOutput(Data(text.utf8)) }

    /// Writes bytes to standard output.
    static func writeOutput(_ data: Data) {
        do {
            try FileHandle.standardOutput.write(contentsOf: data)
        } catch {
            exit(0)
        }
    }

    static func bold(_ text: String) -> String { hasColour ? "\u{1B}[1m\(text)\u{1B}[0m" : text }
    static func dim(_ text: String) -> String { hasColour ? "\u{1B}[2m\(text)\u{1B}[0m" : text }
    static func red(_ text: String) -> String { hasColour ? "\u{1B}[31m\(text)\u{1B}[0m" : text }
}
