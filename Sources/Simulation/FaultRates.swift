// SPDX-License-Identifier: Apache-2.0

/// How often what goes wrong. Rates are means a virtual second over the whole pool.
public struct FaultRates: Sendable, Hashable {
    /// Share of messages lost, though the connection lives.
    public var loss = 0.0
    /// Share of messages that come twice.
    public var duplication = 0.0
    /// Share of messages delayed by up to several seconds, so that later ones overtake them.
    public var reordering = 0.0
    /// Share of frames replaced by random ones.
    public var garbage = 0.0
    /// Workers killed, and started again after a while under a new id or under the old one.
    public var workerCrashes = 0.0
    /// Workers stopped for a while and continued, as by SIGSTOP and SIGCONT.
    public var freezes = 0.0
    /// Workers that become fifty times slower.
    public var slowDowns = 0.0
    /// Parts of the workers cut off for a while, in both directions or in one.
    public var partitions = 0.0
    /// Workers told to drain; others take their place.
    public var drains = 0.0
    /// Jumps of a worker's clock, forward by up to an hour or back by up to half a minute.
    public var workerClockJumps = 0.0
    /// Coordinators killed, and started again from what was durable.
    public var coordinatorCrashes = 0.0
    /// Jumps of the coordinator's clock.
    public var coordinatorClockJumps = 0.0
    /// Share of commits that the store refuses once.
    public var storeFailures = 0.0
    /// Disks that are full for a while.
    public var fullDisks = 0.0
    /// Clients cut off for a while.
    public var clientCuts = 0.0
    /// Share of jobs that their client cancels.
    public var cancellations = 0.0
    /// Share of cancelled jobs that are retried until they end.
    public var retries = 0.0
    /// Share of jobs of one round that are extended, half of them twice.
    public var extensions = 0.0
    /// Share of jobs whose priority is changed.
    public var priorityChanges = 0.0
    /// Share of jobs whose id a second client submits too, with the same text or with another.
    public var rivals = 0.0

    /// Nothing goes wrong.
    public init() {}

    /// Every rate, by the name it has on the command line.
    public static var byName:
        [(name: String, rate: any WritableKeyPath<FaultRates, Double> & Sendable)]
    {
        [
            ("loss", \.loss), ("duplication", \.duplication), ("reordering", \.reordering),
            ("garbage", \.garbage), ("worker-crashes", \.workerCrashes), ("freezes", \.freezes),
            ("slow-downs", \.slowDowns), ("partitions", \.partitions), ("drains", \.drains),
            ("worker-clock-jumps", \.workerClockJumps),
            ("coordinator-crashes", \.coordinatorCrashes),
            ("coordinator-clock-jumps", \.coordinatorClockJumps),
            ("store-failures", \.storeFailures), ("full-disks", \.fullDisks),
            ("client-cuts", \.clientCuts), ("cancellations", \.cancellations),
            ("retries", \.retries), ("extensions", \.extensions),
            ("priority-changes", \.priorityChanges), ("rivals", \.rivals),
        ]
    }

    /// Everything goes wrong, each of it now and then.
    public static var usual: FaultRates {
        var rates = FaultRates()
        rates.loss = 0.02
        rates.duplication = 0.05
        rates.reordering = 0.1
        rates.garbage = 0.005
        rates.workerCrashes = 0.1
        rates.freezes = 0.05
        rates.slowDowns = 0.01
        rates.partitions = 0.02
        rates.drains = 0.02
        rates.workerClockJumps = 0.02
        rates.coordinatorCrashes = 0.06
        rates.coordinatorClockJumps = 0.02
        rates.storeFailures = 0.02
        rates.fullDisks = 0.01
        rates.clientCuts = 0.02
        rates.cancellations = 0.1
        rates.retries = 0.5
        rates.extensions = 0.15
        rates.priorityChanges = 0.1
        rates.rivals = 0.15
        return rates
    }

    /// Everything goes wrong all the time.
    public static var heavy: FaultRates {
        var rates = usual
        for (_, rate) in byName { rates[keyPath: rate] = min(4 * rates[keyPath: rate], 0.5) }
        return rates
    }

    /// These rates, each scaled at random between 0 and 2, some switched off: every schedule is of
    /// another kind.
    func varied(_ random: inout SimulationRandom) -> FaultRates {
        var rates = self
        for (_, rate) in Self.byName {
            rates[keyPath: rate] *= random.chance(0.3) ? 0 : 2 * random.unit()
        }
        return rates
    }
}
