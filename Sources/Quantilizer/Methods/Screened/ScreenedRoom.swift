// SPDX-License-Identifier: Apache-2.0

/// `screened`: the best by a cheap first utility, then the best of those.
struct ScreenedRoom: MethodRoom {
    var settings: ScreenedSettings

    var name: String { "screened" }
    var nature: MethodNature { AskedScreened.nature }
    var stages: [TextStage]? { settings.stages }
    var looksTwice: Bool { true }
    func takesRecorded(isText: Bool, isEstimate: Bool) -> Bool {
        isText && !settings.stages.isEmpty
    }
    var drawsAreSamples: Bool { true }

    func machine(for job: CompiledJob) -> any Method {
        if settings.stages.isEmpty { return ScreenedMethod(job: job, settings: settings) }
        return StagedMethod(job: job, settings: settings)
    }

    func plan(_ plan: inout JobPlan, job: CompiledJob) {
        let samples = job.settings.samples
        if settings.stages.isEmpty {
            plan.rounds = ScreenedMethod(job: job, settings: settings).plannedRounds(job: job)
        } else {
            plan.rounds = settings.stages.count + 1
            plan.stages = settings.stages
            plan.goingOn = settings.goingOn(of: samples)
        }
        plan.selections = job.selections.map {
            JobPlan.uniform(
                $0, kept: KeptCount.of(quantile: $0.quantile, samples: samples), job)
        }
    }

    func issuesAlike(_ job: CompiledJob) -> Bool { !job.drawsOnce }

    func imply(_ counts: ImpliedCounts, of selection: inout SelectionResult) -> [String] {
        let samples = counts.job.settings.samples
        selection.quantile = counts.quantile
        selection.kept = KeptCount.of(quantile: counts.quantile, samples: samples)
        // How often a text may be written again in all stages is the method's to know.
        if !counts.job.drawsOnce {
            selection.certificate = .uniformOverKept(kept: selection.kept, issued: samples)
        }
        return []
    }

    func written(_ job: CompiledJob, proposal: JSON) -> JSON {
        let screen: [(String, JSON)] = job.auxiliary.map { [("screen", $0.normalised)] } ?? []
        return written(screen + settings.normalised(job.screens))
    }
}

extension MethodChoice {
    /// The best by a cheap first utility, then the best of those.
    public static func screened(_ settings: ScreenedSettings) -> MethodChoice {
        MethodChoice(ScreenedRoom(settings: settings))
    }

    /// The settings of `screened`; nil of other methods.
    public var screened: ScreenedSettings? { self.as(ScreenedRoom.self)?.settings }
}
