// SPDX-License-Identifier: Apache-2.0
import Foundation
import PoolCore
import PoolRuntime
import Simulation
import Testing

/// Prints what handing out work costs; run with QPOOL_MEASURE=1 and a release build.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["QPOOL_MEASURE"] != nil), .serialized)
struct HandOutMeasurement {
    @Test(arguments: [1, 8, 64]) func leasesASecond(slots: Int) async throws {
        var options = CoordinatorOptions()
        options.leaseLevels = 8...8
        options.speculates = false
        let pool = try Loopback(options: options)
        let workers = [try pool.worker(slots: slots), try pool.worker(slots: slots)]
        let job = ModelJob(seed: 3, samples: 256 * 100_000, quantile: 1e-6)
        let start = ContinuousClock.now
        _ = try await pool.client.submit(job.package, id: "rate")
        _ = try await pool.result(of: "rate")
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        print(
            "hand-out: \(slots) slots, 2 workers: \(Int(100_000 / seconds)) leases/s of 256 samples"
        )
        for worker in workers { worker.drain(reason: "measured") }
        for worker in workers { try await worker.ended() }
        pool.coordinator.stop()
    }

    @Test func roundTrip() async throws {
        let pool = try Loopback()
        _ = try await pool.client.submit(LoopbackTests.job.package, id: "trip")
        var times: [Double] = []
        for _ in 0..<5_000 {
            let start = ContinuousClock.now
            _ = try await pool.client.status("trip")
            times.append((ContinuousClock.now - start) / .microseconds(1))
        }
        times.sort()
        print("round trip of status: p50 \(Int(times[2_500])) µs, p99 \(Int(times[4_950])) µs")
        pool.coordinator.stop()
    }
}
