// SPDX-License-Identifier: Apache-2.0
internal import Quantilizer
internal import Synchronization

/// A function of a shared library as a utility or a cost. Several threads call it at once.
final class LibraryFunction: ExternalFunction {
    private let name: String
    private let dimension: Int
    private let library: SharedLibrary
    private let log: PluginLog

    init(
        _ source: LibrarySource, name: String, dimension: Int, folder: String,
        log: @escaping @Sendable (String) -> Void
    ) throws(FunctionRefusal) {
        self.name = name
        self.dimension = dimension
        self.log = PluginLog(log)
        let path = source.path.hasPrefix("/") ? source.path : folder + "/" + source.path
        do throws(FunctionRefusal) {
            try PinnedFiles.check(
                [PinnedFile(path: source.path, sha256: source.sha256)], folder: folder)
            library = try SharedLibrary(path: path, function: source.function)
        } catch {
            throw FunctionRefusal("the library \(source.path): \(error.message)")
        }
    }

    func evaluate(
        lanes: Int, values: borrowing Columns, scratch: inout Columns, results: inout Columns,
        column: Int
    ) {
        guard
            library.call(
                lanes: lanes, dimension: dimension, values: values, results: &results,
                column: column)
        else {
            log.failed("`\(name)`: the library says that it failed; \(lanes) samples are lost")
            FailedSample.fill(&results, column: column, lanes: lanes)
            return
        }
        for lane in 0..<lanes { results[column, lane] = FailedSample.clean(results[column, lane]) }
    }
}

/// Tells of failures, but not of all where there are very many.
final class PluginLog: Sendable {
    private static let most = 20
    private let say: @Sendable (String) -> Void
    private let count = Atomic(0)

    init(_ say: @escaping @Sendable (String) -> Void) { self.say = say }

    func failed(_ words: @autoclosure () -> String) {
        let number = count.wrappingAdd(1, ordering: .relaxed).newValue
        if number <= Self.most { say(words()) }
        if number == Self.most { say("further failures are counted only") }
    }
}
