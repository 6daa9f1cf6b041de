// SPDX-License-Identifier: Apache-2.0
import Quantilizer
import Simulation
import Testing

@testable import PoolCore

/// A worker's session, step by step.
@Suite struct WorkerSessionTests {
    /// A session, driven as a worker would.
    private final class Driver {
        var session = WorkerSession(
            identity: WorkerIdentity(
                id: "w", host: "h", process: 1, cores: 1, memoryBytes: 1, slots: 2, version: "v",
                fingerprint: Sentinel.fingerprint))
        var sent: [PoolMessage] = []
        var computed: [HeldLease] = []

        init() {
            step(.connected)
            step(.received(.welcome(.init())))
        }

        func step(_ event: WorkerEvent) {
            var effects = WorkerEffects()
            session.step(event, at: .zero, into: &effects)
            sent += effects.outgoing
            for task in effects.tasks {
                switch task {
                case .compile(let job, let package):
                    step(.compiled(job: job, ModelJob.compile(package).map(\.job)))
                case .compute(let lease):
                    computed.append(lease)
                    step(.computed(lease: lease.id, partial: [1], busyNanoseconds: 1))
                case .stop, .hint: break
                }
            }
        }

        /// A lease of a job's first samples.
        func lease(_ number: UInt64, _ id: String, _ job: ModelJob) throws {
            let machine = JobMachine(job: job.compiled)
            let round = try #require(machine.currentRound).encode()
            var header = WireLease()
            header.lease = number
            header.job = id
            header.jobDigest = try ModelJob.compile(job.package).get().digest
            header.range = try #require(DyadicRange(start: 0, level: 9)).wire
            header.roundBytes = UInt32(round.count)
            step(.received(.lease(header, round + machine.hints.encode())))
        }

        func text(_ id: String, _ job: ModelJob) throws {
            var text = WireJobText()
            text.job = id
            text.jobDigest = try ModelJob.compile(job.package).get().digest
            text.text = job.text
            step(.received(.jobText(text, [])))
        }

        var fetches: [String] {
            sent.compactMap { if case .fetch(let fetch) = $0 { fetch.job } else { nil } }
        }
        var handedBack: [UInt64] {
            sent.compactMap { if case .handBack(let lease) = $0 { lease.lease } else { nil } }
        }
    }

    private let first = ModelJob(seed: 1, samples: 3_000, quantile: 0.1)
    private let second = ModelJob(seed: 2, samples: 3_000, quantile: 0.1)

    /// The coordinator forgot a job to make room, and its id names another one now.
    @Test func anIDThatNamesAnotherJobIsReadAgain() throws {
        let driver = Driver()
        try driver.lease(1, "j", first)
        try driver.text("j", first)
        try driver.lease(2, "j", second)
        #expect(driver.fetches == ["j", "j"])
        try driver.text("j", second)
        #expect(driver.computed.map(\.job.settings.seed) == [1, 2])
        // Both are known now, whatever they are called.
        try driver.lease(3, "k", first)
        try driver.lease(4, "j", second)
        #expect(driver.computed.map(\.job.settings.seed) == [1, 2, 1, 2])
        #expect(driver.fetches.count == 2)
    }

    /// The text that comes is of the job that has the id by now: the lease was of another.
    @Test func aLeaseOfAJobThatIsGoneIsGivenBack() throws {
        let driver = Driver()
        try driver.lease(1, "j", first)
        try driver.text("j", second)
        #expect(driver.handedBack == [1])
        #expect(driver.computed.isEmpty && driver.session.held.isEmpty)
    }
}
