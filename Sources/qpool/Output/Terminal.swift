// SPDX-License-Identifier: Apache-2.0
import Foundation
import PoolCore
import PoolRuntime

/// The two streams that people and programs read, and how to write to them.
enum Terminal {
    /// True where standard error is a terminal that understands commands.
    static let isInteractive =
        StandardStream.error.isTerminal && ProcessInfo.processInfo.environment["TERM"] != "dumb"

    /// Columns of standard error's terminal, asked at each call: windows change. Where it does not
    /// say, those of `COLUMNS`, else 80.
    static var width: Int {
        let said =
            StandardStream.error.columns
            ?? ProcessInfo.processInfo.environment["COLUMNS"].flatMap { Int($0) }
        return max(20, said ?? 80)
    }

    /// Colours of messages.
    static let paint = Paint(on: .error)

    /// Writes text to standard error, as it is. Where nobody reads it, there is nobody to tell.
    static func writeError(_ text: String) {
        do throws(StreamFailure) { try StandardStream.error.write(Array(text.utf8)) } catch {}
    }

    /// Writes a message to standard error, whatever is in it: a terminal obeys none of it.
    ///
    /// Where progress is told to programs it is one of its events.
    ///
    /// - Parameter label: what stands before it in red.
    static func say(_ message: String, label: String = "", level: MessageLevel = .info) {
        if ProgressStream.isOn {
            let own = "qpool: "
            let text = message.hasPrefix(own) ? String(message.dropFirst(own.count)) : message
            return ProgressStream.message(label.isEmpty ? level : .error, label + text)
        }
        let text = set(label + PrintableText.message(message))
        writeError(
            label.isEmpty || !text.hasPrefix(label)
                ? text + "\n" : paint.red(label) + text.dropFirst(label.count) + "\n")
    }

    /// A message broken into the lines of standard error's terminal, what goes on indented; as it is where
    /// that is none. What stands between backticks is not broken: it may be a command to be copied.
    private static func set(_ message: String) -> String {
        guard StandardStream.error.isTerminal else { return message }
        return message.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            guard DisplayText.width(String(line)) > width else { return String(line) }
            let indent = line.prefix { $0 == " " }.count
            var isQuoted = false
            let kept = String(
                line.dropFirst(indent).map { character -> Character in
                    if character == "`" { isQuoted.toggle() }
                    return isQuoted && character == " " ? "\u{A0}" : character
                })
            let lines = Paragraph.lines(kept, columns: width, indent: indent + 2)
            return line.prefix(indent) + lines.replacing("\u{A0}", with: " ")
        }.joined(separator: "\n")
    }

    /// Tells what the user should know and need not mend.
    static func warn(_ message: String) {
        say(ProgressStream.isOn ? message : "warning: \(message)", level: .warning)
    }

    /// Draws a line over the last one; what does not fit the terminal is left out, or it would scroll.
    static func redraw(_ line: String) {
        writeError("\r\u{1B}[K" + DisplayText.line(line, columns: width - 1))
    }

    /// Writes text to standard output, as it is.
    ///
    /// - Throws: ``OutputFailure``; the program ends with it.
    static func writeOutput(_ text: String) throws(OutputFailure) {
        try writeOutput(Array(text.utf8))
    }

    /// Writes bytes to standard output. Everything that goes there goes through here.
    static func writeOutput(_ bytes: [UInt8]) throws(OutputFailure) {
        do throws(StreamFailure) {
            try StandardStream.output.write(bytes)
        } catch {
            throw OutputFailure(error)
        }
    }

    /// Closes standard output, which may say that what was written before is lost.
    static func finishOutput() throws(OutputFailure) {
        do throws(StreamFailure) {
            try StandardStream.output.finish()
        } catch {
            throw OutputFailure(error)
        }
    }
}

/// An answer that could not be written.
struct OutputFailure: Error {
    /// Where it should have gone.
    var place = "standard output"
    /// Whether nobody reads there any more, which is no fault.
    var isReaderGone = false
    /// The system's words.
    var words: String

    init(_ failure: StreamFailure) {
        isReaderGone = failure.isReaderGone
        words = failure.words
    }

    init(_ place: String, _ words: String) {
        self.place = place
        self.words = words
    }

    var description: String { "\(place) cannot be written: \(words); the answer is not whole" }
}

/// Colours, where they are wanted: on a terminal, and `NO_COLOR` unset or empty.
struct Paint {
    let hasColour: Bool

    /// Those of a stream.
    init(on stream: StandardStream) {
        let environment = ProcessInfo.processInfo.environment
        hasColour =
            stream.isTerminal && environment["TERM"] != "dumb"
            && (environment["NO_COLOR"] ?? "").isEmpty
    }

    /// None, as in files.
    init() { hasColour = false }

    func bold(_ text: String) -> String { hasColour ? "\u{1B}[1m\(text)\u{1B}[0m" : text }
    func dim(_ text: String) -> String { hasColour ? "\u{1B}[2m\(text)\u{1B}[0m" : text }
    func red(_ text: String) -> String { hasColour ? "\u{1B}[31m\(text)\u{1B}[0m" : text }
}
