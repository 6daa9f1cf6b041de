// SPDX-License-Identifier: Apache-2.0

/// How often what goes wrong. Rates are means a virtual second over the whole pool.
public struct FaultRates: Sendable, Hashable {
    /// Share of messages lost, though the connection lives.
    public var loss = 0.0
    /// Share of messages that come twice.
    public var duplication = 0.0
    /// Share of messages delayed by up to several seconds, so that later ones overtake them.
    public var reordering = 0.0
    /// Workers killed, and started again after a while under a new id.
    public var workerCrashes = 0.0
    /// Workers stopped for a while and continued, as by SIGSTOP and SIGCONT.
    public var freezes = 0.0
    /// Parts of the workers cut off for a while.
    public var partitions = 0.0
    /// Workers told to drain; others take their place.
    public var drains = 0.0
    /// Coordinators killed, and started again from what was durable.
    public var coordinatorCrashes = 0.0
    /// Share of commits that the store refuses once.
    public var storeFailures = 0.0
    /// Share of jobs that their client cancels.
    public var cancellations = 0.0
    /// Share of frames replaced by random ones.
    public var garbage = 0.0

    /// Nothing goes wrong.
    public init() {}

    /// Everything goes wrong, each of it now and then.
    public static var usual: FaultRates {
        var rates = FaultRates()
        rates.loss = 0.02
        rates.duplication = 0.05
        rates.reordering = 0.1
        rates.workerCrashes = 0.1
        rates.freezes = 0.05
        rates.partitions = 0.02
        rates.drains = 0.02
        rates.coordinatorCrashes = 0.03
        rates.storeFailures = 0.02
        rates.cancellations = 0.1
        rates.garbage = 0.005
        return rates
    }

    /// These rates, each scaled at random between 0 and 2, some switched off: every schedule is of
    /// another kind.
    func varied(_ random: inout SimulationRandom) -> FaultRates {
        func scale(_ rate: Double, _ random: inout SimulationRandom) -> Double {
            random.chance(0.3) ? 0 : rate * 2 * random.unit()
        }
        var rates = FaultRates()
        rates.loss = scale(loss, &random)
        rates.duplication = scale(duplication, &random)
        rates.reordering = scale(reordering, &random)
        rates.workerCrashes = scale(workerCrashes, &random)
        rates.freezes = scale(freezes, &random)
        rates.partitions = scale(partitions, &random)
        rates.drains = scale(drains, &random)
        rates.coordinatorCrashes = scale(coordinatorCrashes, &random)
        rates.storeFailures = scale(storeFailures, &random)
        rates.cancellations = scale(cancellations, &random)
        rates.garbage = scale(garbage, &random)
        return rates
    }
}
