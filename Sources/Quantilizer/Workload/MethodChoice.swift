// SPDX-License-Identifier: Apache-2.0

/// How a job turns samples into draws: a method with its settings.
///
/// Each method's folder adds its own, as `.exact` or `.splitting(SplittingSettings())`.
public struct MethodChoice: Sendable, Hashable, CustomStringConvertible {
    /// What the layers below methods ask of it; its room, as ``MethodChoice/room``, knows the rest.
    var traits: any MethodTraits

    init(_ traits: any MethodTraits) { self.traits = traits }

    /// The method's name in job files and results.
    public var name: String { traits.name }

    /// Its name.
    public var description: String { name }

    /// Equality of the method and its settings.
    public static func == (a: MethodChoice, b: MethodChoice) -> Bool {
        AnyHashable(a.traits) == AnyHashable(b.traits)
    }

    /// Hashes the method and its settings.
    public func hash(into hasher: inout Hasher) { hasher.combine(AnyHashable(traits)) }
}

/// What rounds and evaluators ask of a job's method. They know no method by name.
protocol MethodTraits: Sendable, Hashable {
    /// The method's name in job files and results.
    var name: String { get }
    /// What its rounds of slots are about; nil where it takes samples alone.
    var slots: (any SlotTask.Type)? { get }
    /// Whether it counts by the cells of a variable.
    var hasCells: Bool { get }
    /// Of a method that ranks by something cheaper first, the stages in which texts are written, none of
    /// other samples; nil of other methods.
    var stages: [TextStage]? { get }
    /// Whether a text that is lost on the way is lost, and not asked for again.
    var losesForGood: Bool { get }
    /// Whether `samples` is the size of a group, of which there are as many as draws.
    var isInGroups: Bool { get }
    /// The most samples it takes, where it stops by itself; nil where `samples` says how many.
    var mostSamples: UInt64? { get set }
    /// Whether its certificate pays for earlier looks at an answer.
    var paysForLooks: Bool { get }
    /// Whether means over a part of the samples do, for the answer does not depend on them.
    var takesPart: Bool { get }
    /// Why it takes no more samples; nil where it does.
    func whyNotExtensible(_ settings: JobSettings) -> JobFailure?
}

extension MethodTraits {
    var slots: (any SlotTask.Type)? { nil }
    var hasCells: Bool { false }
    var takesPart: Bool { false }
    var stages: [TextStage]? { nil }
    var losesForGood: Bool { false }
    var isInGroups: Bool { false }
    var mostSamples: UInt64? {
        get { nil }
        set {}
    }
    var paysForLooks: Bool { false }
    func whyNotExtensible(_ settings: JobSettings) -> JobFailure? {
        JobFailure(
            "cannot-extend",
            "`\(name)` plans its passes for the number of samples that it has: submit a job with more "
                + "`samples`")
    }
}
