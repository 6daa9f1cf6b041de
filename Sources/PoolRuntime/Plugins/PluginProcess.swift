// SPDX-License-Identifier: Apache-2.0
internal import Foundation
internal import Quantilizer
internal import Synchronization

/// One process of a plugin, that has said hello. It ends with this object.
final class PluginProcess: Sendable {
    /// Milliseconds that a process may take to say hello: interpreters load much.
    private static let greetingMilliseconds: Int64 = 60_000
    /// Bytes of a greeting or an error that are read.
    private static let mostWords = 1 << 16

    private struct State: ~Copyable {
        var child: ChildProcess
        var sequence: UInt64 = 0
        var answer: [UInt8] = []
    }

    private let source: ProcessSource
    private let dimension: Int
    private let state: Mutex<State>

    /// Starts the program and exchanges greetings.
    init(
        _ source: ProcessSource, name: String, dimension: Int, results: Int? = nil,
        folder: String
    ) throws(FunctionRefusal) {
        self.source = source
        self.dimension = dimension
        // What concerns the pool's own programs is none of a plugin's business.
        let environment = ProcessInfo.processInfo.environment.filter {
            !$0.key.hasPrefix("QPOOL_")
        }
        let child: ChildProcess
        do throws(FunctionRefusal) {
            child = try ChildProcess(source.command, environment: environment, folder: folder)
        } catch {
            throw FunctionRefusal("cannot be started: \(error.message)")
        }
        state = Mutex(State(child: child))
        let hello = PluginText.hello(
            name: name, dimension: dimension, batch: source.batch, format: source.format,
            results: results)
        try state.withLock { state throws(FunctionRefusal) in
            let none = Columns(count: 0, capacity: 0)
            var answer = [UInt8](repeating: 0, count: Self.mostWords)
            let milliseconds = max(Self.greetingMilliseconds, self.milliseconds)
            do throws(ChildProcess.Trouble) {
                let text: [UInt8]
                switch source.format {
                case .frames:
                    let received = try state.child.exchange(
                        PluginFrame.header(.hello, bytes: hello.count) + hello, values: none,
                        columns: 0, offset: 0, lanes: 0, answer: &answer,
                        first: PluginFrame.headerBytes, milliseconds: milliseconds
                    ) { PluginFrame.length($0, kind: .ready).map { $0 + PluginFrame.headerBytes } }
                    text = Array(answer[PluginFrame.headerBytes..<received])
                case .jsonLines:
                    let received = try state.child.exchange(
                        hello + [10], values: none, columns: 0, offset: 0, lanes: 0,
                        answer: &answer, first: 0, isLine: true, milliseconds: milliseconds
                    ) { _ in nil }
                    text = Array(answer[..<received])
                }
                guard PluginText.isReady(text) else { throw ChildProcess.Trouble.wrong }
            } catch {
                throw Self.refusal(
                    error, &state.child, late: milliseconds,
                    wrong: "its greeting is not one of protocol version \(PluginText.version)"
                        + Self.shown(answer))
            }
        }
    }

    private var milliseconds: Int64 { Int64((source.timeoutSeconds * 1000).rounded(.up)) }

    /// Answers a batch. After a failure the process has ended: this object is of no more use.
    func call(
        offset: Int, lanes: Int, values: borrowing Columns, results: inout Columns, column: Int
    ) throws(FunctionRefusal) {
        switch source.format {
        case .frames:
            try frames(
                offset: offset, lanes: lanes, values: values, results: &results, column: column)
        case .jsonLines:
            try lines(
                offset: offset, lanes: lanes, values: values, results: &results, column: column)
        }
    }

    /// Makes samples of noise, a column for each value. After a failure the process has ended.
    func generate(
        offset: Int, lanes: Int, noise: borrowing Columns, values: inout Columns, width: Int
    ) throws(FunctionRefusal) {
        try frames(
            offset: offset, lanes: lanes, values: noise, results: &values, column: 0, width: width)
    }

    // MARK: Frames

