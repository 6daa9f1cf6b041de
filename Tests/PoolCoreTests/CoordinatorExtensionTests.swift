// SPDX-License-Identifier: Apache-2.0
import Quantilizer
import Testing

@testable import PoolCore
@testable import Simulation

extension CoordinatorDriver {
    /// Computes what a worker is given, at most `limit` leases; returns the samples of those.
    @discardableResult
    func work(_ number: UInt8, _ job: ModelJob, limit: Int = .max) -> UInt64 {
        let compiled = job.compiled
        let evaluator = RangeEvaluator(job: compiled)
        var samples: UInt64 = 0
        var left = limit
        var waiting: [PoolMessage] = []
        while left > 0 {
            waiting += take(Self.route(number))
            guard !waiting.isEmpty else { break }
            guard case .lease(let lease, let payload) = waiting.removeFirst(),
                let range = DyadicRange(lease.range),
                let round = try? Round(
                    decoding: payload.prefix(Int(lease.roundBytes)), job: compiled)
            else { continue }
            left -= 1
            samples += UInt64(range.clipped(to: round.range).count)
            var header = WirePartial()
            header.lease = lease.lease
            header.job = lease.job
            header.round = lease.round
            header.range = lease.range
            header.busyNanoseconds = 1_000
            let partial = evaluator.evaluate(round: round, range: range)
            step(.received(Self.route(number), .partial(header, partial.encode())))
        }
        // What it was given and did not compute is lost with it.
        step(.disconnected(Self.route(number)))
        _ = take(Self.route(number))
        return samples
    }

    /// Asks, and returns the answer.
    func ask(_ message: PoolMessage) -> PoolMessage? {
        _ = take(Self.client)
        step(.received(Self.client, message))
        return take(Self.client).last
    }

    func extend(_ job: String, to samples: UInt64) -> Result<WireJobStatus, PoolFailure> {
        var request = WireExtend()
        request.job = job
        request.samples = samples
        return outcome(ask(.extend(request)))
    }

    func retry(_ job: String) -> Result<WireJobStatus, PoolFailure> {
        var request = WireRetry()
        request.job = job
        return outcome(ask(.retry(request)))
    }

    func result(_ job: String) -> String? {
        var request = WireResultRequest()
        request.job = job
        guard case .resultReply(_, let payload)? = ask(.resultRequest(request)) else { return nil }
        return String(decoding: payload, as: UTF8.self)
    }

    private func outcome(_ message: PoolMessage?) -> Result<WireJobStatus, PoolFailure> {
        switch message {
        case .statusReply(let reply)?: .success(reply.status)
        case .errorReply(let reply)?: .failure(PoolFailure(reply.failure))
        default: .failure(PoolFailure(.fault, "\(String(describing: message))", remedy: ""))
        }
    }

    /// A coordinator that finds what this one made durable.
    func restarted() -> CoordinatorDriver {
        var store = ModelStore()
        store.commit(records)
        let next = CoordinatorDriver()
        next.records = records
        for job in store.stored { next.step(.restored(job)) }
        return next
    }
}

@Suite struct CoordinatorExtensionTests {
    private func job(_ samples: UInt64) -> ModelJob {
        ModelJob(seed: 5, samples: samples, quantile: 0.01)
    }

    private func whole(_ samples: UInt64) throws -> String {
        var machine = JobMachine(job: job(samples).compiled)
        let evaluator = RangeEvaluator(job: machine.job)
        while let round = machine.currentRound, let range = machine.missing(limit: 1).first {
            _ = machine.merge(evaluator.evaluate(round: round, range: range))
        }
        return try ModelJob.document(of: machine).get().text
    }

    @Test(arguments: [[90_000], [30_001, 90_000], [20_100, 20_101, 90_000]] as [[UInt64]])
    func anExtendedJobIsTheWholeJobAcrossRestarts(_ sizes: [UInt64]) throws {
        var driver = CoordinatorDriver()
        driver.submit(job(20_000), id: "a")
        driver.hello(1, slots: 4)
        var computed = driver.work(1, job(20_000))
        #expect(driver.status("a")?.state == .done)
        var before: UInt64 = 20_000
        for size in sizes {
            driver = driver.restarted()
            let status = try driver.extend("a", to: size).get()
            #expect(status.state == .queued || status.state == .running)
            // The answer so far stays until there is a new one.
            #expect(driver.result("a") == (try whole(before)))
            driver.hello(1, slots: 4)
            computed += driver.work(1, job(20_000), limit: 5)
            driver = driver.restarted()
            let isThere = driver.status("a")?.state == .done
            #expect(driver.result("a") == (try whole(isThere ? size : before)))
            driver.hello(2, slots: 4)
            computed += driver.work(2, job(20_000))
            #expect(driver.status("a")?.state == .done)
            #expect(driver.result("a") == (try whole(size)))
            before = size
        }
        // Nothing but last blocks that were not whole comes twice.
        #expect(computed < 90_000 + 256 * UInt64(sizes.count))
    }

