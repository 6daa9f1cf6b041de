// SPDX-License-Identifier: Apache-2.0
import Quantilizer
import Simulation
import Testing

@testable import PoolCore

/// What a coordinator shows of itself is what happened.
@Suite struct ViewTests {
    private let job = ModelJob(seed: 7, samples: 1 << 14, quantile: 0.01)

    private func pool(_ change: (inout CoordinatorOptions) -> Void = { _ in }) -> CoordinatorDriver
    {
        CoordinatorDriver {
            $0.keepsTrails = true
            change(&$0)
        }
    }

    @Test func leasesAreCountedOnceEach() throws {
        let pool = pool()
        pool.hello(1)
        pool.submit(job, id: "j")
        let first = pool.leases(1)
        try #require(first.count == 2)
        pool.compute(first[0], job, by: 1)
        // The rest is lost with its worker, and found by another.
        pool.step(.disconnected(CoordinatorDriver.route(1)))
        pool.hello(2)
        for _ in 0..<10_000 {
            let leases = pool.leases(2)
            if leases.isEmpty { break }
            for lease in leases { pool.compute(lease, job, by: 2) }
        }
        let view = pool.core.view(at: pool.now)
        let shown = try #require(view.jobs.first)
        #expect(shown.status.state == .done)
        #expect(view.jobCounts == [.done: 1] && view.tally.jobsEnded == [.done: 1])
        let course = shown.trail
        let ended = course.outcomes.values.reduce(0, +)
        #expect(course.leasesIssued == ended && ended == view.tally.leasesIssued)
        #expect((course.outcomes[.lost] ?? 0) >= 1)
        #expect(course.leases.allSatisfy { $0.end != nil })
        #expect(course.leases.first?.worker == "worker-1")
        #expect(course.leases.contains { $0.end?.outcome == .lost && $0.worker == "worker-1" })
        let events = shown.events
        #expect(events.first?.text == "submitted")
        #expect(events.last?.text.hasPrefix("done: ") == true)
        #expect(events.contains { $0.isTrouble && $0.text.contains("worker-1 is gone") })
        #expect(!events[0].isTrouble)
        #expect(view.tally.samples == job.compiled.settings.extent.samples)
        #expect(view.tally.workersJoined == 2 && view.tally.workersLeft == 1)
        #expect(view.workerCounts["idle"] == 1 && view.leases == 0)
    }

    @Test func doubledLeasesAreMarked() throws {
        let pool = pool { $0.leaseLevels = 14...14 }
        pool.hello(1)
        pool.submit(job, id: "j")
        let lease = try #require(pool.leases(1).first)
        pool.hello(2)
        pool.advance(seconds: 3)
        let copy = try #require(pool.leases(2).first)
        pool.compute(copy, job, by: 2)
        let view = pool.core.view(at: pool.now)
        let course = try #require(view.jobs.first?.trail)
        #expect(view.tally.leasesDoubled == 1 && course.copies == 1)
        #expect(course.leases.map(\.isCopy) == [false, true])
        #expect(course.outcomes == [.delivered: 1, .needless: 1])
        // It comes too late, and counts no second time.
        pool.compute(lease, job, by: 1)
        #expect(pool.core.view(at: pool.now).jobs[0].trail.outcomes == course.outcomes)
    }

    @Test func withoutReadersNothingIsKept() throws {
        let pool = CoordinatorDriver()
        pool.hello(1)
        pool.submit(job, id: "j")
        let trail = try #require(pool.core.view(at: pool.now).jobs.first?.trail)
        #expect(trail.leases.isEmpty && trail.points.isEmpty)
    }

    @Test func trailsAreBounded() {
        var trail = JobTrail()
        for number in 0..<10_000 {
            let now = Instant(nanoseconds: Int64(number))
            trail.began(
                JobTrail.Lease(
                    id: UInt64(number), worker: "w", issued: now, samples: 256, isCopy: false))
            trail.ended(UInt64(number / 2), .delivered, at: now)
            trail.reached(
                JobTrail.Point(samples: UInt64(number), value: 0, lower: -1, upper: 1))
        }
        #expect(trail.leases.count == PoolLimits.trailLeases && trail.leasesIssued == 10_000)
        #expect(trail.points.count <= PoolLimits.trailPoints)
        #expect(trail.points.first?.samples == 0 && trail.points.last?.samples == 9_999)
    }

    @Test func onlyTheLatestEndedJobsKeepTheirTrails() throws {
        let pool = pool()
        for number in 0...PoolLimits.trails {
            pool.submit(job, id: "j\(number)")
            var cancel = WireCancel()
            cancel.job = "j\(number)"
            pool.step(.received(CoordinatorDriver.client, .cancel(cancel)))
        }
        let jobs = pool.core.view(at: pool.now).jobs
        #expect(jobs.count == PoolLimits.trails + 1)
        #expect(jobs.first?.events.last?.text == "cancelled")
        #expect(jobs.last?.status.id == "j0" && jobs.last?.trail.leases.isEmpty == true)
    }

    @Test func labelsAndNamesAreEscaped() throws {
        var metrics = MetricsText()
        metrics.add("qpool_x", .gauge, "X.", by: "job", [("a\\b\"c\nd é", 1.5)])
        #expect(
            metrics.text == "# HELP qpool_x X.\n# TYPE qpool_x gauge\n"
                + "qpool_x{job=\"a\\\\b\\\"c\\nd é\"} 1.5\n")
        metrics.add("qpool_none", .gauge, "Nothing.", by: "job", [])
        #expect(!metrics.text.contains("qpool_none"))
    }

    /// Every bounded queue is seen with its bound, and refusals by limits from the start.
    @Test func metricsShowEveryQueueAndItsLimit() {
        let pool = pool()
        pool.hello(1)
        pool.submit(job, id: "j")
        var metrics = MetricsText()
        pool.core.view(at: pool.now).write(to: &metrics)
        for queue in [
            "budgets", "checks", "decoding_bytes", "job_bytes", "jobs", "running_jobs",
            "submission_bytes", "submissions", "watches", "workers",
        ] {
            #expect(metrics.text.contains("qpool_queue_used{queue=\"\(queue)\"} "))
            #expect(metrics.text.contains("qpool_queue_limit{queue=\"\(queue)\"} "))
        }
        #expect(metrics.text.contains("qpool_refusals_total{code=\"limit\"} 0\n"))
        #expect(metrics.text.contains("qpool_jobs{state=\"running\"} 1\n"))
        #expect(metrics.text.contains("qpool_job_samples{job=\"j\"} 0\n"))
    }
}
