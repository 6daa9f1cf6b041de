// SPDX-License-Identifier: Apache-2.0

/// `splitting`: levels, islands and a gate; about log(1/q) work in place of 1/q.
struct SplittingRoom: MethodRoom {
    var settings: SplittingSettings

    var name: String { "splitting" }
    var nature: MethodNature { AskedSplitting.nature }
    var slots: (any SlotTask.Type)? { SplittingPass.self }
    /// What was lost there is lost: see ``TextParticles``.
    var losesForGood: Bool { true }

    func whyNotExtensible(_ settings: JobSettings) -> JobFailure? {
        JobFailure(
            "cannot-extend",
            "`splitting` issues what its levels and islands need, there is no number of samples "
                + "to raise: submit a job with more `draws` or `islands`")
    }

    func machine(for job: CompiledJob) -> any Method {
        gated(SplittingMethod(settings: settings), job)
    }

    func plan(_ plan: inout JobPlan, job: CompiledJob) {
        plan.isExact = false
        plan.rounds = 3
        plan.samples = SplittingMethod.evaluations(job, settings)
        // Base draws for the gate are paid for like the others.
        if job.drawsOnce { plan.samples += UInt64(job.settings.draws) }
        let kept = settings.islands * IslandRecord.particlesKept(job, settings)
        plan.memoryBytes = kept * (16 + 8 * job.base.dimension)
        plan.selections = job.selections.map { plan.gated($0, job) }
    }

    func written(_ job: CompiledJob, proposal: JSON) -> JSON {
        .object([(name, settings.normalised)])
    }
}

extension MethodChoice {
    /// Levels, islands and a gate: about log(1/q) work in place of 1/q.
    public static func splitting(_ settings: SplittingSettings) -> MethodChoice {
        MethodChoice(SplittingRoom(settings: settings))
    }

    /// The settings of `splitting`; nil of other methods.
    public var splitting: SplittingSettings? { self.as(SplittingRoom.self)?.settings }
}
