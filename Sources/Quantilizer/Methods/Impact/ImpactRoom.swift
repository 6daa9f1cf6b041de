// SPDX-License-Identifier: Apache-2.0

/// `impact`: the best under a cap on the law of a variable, in bins of a width or value by value.
struct ImpactRoom: MethodRoom {
    var width: Double?

    var name: String { "impact" }
    var nature: MethodNature { AskedImpact.nature }
    var hasCells: Bool { true }
    var looksTwice: Bool { true }
    var drawsAreSamples: Bool { true }

    func machine(for job: CompiledJob) -> any Method { ImpactMethod(job: job, width: width) }

    func plan(_ plan: inout JobPlan, job: CompiledJob) {
        plan.memoryBytes = 0
        plan.selections = job.selections.map {
            JobPlan.uniform(
                $0, kept: KeptCount.of(quantile: $0.quantile, samples: job.settings.samples), job)
        }
    }

    func written(_ job: CompiledJob, proposal: JSON) -> JSON {
        let variable = job.auxiliary?.normalised ?? .null
        return written([("of", variable)] + (width.map { [("width", .number($0))] } ?? []))
    }
}

extension MethodChoice {
    /// The best under a cap on the law of a variable, in bins of a width or value by value.
    public static func impact(width: Double?) -> MethodChoice {
        MethodChoice(ImpactRoom(width: width))
    }
}
