// SPDX-License-Identifier: Apache-2.0

/// A method as a job file asks for it: what stands under its name, read, without what follows from the
/// job's other keys.
protocol AskedMethod: Sendable {
    /// The name in job files.
    static var name: String { get }
    /// Reads what stands under the name.
    static func read(
        _ node: JobNode, _ surroundings: MethodSurroundings
    ) throws(JobError) -> Self
    /// Whether it estimates the probability of an event.
    var estimating: Estimating { get }
    /// Whether its draws are independent of one another.
    var isIndependent: Bool { get }
    /// The method with its numbers; nil where they do not go together, which is then noted.
    func numbers(_ keys: inout MethodKeys) -> MethodNumbers?

    /// A law that is sampled in place of the base, not yet read.
    var proposal: JobNode? { get }
    /// A function beside the job's own, not yet read: its name and its path.
    var auxiliary: (key: String, path: String, node: JobNode)? { get }
    /// What texts are ranked by after each stage, not yet read; nil for the utility.
    var stageUtilities: [JobNode?] { get }
}

extension AskedMethod {
    /// The name in job files.
    var name: String { Self.name }
    var estimating: Estimating { .never }
    var isIndependent: Bool { false }
    var proposal: JobNode? { nil }
    var auxiliary: (key: String, path: String, node: JobNode)? { nil }
    var stageUtilities: [JobNode?] { [] }
}

/// Whether a method estimates the probability of an event, or gives draws.
enum Estimating {
    /// It gives draws alone.
    case never
    /// It estimates alone.
    case always
    /// It does both.
    case too
    /// It does both, and an estimate needs a function that leads towards the event.
    case withLevel
}

/// What a method's own settings may depend on.
struct MethodSurroundings {
    /// Whether the job is about an event.
    var isEstimate: Bool
    /// The tables that the job names.
    var tables: [String: DataTable]
    /// The job's confidence, where it can be read.
    var confidence: Double
}

/// The numbers of a job that depend on one another.
struct MethodNumbers {
    var samples: UInt64
    var quantiles: [Double]
    var method: MethodChoice
    var precision: Precision?
    /// What stands in the normalised job for `samples` or `precision`.
    var asked: (key: String, value: JSON)?

    /// Those of an estimate; the quantile is what plans suppose.
    static func estimate(
        _ method: MethodChoice, samples: UInt64 = 1, asked: (String, JSON)? = nil
    ) -> Self {
        Self(
            samples: samples, quantiles: [1e-9], method: method, precision: nil, asked: asked)
    }
}
