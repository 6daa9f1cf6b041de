// SPDX-License-Identifier: Apache-2.0
internal import Quantilizer

/// A function of a shared library as a utility or a cost. Several threads call it at once.
final class LibraryFunction: ExternalFunction {
    private let dimension: Int
    private let library: SharedLibrary
    private let log: PluginLog

    init(
        _ source: LibrarySource, name: String, dimension: Int, folder: String,
        log: @escaping @Sendable (String) -> Void
    ) throws(FunctionRefusal) {
        self.dimension = dimension
        self.log = PluginLog(name, log)
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
            log.failed("the library says that it failed", "\(lanes) samples are lost")
            FailedSample.fill(&results, column: column, lanes: lanes)
            return
        }
        for lane in 0..<lanes { results[column, lane] = FailedSample.clean(results[column, lane]) }
    }
}
