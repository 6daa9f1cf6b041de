// SPDX-License-Identifier: Apache-2.0
internal import PoolCore

/// A worker in the simulation: the real session, and a model of the machine under it.
final class ModelWorker {
    let id: String
    var session: WorkerSession
    /// Distinguishes what belongs to this process from what belonged to one before it.
    let life: Int
    let samplesPerSecond: Double
    /// The difference of its clock from the simulation's.
    let skew: Int64
    var route: Route
    var isCut = false
    var frozenUntil: Int64 = 0
    var tickAt = Int64.max
    /// The lease being computed; a stop ends it at the next event.
    var computing: UInt64?
    var stopped: Set<UInt64> = []
    /// Whether it sends what it did not compute.
    let lies: Bool

    init(
        id: String, life: Int, route: Route, samplesPerSecond: Double, skew: Int64, lies: Bool
    ) {
        self.id = id
        self.lies = lies
        session = WorkerSession(
            identity: WorkerIdentity(
                id: id, host: "model", process: UInt32(life), cores: 1, memoryBytes: 1 << 30,
                slots: 2, version: "model", fingerprint: "model"))
        self.life = life
        self.route = route
        self.samplesPerSecond = samplesPerSecond
        self.skew = skew
    }
}
