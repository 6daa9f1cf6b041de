// SPDX-License-Identifier: Apache-2.0

/// Everything that the rest of the program asks of a method: a method is its folder, and this is its door.
///
/// A job's choice holds a room with the settings. What the layers below methods ask stands in
/// ``MethodTraits``.
protocol MethodRoom: MethodTraits {
    /// What it does whatever its settings are.
    var nature: MethodNature { get }
    /// The state machine of a job.
    func machine(for job: CompiledJob) -> any Method
    /// The same for a job that is computed in parts, to be merged.
    func machineInParts(of job: CompiledJob) -> any Method
    /// Fills in what is known of a job before it runs; see ``JobPlan``.
    func plan(_ plan: inout JobPlan, job: CompiledJob)
    /// Whether later passes depend on what the first one over all samples found.
    var looksTwice: Bool { get }
    /// Why it cannot be computed in parts, where it cannot.
    var whyNotInParts: String { get }
    /// Whether a table is its whole answer.
    var isAnalysis: Bool { get }
    /// Whether it goes by formulas, so that no plugin can be its utility.
    var takesFormulasAlone: Bool { get }

    /// Whether samples that are drawn once and kept will do, with these settings.
    func takesRecorded(isText: Bool, isEstimate: Bool) -> Bool

    /// Whether a draw is a sample whose index says all of it, so that anybody can make it again.
    var drawsAreSamples: Bool { get }
    /// Whether there may be fewer draws than asked for.
    var mayLackDraws: Bool { get }
    /// Whether all that is issued stands in each selection's certificate.
    func issuesAlike(_ job: CompiledJob) -> Bool
    /// Selections that a job has.
    func selectionCount(_ job: CompiledJob) -> Int
    /// Sets what the job and the other members imply of a selection; what cannot be put right is returned.
    func imply(_ counts: ImpliedCounts, of selection: inout SelectionResult) -> [String]

    /// What stands under `method` in the normalised job.
    func written(_ job: CompiledJob, proposal: JSON) -> JSON
    /// Whether the normalised job says the quantiles.
    var keepsQuantiles: Bool { get }
    /// The keys that the normalised job leaves out.
    var unwrittenKeys: Set<String> { get }
    /// Of an analysis, its member of the normalised job.
    func writtenAnalysis(_ job: CompiledJob) -> [(String, JSON)]
}

extension MethodRoom {
    func machineInParts(of job: CompiledJob) -> any Method { machine(for: job) }
    var looksTwice: Bool { false }
    var whyNotInParts: String {
        looksTwice
            ? "its second pass depends on all of the first"
            : "how far it goes depends on what it finds on the way"
    }
    var isAnalysis: Bool { false }
    var takesFormulasAlone: Bool { false }
    func takesRecorded(isText: Bool, isEstimate: Bool) -> Bool {
        switch nature.takesRecorded {
        case .never: false
        case .ofTexts: isText && !isEstimate
        case .always: true
        }
    }
    var drawsAreSamples: Bool { false }
    var mayLackDraws: Bool { false }
    func issuesAlike(_ job: CompiledJob) -> Bool { false }
    func selectionCount(_ job: CompiledJob) -> Int { job.selections.count }
    func imply(_ counts: ImpliedCounts, of selection: inout SelectionResult) -> [String] {
        let said = selection.certificate
        selection.quantile = counts.quantile
        selection.kept = said.kept
        if let gate = said.gate { selection.certificate.amplification = 1 / gate + 1 }
        let turned = selection.draws.count { $0.fallback }
        selection.certificate.fallback =
            Double(turned) / Double(max(1, counts.job.settings.draws))
        return []
    }
    func written(_ job: CompiledJob, proposal: JSON) -> JSON { .string(name) }
    var keepsQuantiles: Bool { true }
    var unwrittenKeys: Set<String> { [] }
    func writtenAnalysis(_ job: CompiledJob) -> [(String, JSON)] { [] }

    /// `{ name: settings }`.
    func written(_ settings: [(String, JSON)]) -> JSON {
        .object([(name, .object(settings))])
    }

    /// A method whose gate falls back to base draws; estimates give none.
    func gated(_ method: any Method, _ job: CompiledJob) -> any Method {
        job.recorded == nil || job.isEstimate ? method : FallbackMethod(method, job: job)
    }
}

extension MethodChoice {
    /// The method with everything it knows.
    var room: any MethodRoom {
        guard let room = traits as? any MethodRoom else {
            preconditionFailure("a job's method has a room")
        }
        return room
    }

    /// Why a job that is not computed in parts cannot be, in words.
    public var whyNotInParts: String { room.whyNotInParts }

    /// The settings of a kind of room; nil of other methods.
    func `as`<Room: MethodRoom>(_ kind: Room.Type) -> Room? { traits as? Room }
}
