// SPDX-License-Identifier: Apache-2.0
internal import Quantilizer
internal import Synchronization

/// A program that scores texts, a JSON document a line: a process for each thread that asks, kept.
///
/// A batch that goes wrong is tried once more, in a fresh process; then it has no scores.
final class ProcessScorer: TextScorer {
    private let source: ProcessSource
    private let name: String
    private let folder: String
    private let log: PluginLog
    private let idle = Mutex<[PluginProcess]>([])

    init(
        _ source: ProcessSource, name: String, folder: String,
        log: @escaping @Sendable (String) -> Void
    ) {
        self.source = source
        self.name = name
        self.folder = folder
        self.log = PluginLog(log)
    }

    /// Starts the first process, to see that there is one to be had.
    func start() throws(FunctionRefusal) {
        guard source.format == .jsonLines else {
            throw FunctionRefusal("a process that scores texts speaks `format: json-lines`")
        }
        let process = try fresh()
        idle.withLock { $0.append(process) }
    }

    private func fresh() throws(FunctionRefusal) -> PluginProcess {
        do throws(FunctionRefusal) {
            try PinnedFiles.check(source.files, folder: folder)
            return try PluginProcess(source, name: name, dimension: 0, folder: folder)
        } catch {
            throw FunctionRefusal("`\(source.command.joined(separator: " "))`: \(error.message)")
        }
    }

    func scores(_ samples: [(text: String, context: String)]) -> [Double]? {
        var result: [Double] = []
        for start in stride(from: 0, to: samples.count, by: source.batch) {
            let part = samples[start..<min(start + source.batch, samples.count)]
            guard let scores = batch(part) else { return nil }
            result += scores
        }
        return result
    }

    private func batch(_ samples: ArraySlice<(text: String, context: String)>) -> [Double]? {
        for attempt in 0..<2 {
            do throws(FunctionRefusal) {
                let kept = attempt == 0 ? idle.withLock { $0.popLast() } : nil
                let process: PluginProcess
                if let kept { process = kept } else { process = try fresh() }
                let scores = try process.scores(samples)
                idle.withLock { $0.append(process) }
                return scores
            } catch {
                log.failed("`\(name)`: \(error.message)")
            }
        }
        return nil
    }
}
