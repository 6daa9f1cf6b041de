// SPDX-License-Identifier: Apache-2.0
internal import PoolCore

/// One client with all the jobs: submits each until it is accepted, follows it, fetches its result.
extension Simulator {
    private static var timeout: Int64 { 20_000_000_000 }

    mutating func begin(_ step: ClientStep, _ job: Int) {
        guard outcomes[job] == nil else { return }
        lastRequest += 1
        let request = lastRequest
        requests[request] = (job, step)
        switch step {
        case .submit:
            var submit = WireSubmit()
            submit.request = request
            submit.job = jobID(job)
            submit.text = options.jobs[job].text
            submit.priority = Int32(job % 3)
            ask(request, .submit(submit, []))
        case .watch:
            stepClient(
                .watch(
                    request, job: jobID(job), intervalNanoseconds: 1_000_000_000,
                    timeoutNanoseconds: Self.timeout))
        case .fetch:
            var fetch = WireResultRequest()
            fetch.request = request
            fetch.job = jobID(job)
            ask(request, .resultRequest(fetch))
        case .cancel:
            count("job cancelled")
            var cancel = WireCancel()
            cancel.request = request
            cancel.job = jobID(job)
            ask(request, .cancel(cancel))
        }
    }

    private mutating func ask(_ request: UInt64, _ message: PoolMessage) {
        stepClient(.ask(request, message, timeoutNanoseconds: Self.timeout))
    }

    mutating func stepClient(_ event: ClientEvent) {
        var effects = ClientEffects()
        client.step(event, at: Instant(nanoseconds: now), into: &effects)
        for message in effects.outgoing { sendFromClient(message) }
        for (request, result) in effects.answers {
            if let (job, step) = requests.removeValue(forKey: request) {
                answered(job, step, result)
            }
        }
        for (request, result) in effects.updates {
            guard let (job, _) = requests[request] else { continue }
            switch result {
            case .success(let update):
                guard update.last else { continue }
                requests[request] = nil
                queue.push(.client(job: job, .fetch), at: now)
            case .failure:
                requests[request] = nil
                queue.push(.client(job: job, .watch), at: now + 1_000_000_000)
            }
        }
        guard let deadline = client.deadline, deadline.nanoseconds < clientTickAt else { return }
        clientTickAt = max(now, deadline.nanoseconds)
        queue.push(.clientTick, at: clientTickAt)
    }

    private mutating func answered(
        _ job: Int, _ step: ClientStep, _ result: Result<PoolMessage, PoolFailure>
    ) {
        switch (step, result) {
        case (.submit, .success): queue.push(.client(job: job, .watch), at: now)
        case (.fetch, .success(.resultReply(let reply, let payload)))
        where Digest.hexadecimal(payload) == reply.digest:
            // One that was damaged on the way is asked for again.
            end(job, .success(String(decoding: payload, as: UTF8.self)))
        case (.fetch, .failure(let failure)) where failure.code == .jobCancelled:
            end(job, .failure(failure))
        case (.fetch, .failure(let failure))
        where failure.code == .jobFailed || failure.code == .fault || failure.code == .invalidJob:
            end(job, .failure(failure))
        case (.cancel, _): break
        case (let step, _):
            // Not reachable, or lost on the way: again.
            queue.push(.client(job: job, step), at: now + 1_000_000_000)
        }
    }

    private mutating func end(_ job: Int, _ outcome: Result<String, PoolFailure>) {
        outcomes[job] = outcome
        if case .success = outcome { report.jobsDone += 1 } else { report.jobsCancelled += 1 }
    }
}
