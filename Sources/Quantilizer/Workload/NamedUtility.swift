// SPDX-License-Identifier: Apache-2.0

/// A utility or a cost with its name and its source.
public struct NamedUtility: Sendable {
    /// The name in the job.
    public var name: String
    /// The formula, or whatever tells what it is.
    public var source: String
    /// The function.
    public var utility: any Utility
    /// Where it is computed, nil for a formula.
    public var external: ExternalSource?
    /// Of an ensemble, how its members are joined.
    public var ensemble: EnsembleRule?
    /// Of an ensemble, its members.
    public var members: [NamedUtility] = []

    /// A named function.
    public init(name: String, source: String, utility: any Utility) {
        self.name = name
        self.source = source
        self.utility = utility
    }

    /// A named function from outside.
    public init(name: String, external: ExternalSource, utility: any ExternalFunction) {
        self.init(name: name, source: external.description, utility: utility)
        self.external = external
    }

    /// Where it and its members are computed, formulas apart.
    var externals: [ExternalSource] {
        (external.map { [$0] } ?? []) + members.flatMap(\.externals)
    }

    /// As it stands in the normalised job.
    var normalised: JSON {
        guard let ensemble else { return external?.normalised ?? .string(source) }
        return .object(
            [("ensemble", .array(members.map(\.normalised)))] + ensemble.normalised)
    }

    /// Whether it is computed outside the formula language.
    var isExternal: Bool { utility is any ExternalFunction }
}
