// SPDX-License-Identifier: Apache-2.0

/// A method as a job file asks for it: what stands under its name, read, without what follows from the
/// job's other keys.
protocol AskedMethod: Sendable {
    /// What may stand under its name.
    static var declaration: SettingsDeclaration { get }
    /// What it does whatever its settings are.
    static var nature: MethodNature { get }
    /// Reads it. What is wrong is noted in the mapping, and what is returned then is of no use.
    static func read(_ map: inout JobMapping, _ surroundings: MethodSurroundings) -> Self
    /// Whether its draws are independent of one another.
    var isIndependent: Bool { get }
    /// The method with its numbers; nil where they do not go together, which is then noted.
    func numbers(_ keys: inout MethodKeys) -> MethodNumbers?

    /// A law that is sampled in place of the base, not yet read.
    var proposal: JobNode? { get }
    /// A function beside the job's own, not yet read: its name, and the key that it stands under.
    var auxiliary: (name: String, key: String, node: JobNode)? { get }
    /// What texts are ranked by after each stage, not yet read; nil for the utility.
    var stageUtilities: [JobNode?] { get }
}

extension AskedMethod {
    /// The name in the normalised job.
    static var name: String { declaration.name }
    var name: String { Self.name }
    /// Whether it estimates the probability of an event.
    var estimating: Estimating { Self.declaration.estimating }

    /// Reads what stands under the name.
    ///
    /// - Throws: everything wrong with it.
    static func read(
        _ node: JobNode, path: String, _ surroundings: MethodSurroundings
    ) throws(JobError) -> Self {
        var map = declaration.group.open(node, path: path, isEvent: surroundings.isEstimate)
        let asked = read(&map, surroundings)
        try map.finish()
        return asked
    }

    var isIndependent: Bool { false }
    var proposal: JobNode? { nil }
    var auxiliary: (name: String, key: String, node: JobNode)? { nil }
    var stageUtilities: [JobNode?] { [] }
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
