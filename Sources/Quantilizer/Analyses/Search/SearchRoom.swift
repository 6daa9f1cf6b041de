// SPDX-License-Identifier: Apache-2.0

/// `search`: parameters of a reward whose quantilizer does well by a criterion.
struct SearchRoom: MethodRoom {
    var settings: SearchSettings

    var name: String { "search" }
    var nature: MethodNature { AskedSearch.nature }
    var slots: (any SlotTask.Type)? { SearchPass.self }
    var isAnalysis: Bool { true }
    var unwrittenKeys: Set<String> { ["method", "draws"] }

    func whyNotExtensible(_ settings: JobSettings) -> JobFailure? {
        JobFailure(
            "cannot-extend",
            "a search goes so many generations: submit one with more `generations`")
    }

    func machine(for job: CompiledJob) -> any Method { SearchMethod(settings: settings) }

    func plan(_ plan: inout JobPlan, job: CompiledJob) {
        plan.isExact = true
        plan.rounds = settings.generations + 1
        plan.samples = settings.issued(bases: job.search?.bases ?? 1)
        plan.memoryBytes = 40 * settings.samples
    }

    func written(_ job: CompiledJob, proposal: JSON) -> JSON { .null }
    func writtenAnalysis(_ job: CompiledJob) -> [(String, JSON)] {
        guard let search = job.search else { return [] }
        return [(name, settings.normalised(search, criterion: job.costs[0].source))]
    }
}

extension MethodChoice {
    /// Parameters of a reward whose quantilizer does well by a criterion.
    public static func search(_ settings: SearchSettings) -> MethodChoice {
        MethodChoice(SearchRoom(settings: settings))
    }

    /// The settings of a search; nil of other methods.
    var search: SearchSettings? { self.as(SearchRoom.self)?.settings }
}
