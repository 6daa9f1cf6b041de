// SPDX-License-Identifier: Apache-2.0
internal import PoolCore

/// A worker in the simulation: the real session, and a model of the machine under it.
final class ModelWorker {
    let id: String
    var session: WorkerSession
    let number: Int
    let slots = 2
    /// Distinguishes what belongs to this process from what belonged to one before it.
    let life: Int
    var samplesPerSecond: Double
    /// The difference of its clock from the simulation's; it may jump.
    var skew: Int64
    var route: Route
    /// Whether what it sends, and what is sent to it, is lost.
    var isCutOut = false
    var isCutIn = false
    var frozenUntil: Int64 = 0
    var tickAt = Int64.max
    /// Leases that are to be stopped: each ends when it would have been computed.
    var stopped: Set<UInt64> = []
    /// Whether it sends what it did not compute.
    let lies: Bool

    init(
        id: String, number: Int, life: Int, route: Route, samplesPerSecond: Double, skew: Int64,
        lies: Bool
    ) {
        self.id = id
        self.lies = lies
        self.number = number
        session = WorkerSession(
            identity: WorkerIdentity(
                id: id, host: "model", process: UInt32(life), cores: 1, memoryBytes: 1 << 30,
                slots: slots, version: "model", fingerprint: Sentinel.fingerprint))
        self.life = life
        self.route = route
        self.samplesPerSecond = samplesPerSecond
        self.skew = skew
    }
}
