// SPDX-License-Identifier: Apache-2.0

/// `plain`: of an estimate, base samples counted.
struct PlainRoom: MethodRoom {
    var name: String { "plain" }
    var nature: MethodNature { AskedPlain.nature }

    func whyNotExtensible(_ settings: JobSettings) -> JobFailure? {
        JobFailure(
            "cannot-extend", "an estimate is made at once: submit one with more `samples`")
    }

    func machine(for job: CompiledJob) -> any Method { PlainEstimate() }
    func plan(_ plan: inout JobPlan, job: CompiledJob) { plan.memoryBytes = 0 }
}

extension MethodChoice {
    /// Of an estimate, base samples counted.
    public static let plain = MethodChoice(PlainRoom())
}
