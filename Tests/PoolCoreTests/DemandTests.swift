// SPDX-License-Identifier: Apache-2.0
import Quantilizer
import Simulation
import Testing

@testable import PoolCore

/// What a job will take is known when it is submitted; a job at which coordinators die is put away.
@Suite struct DemandTests {
    private func failures(_ pool: CoordinatorDriver) -> [PoolFailure] {
        pool.take(CoordinatorDriver.client).compactMap {
            if case .errorReply(let reply) = $0 { PoolFailure(reply.failure) } else { nil }
        }
    }

    @Test func aJobThatDoesNotFitIsRefused() {
        let pool = CoordinatorDriver { $0.maximumJobBytes = 2e6 }
        pool.submit(ModelJob(seed: 1, samples: 1_000, quantile: 0.1), id: "small")
        #expect(failures(pool).isEmpty)
        // 10^6 candidates at 24 bytes, four times.
        pool.submit(ModelJob(seed: 1, samples: 10_000_000, quantile: 0.1), id: "candidates")
        let told = failures(pool)
        #expect(told.map(\.code) == [.limit])
        #expect(told.first?.message.contains("candidates") == true)
        pool.submit(ModelJob(seed: 1, samples: 2_000, quantile: 1, draws: 1_000), id: "draws")
        #expect(failures(pool).map(\.code) == [.limit])
        #expect(pool.core.jobs.count == 1)
    }

    /// The document that is predicted is not smaller than the one that is written.
    @Test func aResultsSizeIsPredicted() throws {
        let job = ModelJob(seed: 1, samples: 100_000, quantile: 0.1, draws: 1_000)
        let demand = JobDemand(job.compiled)
        #expect(demand.resultBytes >= 65_536 + 1_000 * 96)
        #expect(demand.resultBytes < 1e6)
    }

    private func stored(_ crashes: Int) -> StoredJob {
        let job = ModelJob(seed: 1, samples: 3_000, quantile: 0.1)
        var stored = StoredJob(
            id: "j", package: job.package, digest: "d", name: "", priority: 0, order: 1)
        stored.crashes = crashes
        return stored
    }

    @Test func aJobAtWhichCoordinatorsDieIsPutAway() throws {
        let twice = CoordinatorDriver()
        twice.step(.restored(stored(PoolLimits.crashes - 1)))
        #expect(twice.status("j")?.state == .running)
        let pool = CoordinatorDriver()
        pool.step(.restored(stored(PoolLimits.crashes)))
        let status = try #require(pool.status("j"))
        #expect(status.state == .failed)
        #expect(PoolFailure(status.failure).code == .putAway)
        let isEnded = pool.records.contains {
            if case .ended(job: "j", .failed(_)) = $0 { true } else { false }
        }
        #expect(isEnded)
        // Somebody may try again.
        pool.step(.received(CoordinatorDriver.client, .retry(.with { $0.job = "j" })))
        #expect(pool.status("j")?.state == .running)
    }

    /// What gets on is not counted against it.
    @Test func whoGetsOnIsForgiven() throws {
        let job = ModelJob(seed: 1, samples: 3_000, quantile: 0.1)
        let pool = CoordinatorDriver()
        pool.step(.restored(stored(2)))
        pool.hello(1)
        let lease = try #require(pool.leases(1).first)
        pool.compute(lease, job, by: 1)
        let isTold = pool.records.contains {
            if case .progressed(job: "j") = $0 { true } else { false }
        }
        #expect(isTold)
        #expect(pool.core.jobs["j"]?.crashes == 0)
    }
}