    private func frames(
        offset: Int, lanes: Int, values: borrowing Columns, results: inout Columns, column: Int,
        width: Int = 1
    ) throws(FunctionRefusal) {
        // A refusal and the words of the plugin's own error come out of the lock together.
        var said: String?
        var answer = state.withLock { state in
            state.sequence += 1
            let kept = state.answer
            state.answer = []
            return kept
        }
        let sequence = state.withLock { $0.sequence }
        let wanted = PluginFrame.headerBytes + 16 + 8 * lanes * width
        let room = max(wanted, PluginFrame.headerBytes + Self.mostWords)
        if answer.count < room { answer = [UInt8](repeating: 0, count: room) }
        let head = PluginFrame.batch(sequence: sequence, lanes: lanes, dimension: dimension)
        try state.withLock { state throws(FunctionRefusal) in
            do throws(ChildProcess.Trouble) {
                let received = try state.child.exchange(
                    head, values: values, columns: dimension, offset: offset, lanes: lanes,
                    answer: &answer, first: PluginFrame.headerBytes, milliseconds: milliseconds
                ) { start in
                    if let length = PluginFrame.length(start, kind: .results) {
                        return length + PluginFrame.headerBytes == wanted ? wanted : nil
                    }
                    return PluginFrame.length(start, kind: .error).map {
                        $0 + PluginFrame.headerBytes
                    }
                }
                if PluginFrame.length(answer, kind: .error) != nil {
                    said = String(
                        decoding: answer[PluginFrame.headerBytes..<received], as: UTF8.self)
                    throw ChildProcess.Trouble.wrong
                }
                guard PluginFrame.answers(answer, sequence: sequence, lanes: lanes) else {
                    throw ChildProcess.Trouble.wrong
                }
            } catch {
                throw Self.refusal(
                    error, &state.child, late: milliseconds,
                    wrong: said.map { "it says: \($0)" }
                        ?? "it answered \(lanes) samples with something else"
                        + Self.shown(answer))
            }
        }
        let start = PluginFrame.headerBytes + 16
        for result in 0..<width {
            for lane in 0..<lanes {
                let place = start + 8 * (result * lanes + lane)
                results[column + result, offset + lane] = FailedSample.clean(
                    Double(bitPattern: PluginFrame.word(answer, at: place)))
            }
        }
        let kept = answer
        state.withLock { $0.answer = kept }
    }

    // MARK: Lines

    private func lines(
        offset: Int, lanes: Int, values: borrowing Columns, results: inout Columns, column: Int
    ) throws(FunctionRefusal) {
        let sequence = state.withLock { state in
            state.sequence += 1
            return state.sequence
        }
        let numbers = try numbers(
            PluginText.batch(
                sequence, values: values, dimension: dimension, offset: offset, lanes: lanes),
            sequence: sequence, lanes: lanes)
        for lane in 0..<lanes {
            results[column, offset + lane] = FailedSample.clean(numbers[lane])
        }
    }

    /// Scores texts. After a failure the process has ended.
    func scores(
        _ samples: ArraySlice<(text: String, context: String)>
    ) throws(FunctionRefusal) -> [Double] {
        let sequence = state.withLock { state in
            state.sequence += 1
            return state.sequence
        }
        return try numbers(
            PluginText.texts(sequence, samples), sequence: sequence, lanes: samples.count)
    }

    /// Sends a line and reads so many numbers.
    private func numbers(
        _ line: [UInt8], sequence: UInt64, lanes: Int
    ) throws(FunctionRefusal) -> [Double] {
        var answer = [UInt8](repeating: 0, count: Self.mostWords + 64 * lanes)
        let none = Columns(count: 0, capacity: 0)
        return try state.withLock { state throws(FunctionRefusal) in
            var wrong = "it answered \(lanes) samples with something else"
            do throws(ChildProcess.Trouble) {
                let received = try state.child.exchange(
                    line, values: none, columns: 0, offset: 0, lanes: 0, answer: &answer, first: 0,
                    isLine: true, milliseconds: milliseconds
                ) { _ in nil }
                switch PluginText.results(answer[..<received], sequence: sequence, lanes: lanes) {
                case .success(let numbers): return numbers
                case .failure(let refusal):
                    wrong = refusal.message.isEmpty ? wrong + Self.shown(answer) : refusal.message
                    throw ChildProcess.Trouble.wrong
                }
            } catch {
                throw Self.refusal(error, &state.child, late: milliseconds, wrong: wrong)
            }
        }
    }

    // MARK: Failures

    private static func refusal(
        _ trouble: ChildProcess.Trouble, _ child: inout ChildProcess, late: Int64, wrong: String
    ) -> FunctionRefusal {
        var atOnce = true
        if case .ended = trouble { atOnce = false }
        let (ending, said) = child.end(atOnce: atOnce)
        var words: String
        switch (trouble, ending) {
        case (_, .notStarted(let reason)): words = "cannot be started: \(reason)"
        case (.late, _): words = "gave no answer within \(Double(late) / 1000) s and was killed"
        case (.ended, .exit(let code)): words = "ended with exit status \(code)"
        case (.ended, .signal(let number)): words = "was ended by signal \(number)"
        case (.ended, .unknown): words = "closed its standard output"
        case (.broken, _): words = "its pipes broke"
        case (.wrong, _): words = wrong
        }
        let lines = said.split(whereSeparator: \.isNewline).suffix(12).joined(separator: "\n    ")
        if !lines.isEmpty { words += "; its standard error ends with:\n    \(lines)" }
        return FunctionRefusal(words)
    }

    /// The beginning of an answer that makes no sense, for people.
    private static func shown(_ answer: [UInt8]) -> String {
        let start = answer.prefix(48).prefix { $0 != 0 && $0 != 10 }
        let text = start.filter { (32..<127).contains($0) }
        return text.count < 4 ? "" : ", beginning `\(String(decoding: text, as: UTF8.self))`"
    }
}
