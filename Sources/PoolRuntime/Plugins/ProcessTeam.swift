// SPDX-License-Identifier: Apache-2.0
internal import Quantilizer
internal import Synchronization

/// The processes of one program: one for each thread that asks, started when it first does, and kept.
///
/// What goes wrong is tried once more, in a fresh process. After so many failures in a row, and sooner
/// where there was never an answer, the program is given up, so that a worker whose plugin is broken
/// does not swallow a job.
final class ProcessTeam: Sendable {
    /// Calls that fail one after the other before a program is given up.
    static let givenUpAfter = 8
    /// The same for one that never gave an answer: the work is hardly begun.
    static let notBegunAfter = 3

    private struct State {
        var idle: [PluginProcess] = []
        var failuresInRow = 0
        var hasAnswered = false
        var trouble: String?
    }

    /// What it runs.
    let source: ProcessSource
    private let name: String
    private let dimension: Int
    private let results: Int?
    private let folder: String
    private let givesUp: Bool
    private let log: PluginLog
    private let state = Mutex(State())

    /// - Parameters:
    ///   - name: what the program is in the job, told to it and to people.
    ///   - dimension: numbers of a sample that it gets.
    ///   - results: numbers of a sample that it answers with, nil for one.
    ///   - givesUp: whether it is given up at all.
    init(
        _ source: ProcessSource, name: String, dimension: Int, results: Int? = nil,
        folder: String, givesUp: Bool = true, log: @escaping @Sendable (String) -> Void
    ) {
        self.source = source
        self.name = name
        self.dimension = dimension
        self.results = results
        self.folder = folder
        self.givesUp = givesUp
        self.log = PluginLog(name, log)
    }

    /// Why the program is given up, nil while it is not.
    var trouble: String? { state.withLock { $0.trouble } }

    /// Starts the first process, to see that there is one to be had.
    func start() throws(FunctionRefusal) {
        let process = try fresh()
        state.withLock { $0.idle.append(process) }
    }

    private func fresh() throws(FunctionRefusal) -> PluginProcess {
        do throws(FunctionRefusal) {
            try PinnedFiles.check(source.files, folder: folder)
            return try PluginProcess(
                source, name: name, dimension: dimension, results: results, folder: folder)
        } catch {
            throw FunctionRefusal("`\(source.command.joined(separator: " "))`: \(error.message)")
        }
    }

    /// Asks a process for a batch of samples; nil where that failed twice, or the program is given up.
    func ask<Answer>(
        samples: Int, _ body: (PluginProcess) throws(FunctionRefusal) -> Answer
    ) -> Answer? {
        var reason = ""
        for attempt in 0..<2 {
            if trouble != nil { return nil }
            // The second attempt is a fresh process's.
            let kept = attempt == 0 ? state.withLock { $0.idle.popLast() } : nil
            do throws(FunctionRefusal) {
                let process: PluginProcess
                if let kept { process = kept } else { process = try fresh() }
                let answer = try body(process)
                state.withLock { state in
                    state.idle.append(process)
                    state.failuresInRow = 0
                    state.hasAnswered = true
                }
                if attempt > 0 {
                    log.failed(reason, "a batch was tried again in a fresh process, and is there")
                }
                return answer
            } catch {
                reason = error.message
            }
        }
        log.failed(
            reason,
            "a batch was tried again in a fresh process, and its \(samples) samples are lost")
        let isGivenUp = state.withLock { state in
            state.failuresInRow += 1
            let most = state.hasAnswered ? Self.givenUpAfter : Self.notBegunAfter
            guard givesUp, state.failuresInRow >= most, state.trouble == nil else { return false }
            let which = state.hasAnswered ? "\(most) batches in a row" : "the first \(most) batches"
            state.trouble = "\(which) failed, each twice; the last: \(PluginLog.short(reason))"
            return true
        }
        // The program may end before the team does.
        if isGivenUp { log.close() }
        return nil
    }
}
