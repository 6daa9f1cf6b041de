// SPDX-License-Identifier: Apache-2.0

/// What a program adds to the job language: functions from outside, and base distributions.
///
///     var extensions = JobExtensions()
///     extensions.functions["bowl"] = SampleFunction { x, lane in -x[0, lane] * x[0, lane] }
///     extensions.bases["ring"] = { node, path throws(JobError) in RingBase() }
///
/// A job may then say `utility: { swift: { function: bowl } }` and `base: ring`. It is not part of a
/// job and does not travel with it: every program that computes the job brings its own.
public struct JobExtensions: Sendable {
    /// Makes a base from what a job file says of it: the node and its path of keys.
    public typealias BaseBuilder =
        @Sendable (JobNode, String) throws(JobError) -> any BaseDistribution

    /// Swift functions by name.
    public var functions: [String: any Utility] = [:]
    /// Bases by name; names of the built-in ones have no effect. A coordinator needs them too.
    public var bases: [String: BaseBuilder] = [:]
    /// Gives processes and libraries; nil where none run, as on a coordinator.
    public var provider: (any FunctionProvider)?
    /// Gives texts; nil where none can be drawn.
    public var texts: (any TextProvider)?
    /// Whether texts are drawn here. Where they are not, jobs compile without endpoints.
    public var drawsTexts = true
    /// Whether functions are called here. Where they are not, jobs compile without them.
    public var evaluates = true

    /// Nothing added, and no plugins.
    public init() {}

    /// The function of a source.
    func function(
        _ source: ExternalSource, dimension: Int, name: String
    ) throws(FunctionRefusal) -> any ExternalFunction {
        if !evaluates { return AbsentFunction() }
        if case .swift(let function) = source {
            guard let found = functions[function] else {
                let known = functions.keys.sorted()
                throw FunctionRefusal(
                    known.isEmpty
                        ? "this program brings no Swift functions; docs/plugins.md shows one that does"
                        : "no Swift function `\(function)`: "
                            + NearestName.hint(function, among: known))
            }
            return HostedFunction(found)
        }
        guard let provider else {
            throw FunctionRefusal("plugins do not run here")
        }
        return try provider.function(source, dimension: dimension, name: name)
    }
}

/// Makes functions of processes and libraries: the part that touches the system.
public protocol FunctionProvider: Sendable {
    /// What may run: a worker announces it.
    var policy: PluginPolicy { get }
    /// The function of a process or a library, tried once so that a broken one is refused early.
    func function(
        _ source: ExternalSource, dimension: Int, name: String
    ) throws(FunctionRefusal) -> any ExternalFunction
    /// What scores texts by a process.
    func scorer(_ source: ProcessSource, name: String) throws(FunctionRefusal) -> any TextScorer
    /// What makes samples by a process, of so many numbers of noise each.
    func generator(
        _ source: ProcessSource, noise: Int, dimension: Int
    ) throws(FunctionRefusal) -> any SampleGenerator
}

extension FunctionProvider {
    /// None.
    public func scorer(
        _ source: ProcessSource, name: String
    ) throws(FunctionRefusal) -> any TextScorer {
        throw FunctionRefusal("processes do not score texts here")
    }

    /// None.
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
