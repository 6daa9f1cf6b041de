// SPDX-License-Identifier: Apache-2.0

/// A method that weighs samples of a proposal; an attack is one, too.
protocol WeighingRoom: MethodRoom {
    /// What is weighed, and how.
    var weighing: ImportanceSettings { get }
}

extension WeighingRoom {
    var slots: (any SlotTask.Type)? { WeighingPass.self }
    var takesFormulasAlone: Bool { true }
}

extension MethodChoice {
    /// The settings of a method that weighs samples; nil of others.
    var weighing: ImportanceSettings? { (traits as? any WeighingRoom)?.weighing }
}

/// `importance` and `cross-entropy`: samples of a proposal, weighed, behind a gate.
struct ImportanceRoom: WeighingRoom {
    var weighing: ImportanceSettings
    /// Whether the proposal is adapted; else the job gives it.
    var isAdapted: Bool

    var name: String { isAdapted ? "cross-entropy" : "importance" }
    var nature: MethodNature { isAdapted ? AskedCrossEntropy.nature : AskedImportance.nature }

    func machine(for job: CompiledJob) -> any Method {
        gated(ImportanceMethod(job: job, settings: weighing), job)
    }

    func plan(_ plan: inout JobPlan, job: CompiledJob) {
        plan.isExact = false
        plan.rounds =
            weighing.adaptation == nil
            ? 3 : 6 + Int((-Kernels.log10(job.settings.quantiles[0])).rounded(.up))
        plan.samples = ImportanceMethod.evaluations(job, weighing)
        plan.memoryBytes =
            weighing.blockedSamples * WeighedBlock.bytesEach(costs: job.costs.count)
        plan.selections = job.selections.map { plan.gated($0, job) }
    }

    func written(_ job: CompiledJob, proposal: JSON) -> JSON {
        written((isAdapted ? [] : [("proposal", proposal)]) + weighing.normalised)
    }
}

extension MethodChoice {
    /// Samples of a proposal that the job gives, weighed, behind a gate.
    public static func importance(_ settings: ImportanceSettings) -> MethodChoice {
        MethodChoice(ImportanceRoom(weighing: settings, isAdapted: false))
    }

    /// The same with a proposal that is adapted first.
    public static func crossEntropy(_ settings: ImportanceSettings) -> MethodChoice {
        MethodChoice(ImportanceRoom(weighing: settings, isAdapted: true))
    }
}
