// SPDX-License-Identifier: Apache-2.0
internal import Quantilizer
internal import Synchronization

/// A program as a utility or a cost: a process for each thread that asks, started when it first
/// does, and kept.
///
/// A batch that goes wrong is tried once more, in a fresh process; if that goes wrong too its samples
/// count as failed. After ``givenUpAfter`` such batches in a row the function is given up, so that a
/// worker whose plugin is broken does not swallow a job.
final class ProcessFunction: ExternalFunction {
    /// Batches that fail one after the other before the function is given up.
    static let givenUpAfter = 8

    private struct State {
        var idle: [PluginProcess] = []
        var failuresInRow = 0
        var trouble: String?
    }

    private let source: ProcessSource
    private let name: String
    private let dimension: Int
    private let folder: String
    private let log: PluginLog
    private let state = Mutex(State())

    init(
        _ source: ProcessSource, name: String, dimension: Int, folder: String,
        log: @escaping @Sendable (String) -> Void
    ) {
        self.source = source
        self.name = name
        self.dimension = dimension
        self.folder = folder
        self.log = PluginLog(log)
    }

    var batchLanes: Int { source.batch }
    var trouble: String? { state.withLock { $0.trouble } }

    /// Starts the first process, to see that there is one to be had.
    func start() throws(FunctionRefusal) {
        let process = try fresh()
        state.withLock { $0.idle.append(process) }
    }

    private func fresh() throws(FunctionRefusal) -> PluginProcess {
        do throws(FunctionRefusal) {
            try PinnedFiles.check(source.files, folder: folder)
            return try PluginProcess(source, name: name, dimension: dimension, folder: folder)
        } catch {
            throw FunctionRefusal("`\(source.command.joined(separator: " "))`: \(error.message)")
        }
    }

    func evaluate(
        lanes: Int, values: borrowing Columns, scratch: inout Columns, results: inout Columns,
        column: Int
    ) {
        var offset = 0
        while offset < lanes {
            let count = min(source.batch, lanes - offset)
            if !batch(offset, count, values, &results, column) {
                for lane in offset..<offset + count { results[column, lane] = FailedSample.marker }
            }
            offset += count
        }
    }

    private func batch(
        _ offset: Int, _ count: Int, _ values: borrowing Columns, _ results: inout Columns,
        _ column: Int
    ) -> Bool {
        var reason = ""
        for attempt in 0..<2 {
            let kept: PluginProcess? = state.withLock { state in
                if state.trouble != nil { return nil }
                // The second attempt is a fresh process's.
                return attempt == 0 ? state.idle.popLast() : nil
            }
            if trouble != nil { return false }
            do throws(FunctionRefusal) {
                let process: PluginProcess
                if let kept { process = kept } else { process = try fresh() }
                try process.call(
                    offset: offset, lanes: count, values: values, results: &results,
                    column: column)
                state.withLock { state in
                    state.idle.append(process)
                    state.failuresInRow = 0
                }
                return true
            } catch {
                reason = error.message
                if attempt == 0 {
                    log.failed("`\(name)`: \(reason); the batch is tried again in a fresh process")
                }
            }
        }
        let words = "`\(name)`: \(reason)"
        log.failed("\(words); \(count) samples are lost")
        state.withLock { state in
            state.failuresInRow += 1
            if state.failuresInRow >= Self.givenUpAfter {
                state.trouble =
                    "\(Self.givenUpAfter) batches in a row failed, each twice; the last: \(reason)"
            }
        }
        return false
    }
}
