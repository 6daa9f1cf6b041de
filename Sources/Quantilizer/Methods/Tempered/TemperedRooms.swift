// SPDX-License-Identifier: Apache-2.0

/// `tilt`: by weight exp(U/β), capped.
struct TiltRoom: MethodRoom {
    var settings: TiltSettings

    var name: String { "tilt" }
    var nature: MethodNature { AskedTilt.nature }
    var drawsAreSamples: Bool { true }
    var keepsQuantiles: Bool { settings.quantile != nil }

    func machine(for job: CompiledJob) -> any Method {
        TemperedMethod(job: job, goal: .tilt(settings))
    }

    func plan(_ plan: inout JobPlan, job: CompiledJob) {
        plan.tempered(settings.quantile, pilot: settings.pilot, job)
    }

    func written(_ job: CompiledJob, proposal: JSON) -> JSON {
        .object([(name, settings.normalised)])
    }
}

/// `minimax`: the best against any true utility within ε.
struct MinimaxRoom: MethodRoom {
    var settings: MinimaxSettings

    var name: String { "minimax" }
    var nature: MethodNature { AskedMinimax.nature }
    var drawsAreSamples: Bool { true }
    var keepsQuantiles: Bool { false }

    func machine(for job: CompiledJob) -> any Method {
        TemperedMethod(job: job, goal: .minimax(settings))
    }

    func plan(_ plan: inout JobPlan, job: CompiledJob) {
        plan.tempered(nil, pilot: settings.pilot, job)
    }

    func written(_ job: CompiledJob, proposal: JSON) -> JSON {
        .object([(name, settings.normalised)])
    }
}

extension JobPlan {
    /// A pilot, and samples admitted by what it found.
    fileprivate mutating func tempered(_ quantile: Double?, pilot: Int, _ job: CompiledJob) {
        pilotSamples = UInt64(pilot)
        selections = [Self.tempered(quantile, job)]
        rounds = 2
        memoryBytes = 4 * pilot * job.candidateBytes
        isExact = false
    }
}

extension MethodChoice {
    /// By weight exp(U/β), capped.
    public static func tilt(_ settings: TiltSettings) -> MethodChoice {
        MethodChoice(TiltRoom(settings: settings))
    }

    /// The best against any true utility within ε.
    public static func minimax(_ settings: MinimaxSettings) -> MethodChoice {
        MethodChoice(MinimaxRoom(settings: settings))
    }
}
