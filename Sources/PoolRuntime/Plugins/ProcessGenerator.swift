// SPDX-License-Identifier: Apache-2.0
internal import Quantilizer
internal import Synchronization

/// A program that makes samples of noise: a process for each thread that asks, kept.
///
/// A batch that goes wrong is tried once more, in a fresh process; then its samples count as failed.
/// After ``ProcessFunction/givenUpAfter`` such batches in a row the program is given up.
final class ProcessGenerator: SampleGenerator {
    private struct State {
        var idle: [PluginProcess] = []
        var failuresInRow = 0
        var trouble: String?
    }

    private let source: ProcessSource
    private let noise: Int
    private let dimension: Int
    private let folder: String
    private let log: PluginLog
    private let state = Mutex(State())

    init(
        _ source: ProcessSource, noise: Int, dimension: Int, folder: String,
        log: @escaping @Sendable (String) -> Void
    ) {
        self.source = source
        self.noise = noise
        self.dimension = dimension
        self.folder = folder
        self.log = PluginLog(log)
    }

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
                source, name: "base", dimension: noise, results: dimension, folder: folder)
        } catch {
            throw FunctionRefusal("`\(source.command.joined(separator: " "))`: \(error.message)")
        }
    }

    func fill(lanes: Int, noise: borrowing Columns, values: inout Columns) -> Bool {
        for start in stride(from: 0, to: lanes, by: source.batch) {
            let count = min(source.batch, lanes - start)
            guard batch(start, count, noise, &values) else { return false }
        }
        return true
    }

    private func batch(
        _ offset: Int, _ count: Int, _ noise: borrowing Columns, _ values: inout Columns
    ) -> Bool {
        var reason = ""
        for attempt in 0..<2 {
            if trouble != nil { return false }
            let kept = attempt == 0 ? state.withLock { $0.idle.popLast() } : nil
            do throws(FunctionRefusal) {
                let process: PluginProcess
                if let kept { process = kept } else { process = try fresh() }
                try process.generate(
                    offset: offset, lanes: count, noise: noise, values: &values, width: dimension)
                state.withLock { state in
                    state.idle.append(process)
                    state.failuresInRow = 0
                }
                return true
            } catch {
                reason = error.message
                log.failed("the base: \(reason)")
            }
        }
        state.withLock { state in
            state.failuresInRow += 1
            if state.failuresInRow >= ProcessFunction.givenUpAfter {
                state.trouble =
                    "\(ProcessFunction.givenUpAfter) batches in a row failed, each twice; the last: "
                    + reason
            }
        }
        return false
    }
}
