// SPDX-License-Identifier: Apache-2.0

/// Makes functions of processes and libraries: the part that touches the system.
public protocol FunctionProvider: Sendable {
    /// What may run: a worker announces it.
    var policy: PluginPolicy { get }
    /// The function of a process or a library, tried once so that a broken one is refused early.
    ///
    /// - Throws: ``FunctionRefusal``, with the remedy, where it is not allowed here, cannot be
    ///   started or loaded, or fails when it is tried.
    func function(
        _ source: ExternalSource, dimension: Int, name: String
    ) throws(FunctionRefusal) -> any ExternalFunction
    /// What scores texts by a process.
    ///
    /// - Throws: ``FunctionRefusal``, with the remedy, where it is not allowed here or cannot be
    ///   started.
    func scorer(_ source: ProcessSource, name: String) throws(FunctionRefusal) -> any TextScorer
    /// What makes samples by a process, of so many numbers of noise each.
    ///
    /// - Throws: ``FunctionRefusal``, with the remedy, where it is not allowed here or cannot be
    ///   started.
    func generator(
        _ source: ProcessSource, noise: Int, dimension: Int
    ) throws(FunctionRefusal) -> any SampleGenerator
}

extension FunctionProvider {
    /// None.
    ///
    /// - Throws: ``FunctionRefusal``, always.
    public func scorer(
        _ source: ProcessSource, name: String
    ) throws(FunctionRefusal) -> any TextScorer {
        throw FunctionRefusal("processes do not score texts here")
    }

    /// None.
    ///
    /// - Throws: ``FunctionRefusal``, always.
    public func generator(
        _ source: ProcessSource, noise: Int, dimension: Int
    ) throws(FunctionRefusal) -> any SampleGenerator {
        throw FunctionRefusal("processes do not make samples here")
    }
}

/// Why a function cannot be had, with the remedy.
public struct FunctionRefusal: Error, Sendable, Hashable {
    /// What is wrong.
    public var message: String

    /// A refusal.
    public init(_ message: String) { self.message = message }
}

/// Makes samples of noise, elsewhere. It blocks whoever asks.
public protocol SampleGenerator: Sendable {
    /// Why it is given up, nil while it is not.
    var trouble: String? { get }
    /// Fills all value columns; false where it cannot.
    func fill(lanes: Int, noise: borrowing Columns, values: inout Columns) -> Bool
}

/// Scores texts by another process. It blocks whoever asks.
public protocol TextScorer: Sendable {
    /// A score for each text; nil where the process failed.
    func scores(_ samples: [(text: String, context: String)]) -> [Double]?
}
