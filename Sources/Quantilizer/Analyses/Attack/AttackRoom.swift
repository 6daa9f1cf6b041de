// SPDX-License-Identifier: Apache-2.0

/// `attack`: of an event, the shift of the base that makes it most likely.
struct AttackRoom: WeighingRoom {
    var settings: AttackSettings

    var name: String { "attack" }
    var nature: MethodNature { AskedAttack.nature }
    var weighing: ImportanceSettings { settings.weighing }
    var isAnalysis: Bool { true }
    var unwrittenKeys: Set<String> { ["method"] }

    func whyNotExtensible(_ settings: JobSettings) -> JobFailure? {
        JobFailure(
            "cannot-extend",
            "an attack plans its passes for the samples that it has: submit one with more")
    }

    func machine(for job: CompiledJob) -> any Method {
        AttackMethod(job: job, settings: settings)
    }

    func plan(_ plan: inout JobPlan, job: CompiledJob) {
        if let listed = job.base.listed {
            plan.rounds = 0
            plan.samples = UInt64(listed.outcomes)
            return
        }
        plan.isExact = false
        plan.rounds = settings.rounds + 10
        plan.samples = AttackMethod.evaluations(job, settings)
        plan.memoryBytes =
            settings.weighing.blockedSamples * WeighedBlock.bytesEach(costs: 0)
    }

    func written(_ job: CompiledJob, proposal: JSON) -> JSON { .null }
    func writtenAnalysis(_ job: CompiledJob) -> [(String, JSON)] {
        [(name, settings.normalised)]
    }
}

extension MethodChoice {
    /// Of an event, the shift of the base that makes it most likely.
    public static func attack(_ settings: AttackSettings) -> MethodChoice {
        MethodChoice(AttackRoom(settings: settings))
    }
}
