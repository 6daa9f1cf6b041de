// SPDX-License-Identifier: Apache-2.0
import Quantilizer
import Simulation
import Testing

@testable import PoolCore

/// Leases that come back, and whether their worker gets others at once.
@Suite struct HandBackTests {
    private let job = ModelJob(seed: 1, samples: 1 << 16, quantile: 0.1)

    private func handBack(_ pool: CoordinatorDriver, _ lease: WireLease, by number: UInt8) {
        var message = WireHandBack()
        message.lease = lease.lease
        pool.step(.received(CoordinatorDriver.route(number), .handBack(message)))
    }

    /// A worker that is full of leases of a coordinator that is gone gives back what a new one hands
    /// out. That must not go on as fast as the network is.
    @Test func aWorkerWithoutRoomIsAskedOnceABeat() throws {
        let pool = CoordinatorDriver()
        pool.submit(job, id: "j")
        pool.hello(1, slots: 2)
        let first = pool.leases(1)
        #expect(first.count == 2)
        for lease in first { handBack(pool, lease, by: 1) }
        pool.step(.tick)
        #expect(pool.leases(1).isEmpty)
        // Nobody else waits for it: what it gave back is free.
        pool.hello(2, slots: 2)
        #expect(pool.leases(2).map(\.range) == first.map(\.range))
        var beat = WireHeartbeat()
        beat.sequence = 1
        pool.step(.received(CoordinatorDriver.route(1), .heartbeat(beat)))
        let second = pool.leases(1)
        #expect(second.count == 2)
        // What it computes shows that it has room.
        handBack(pool, second[0], by: 1)
        #expect(pool.leases(1).isEmpty)
        pool.compute(second[1], job, by: 1)
        #expect(pool.leases(1).count == 2)
    }

    /// What it was asked for says nothing about its room.
    @Test func whoGivesBackWhatWasTakenGetsMore() throws {
        let pool = CoordinatorDriver()
        pool.submit(job, id: "j")
        pool.submit(job, id: "next")
        pool.hello(1, slots: 2)
        let leases = pool.leases(1).filter { $0.job == "j" }
        let lease = try #require(leases.first)
        var cancel = WireCancel()
        cancel.job = "j"
        _ = pool.ask(.cancel(cancel))
        _ = pool.leases(1)
        handBack(pool, lease, by: 1)
        #expect(pool.leases(1).map(\.job) == ["next"])
    }
}
