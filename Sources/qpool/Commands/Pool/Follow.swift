// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import PoolCore
import PoolRuntime

/// Shows a job's progress until it ends or the condition is met; then its result, where an `answer` is
/// wanted.
///
/// The first Ctrl-C detaches and says how to come back.
///
/// - Parameter observe: is given every status, in place of a line of progress.
func follow(
    _ job: String, _ client: PoolClient, quiet: Bool, answer: AnswerOptions? = nil,
    until condition: WaitCondition = .done, observe: ((JobStatus) throws -> Void)? = nil
) async throws {
    let signals = Signals { _ in
        if !ProgressStream.isOn, Terminal.isInteractive { Terminal.writeError("\n") }
        Terminal.say("detached; the job goes on. Come back: `qpool watch \(job)`")
        Ending.leave(.success, state: "detached")
    }
    defer { withExtendedLifetime(signals) {} }
    var progress = ProgressLine()
    var last: JobStatus?
    for try await status in client.watch(job) {
        if last == nil { ProgressStream.start(ProgressStream.Start(status)) }
        last = status
        try observe?(status)
        if !quiet, observe == nil || ProgressStream.isOn {
            progress.show(ProgressReport(status))
        }
        if condition.isMet(by: status) { break }
    }
    progress.finish()
    guard let last, !Task.isCancelled else { return }
    last.sayWarnings()
    switch last.state {
    case .failed:
        throw last.failure
            ?? PoolFailure(.jobFailed, "the job failed", remedy: "qpool status \(job)")
    case .cancelled:
        throw PoolFailure(
            .jobCancelled, "\(last.id) was cancelled",
            remedy: "`qpool retry \(last.id)` goes on with what it lacks")
    default: break
    }
    if let answer {
        let document = try await client.result(last.id)
        try ResultPrinter(answer).write(document.text)
    }
}

extension JobStatus {
    /// Tells what the job's owner should know, on standard error.
    func sayWarnings() {
        for warning in warnings { Terminal.warn(warning) }
    }
}

extension ProgressReport {
    /// What a job's status shows.
    init(_ status: JobStatus) {
        self.init(issued: status.samplesDone, total: status.samplesTotal)
        rate = status.samplesPerSecond
        if let t = status.thresholds.first, let interval = t.interval {
            threshold = Threshold(
                value: t.value, low: interval.lowerBound, high: interval.upperBound,
                confidence: t.confidence, samples: t.samples)
        }
        stage = status.state.rawValue
        round = status.round
        workers = status.workers
        switch status.state {
        case .queued: note = "waiting for its turn"
        case .running where status.workers == 0: note = "no worker is connected to it"
        case .running: note = "\(status.workers) worker\(status.workers == 1 ? "" : "s")"
        case .finishing: note = "writing the result"
        case .done, .failed, .cancelled: note = status.state.rawValue
        }
    }
}

extension ProgressStream.Start {
    /// What a job's first status tells.
    init(_ status: JobStatus) {
        self.init(
            job: status.id, name: status.name, digest: status.jobDigest,
            total: status.samplesTotal > 0 ? status.samplesTotal : nil)
    }
}
