// SPDX-License-Identifier: Apache-2.0

/// What a pilot decided: how samples are admitted, and how many are kept. To the samples that follow it
/// is a constant, which is what makes the certificate hold.
struct TemperedPlan: Sendable, Hashable {
    /// The share of the samples to keep.
    var quantile = 1.0
    /// How samples are admitted; nil where the best are kept, of order 1.
    var tempering: Tempering?
    /// ε of minimax, NaN for a tilt.
    var shortfall = Double.nan
    /// What the pilot says of the law: the share of the weight cut off at the cap, the divergence in
    /// nats, samples of equal weight.
    var capped = 0.0
    var divergence = 0.0
    var effective = 0.0
    /// Of minimax of an order above 1, the norm of the ratio to the base that multiplies ε, and its
    /// standard error.
    var norm = Double.nan
    var normError = Double.nan
    /// The level t of minimax, NaN for a tilt.
    var level = Double.nan

    /// How far the kept share stays below the share that is thought to be admitted, in standard
    /// deviations of both.
    private static let margin = 3.0

    private static func deviation(
        _ admitted: PilotSample.Admitted, _ pilot: PilotSample, _ job: CompiledJob
    ) -> Double {
        let of = admitted.spread / admitted.mean / pilot.count.squareRoot()
        let own =
            (max(0, 1 - admitted.mean) / admitted.mean / Double(job.settings.samples))
            .squareRoot()
        return (of * of + own * own).squareRoot()
    }

    /// The plan of a tilt.
    static func tilt(
        _ settings: TiltSettings, _ pilot: PilotSample, _ job: CompiledJob
    ) -> TemperedPlan {
        let beta =
            switch settings.strength {
            case .beta(let beta): beta
            case .divergence(let nats): pilot.beta(divergence: nats)
            }
        var plan = TemperedPlan()
        plan.take(
            .exponential(beta: beta), quantile: settings.quantile, cap: settings.cap, pilot, job)
        return plan
    }

    /// The plan of minimax with a known ε.
    static func minimax(
        _ settings: MinimaxSettings, shortfall: Double, _ pilot: PilotSample, _ job: CompiledJob
    ) -> TemperedPlan {
        var plan = TemperedPlan()
        plan.shortfall = shortfall
        plan.level = pilot.level(error: shortfall, order: settings.order)
        guard settings.order > 1 else {
            plan.quantile = max(pilot.share(above: plan.level), 1 / pilot.count)
            plan.effective = plan.quantile * pilot.count
            plan.divergence = -Elementary.log(plan.quantile)
            return plan
        }
        plan.take(
            .power(level: plan.level, exponent: settings.order - 1), quantile: nil,
            cap: settings.cap, pilot, job)
        if let tempering = plan.tempering {
            (plan.norm, plan.normError) = pilot.norm(
                tempering, power: Double(settings.order) / Double(settings.order - 1))
        }
        return plan
    }

    private mutating func take(
        _ weight: Tempering.Weight, quantile asked: Double?, cap: Double, _ pilot: PilotSample,
        _ job: CompiledJob
    ) {
        var chosen = pilot.capped(weight, share: cap)
        if let asked {
            chosen = pilot.admitting(asked, weight)
            let more = 1 + Self.margin * Self.deviation(pilot.admission(chosen), pilot, job)
            chosen = pilot.admitting(min(1, asked * more), weight)
            quantile = asked
        } else {
            let admitted = pilot.admission(chosen)
            quantile = min(
                1, admitted.mean / (1 + Self.margin * Self.deviation(admitted, pilot, job)))
        }
        let admitted = pilot.admission(chosen)
        tempering = chosen
        capped = admitted.capped
        divergence = admitted.divergence
        effective = admitted.effective
    }

    func write(to writer: inout ByteWriter) {
        for number in [
            quantile, shortfall, capped, divergence, effective, norm, normError, level,
        ] {
            writer.write(number)
        }
        writer.write(tempering != nil)
        tempering?.write(to: &writer)
    }

    init() {}

    init(from reader: inout ByteReader) throws(DecodingFailure) {
        quantile = try reader.double()
        shortfall = try reader.double()
        capped = try reader.double()
        divergence = try reader.double()
        effective = try reader.double()
        norm = try reader.double()
        normError = try reader.double()
        level = try reader.double()
        guard quantile > 0, quantile <= 1 else { throw DecodingFailure("no such quantile") }
        tempering = try reader.bool() ? try Tempering(from: &reader) : nil
    }
}
