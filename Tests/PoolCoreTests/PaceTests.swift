// SPDX-License-Identifier: Apache-2.0
import SwiftProtobuf
import Testing

@testable import PoolCore

/// With very many workers leases are longer and beats rarer. Here a beat is due so often that five
/// workers are many.
@Suite struct PaceTests {
    private let pool = CoordinatorDriver {
        $0.heartbeatNanoseconds = 200_000
        $0.silenceNanoseconds = 2_000_000
    }

    /// What a worker was told since the last call: nanoseconds between beats.
    private func told(_ number: UInt8) -> [UInt64] {
        pool.take(CoordinatorDriver.route(number)).compactMap {
            if case .welcome(let welcome) = $0 { welcome.heartbeatNanoseconds } else { nil }
        }
    }

    private func beat(_ number: UInt8) {
        pool.step(.received(CoordinatorDriver.route(number), .heartbeat(.with { $0.sequence = 1 })))
    }

    private func isThere(_ number: UInt8) -> Bool {
        pool.core.workers[CoordinatorDriver.route(number)] != nil
    }

    @Test func thePaceGoesByTheWorkers() {
        let options = CoordinatorOptions()
        for (workers, lease, beat) in [
            (0, 1.0, 1.0), (1, 1, 1), (4_000, 1, 1), (10_000, 2.5, 1), (10_001, 2.50025, 2),
            (100_000, 25, 16), (Int.max, 4194.304, 64),
        ] {
            let pace = Pace(options, workers: workers)
            #expect(pace.lease == Int64(lease * 1e9))
            #expect(pace.heartbeat == Int64(beat * 1e9))
            #expect(pace.silence == 10 * pace.heartbeat)
        }
    }

    @Test func workersAreToldOfAnotherPaceOnce() {
        pool.hello(1)
        #expect(told(1) == [200_000])
        for number in 2...5 { pool.hello(UInt8(number)) }
        #expect(told(5) == [800_000])
        #expect(told(1) == [])
        beat(1)
        #expect(told(1) == [800_000])
        beat(1)
        #expect(told(1) == [])
    }

    @Test func silenceGoesByWhatTheWorkerWasTold() {
        for number in 1...5 { pool.hello(UInt8(number)) }
        beat(1)
        // Worker 1 beats rarely now: 5 ms without a word are nothing. Worker 2 has not been told.
        pool.advance(seconds: 0.005)
        #expect(isThere(1))
        #expect(!isThere(2))
        pool.advance(seconds: 0.005)
        #expect(!isThere(1))
    }

    @Test func aWorkerIsNotTakenForSilentWhileItHearsOfAQuickerPace() {
        for number in 1...5 { pool.hello(UInt8(number)) }
        beat(5)
        for number in 1...4 {
            pool.step(.received(CoordinatorDriver.route(UInt8(number)), .goodbye(.init())))
        }
        #expect(told(5) == [800_000])
        beat(5)
        #expect(told(5) == [200_000])
        // The message may be under way still.
        pool.advance(seconds: 0.005)
        #expect(isThere(5))
        beat(5)
        pool.advance(seconds: 0.005)
        #expect(!isThere(5))
    }

    @Test func aWorkerTakesTheNewPace() {
        var session = WorkerSession(
            identity: WorkerIdentity(
                id: "w", host: "h", process: 1, cores: 1, memoryBytes: 1, slots: 2, version: "v",
                fingerprint: Sentinel.fingerprint))
        var effects = WorkerEffects()
        let welcome = { (seconds: UInt64) in
            PoolMessage.welcome(
                .with {
                    $0.heartbeatNanoseconds = seconds * 1_000_000_000
                    $0.silenceNanoseconds = seconds * 10_000_000_000
                })
        }
        session.step(.connected, at: .zero, into: &effects)
        session.step(.received(welcome(1)), at: .zero, into: &effects)
        #expect(session.deadline == Instant.zero + 1_000_000_000)
        session.step(.received(welcome(4)), at: .zero, into: &effects)
        #expect(session.deadline == Instant.zero + 4_000_000_000)
    }
}
