// SPDX-License-Identifier: Apache-2.0
internal import Dispatch
internal import PoolCore
internal import Quantilizer
internal import Synchronization
internal import ZeroMQ

/// Computes a worker's leases, one at a time on all its lanes, off the socket thread; every end is
/// told by one letter.
final class WorkerEngine: Sendable {
    private struct Running {
        let cancel: Cancellation
        let hints: SharedHints
    }

    private let runner: BatchRunner
    private let compiler: any JobCompiling
    private let mailbox: Mailbox<WorkerLetter>
    private let computing = DispatchQueue(label: "qpool.worker.compute")
    private let compiling = DispatchQueue(label: "qpool.worker.compile")
    private let running = Mutex<[UInt64: Running]>([:])

    init(threads: Int, compiler: any JobCompiling, mailbox: Mailbox<WorkerLetter>) {
        runner = BatchRunner(threads: threads)
        self.compiler = compiler
        self.mailbox = mailbox
    }

    func start(_ task: WorkerTask) {
        switch task {
        case .compile(let job, let package):
            let (mailbox, compiler) = (mailbox, compiler)
            compiling.async {
                let result = compiler.compile(package).map(\.job)
                mailbox.post(.event(.compiled(job: job, result)))
            }
        case .compute(let lease): compute(lease)
        case .stop(let lease): running.withLock { $0[lease] }?.cancel.cancel()
        case .hint(let lease, let hints): running.withLock { $0[lease] }?.hints.improve(hints)
        }
    }

    func stopAll() {
        for entry in running.withLock({ Array($0.values) }) { entry.cancel.cancel() }
    }

    private func compute(_ lease: HeldLease) {
        let entry = Running(cancel: Cancellation(), hints: SharedHints(lease.hints))
        running.withLock { $0[lease.id] = entry }
        computing.async { [self] in
            let start = MonotonicClock.nanoseconds
            // A function that is given up costs a lease no time; nor does it give an answer.
            func givesUp() -> Bool {
                guard let trouble = lease.job.trouble else { return false }
                running.withLock { $0[lease.id] = nil }
                let failure = PoolFailure(
                    .jobFailed, "a plugin is given up: \(trouble)",
                    remedy: "mend it; `qpool check JOB` tries it")
                mailbox.post(.event(.failed(lease: lease.id, failure)))
                return true
            }
            if givesUp() { return }
            let partial = runner.run(
                job: lease.job, jobKey: lease.jobKey, round: lease.round, range: lease.range,
                hints: entry.hints, cancel: entry.cancel)
            if givesUp() { return }
            let bytes = partial?.encode()
            running.withLock { $0[lease.id] = nil }
            let busy = UInt64(max(1, MonotonicClock.nanoseconds - start))
            mailbox.post(
                .event(.computed(lease: lease.id, partial: bytes, busyNanoseconds: busy)))
        }
    }
}