    @Test func aRunningJobGoesOnWithoutAnEnd() throws {
        var driver = CoordinatorDriver()
        driver.submit(job(20_000), id: "a")
        driver.hello(1, slots: 4)
        driver.work(1, job(20_000), limit: 3)
        #expect(try driver.extend("a", to: 70_000).get().samplesTotal == 70_000)
        driver = driver.restarted()
        driver.hello(2, slots: 4)
        driver.work(2, job(20_000))
        #expect(driver.result("a") == (try whole(70_000)))
        #expect(driver.records.count { if case .ended = $0 { true } else { false } } == 1)
    }

    @Test func anExtensionWaitsForAResultThatIsBeingWritten() throws {
        let driver = CoordinatorDriver()
        driver.finishes = false
        driver.submit(job(20_000), id: "a")
        driver.hello(1, slots: 4)
        driver.work(1, job(20_000))
        #expect(driver.status("a")?.state == .finishing)
        var request = WireExtend()
        request.job = "a"
        request.samples = 50_000
        #expect(driver.ask(.extend(request)) == nil)
        driver.finishes = true
        driver.finishAll()
        guard case .statusReply(let reply)? = driver.take(CoordinatorDriver.client).last else {
            Issue.record("no answer")
            return
        }
        #expect(reply.status.state == .queued)
        driver.step(.tick)
        driver.hello(2, slots: 4)
        driver.work(2, job(20_000))
        #expect(driver.result("a") == (try whole(50_000)))
    }

    @Test func askingTwiceIsHarmlessAndLessIsRefused() throws {
        let driver = CoordinatorDriver()
        driver.submit(job(20_000), id: "a")
        driver.hello(1, slots: 4)
        driver.work(1, job(20_000))
        _ = try driver.extend("a", to: 40_000).get()
        let records = driver.records.count
        _ = try driver.extend("a", to: 40_000).get()
        #expect(driver.records.count == records)
        guard case .failure(let fewer) = driver.extend("a", to: 30_000) else {
            Issue.record("fewer samples were taken")
            return
        }
        #expect(fewer.code == .cannotExtend)
        #expect(fewer.message.contains("has 40000 samples already"))
        // The job as it was first submitted is this job.
        driver.submit(job(20_000), id: "a")
        guard case .submitted(let reply)? = driver.take(CoordinatorDriver.client).last else {
            Issue.record("not taken as known")
            return
        }
        #expect(reply.known)
        guard case .failure(let unknown) = driver.extend("nobody", to: 30_000) else {
            Issue.record("extended nothing")
            return
        }
        #expect(unknown.code == .unknownJob)
    }

    /// A job that all workers fail goes on where it was, with all workers.
    @Test(arguments: [false, true]) func aFailedJobGoesOn(_ restarts: Bool) throws {
        var driver = CoordinatorDriver()
        driver.submit(job(60_000), id: "a")
        driver.hello(1, slots: 4)
        let first = driver.work(1, job(60_000), limit: 2)
        #expect(first > 0)
        driver.hello(2, slots: 1)
        for _ in 0..<PoolLimits.strikes {
            for lease in driver.leases(2) {
                var header = WireHandBack()
                header.lease = lease.lease
                header.failure = PoolFailure(.fault, "no memory", remedy: "").wire
                driver.step(.received(CoordinatorDriver.route(2), .handBack(header)))
            }
        }
        #expect(driver.status("a")?.state == .failed)
        #expect(driver.result("a") == nil)
        driver.step(.disconnected(CoordinatorDriver.route(2)))
        _ = driver.take(CoordinatorDriver.route(2))
        if restarts { driver = driver.restarted() }
        let status = try driver.retry("a").get()
        #expect(!status.hasFailure)
        if restarts { driver = driver.restarted() }
        driver.hello(2, slots: 1)
        let second = driver.work(2, job(60_000))
        #expect(first + second == 60_000)
        #expect(driver.result("a") == (try whole(60_000)))
        // One that is done is left as it is.
        #expect(try driver.retry("a").get().state == .done)
    }

    @Test func aCancelledExtensionKeepsItsResultAndGoesOn() throws {
        let driver = CoordinatorDriver()
        driver.submit(job(20_000), id: "a")
        driver.hello(1, slots: 4)
        driver.work(1, job(20_000))
        _ = try driver.extend("a", to: 60_000).get()
        driver.hello(2, slots: 4)
        let done = driver.work(2, job(20_000), limit: 5)
        var cancel = WireCancel()
        cancel.job = "a"
        _ = driver.ask(.cancel(cancel))
        #expect(driver.status("a")?.state == .cancelled)
        #expect(driver.result("a") == (try whole(20_000)))
        guard case .failure(let failure) = driver.extend("a", to: 80_000) else {
            Issue.record("a cancelled job was extended")
            return
        }
        #expect(failure.remedy.contains("qpool retry a"))
        _ = try driver.retry("a").get()
        driver.hello(3, slots: 4)
        let rest = driver.work(3, job(20_000))
        #expect(done + rest < 40_000 + 256)
        #expect(driver.result("a") == (try whole(60_000)))
    }
}
