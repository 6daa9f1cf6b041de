// SPDX-License-Identifier: Apache-2.0
internal import PoolCore
internal import Quantilizer

/// Two clients. One submits each job until it is accepted, follows it, fetches its result; the other
/// now and then submits the same id, with the same text or with another.
extension Simulator {
    private static var timeout: Int64 { 20_000_000_000 }

    /// What is wanted of a job, and when.
    mutating func plan(_ job: Int) {
        let trouble = options.troubleSeconds * 1e9
        let start = Int64(random.unit() * trouble * 0.3)
        queue.push(.client(0, job: job, .submit), at: start)
        if random.chance(faults.cancellations) {
            wantsCancelled[job] = true
            let later = start + Int64(random.unit() * trouble * 0.5)
            queue.push(.client(0, job: job, .cancel), at: later)
            if random.chance(faults.retries) {
                wantsRetried[job] = true
                let again = later + Int64(random.unit() * 1e10)
                queue.push(.client(0, job: job, .retry), at: again)
            }
        }
        if !options.jobs[job].hasPilot, random.chance(faults.extensions) {
            let first = samples[job] + random.next() % samples[job] + 1
            extensions[job] =
                random.chance(0.5) ? [first, first + 1 + random.next() % 999] : [first]
            let later = start + Int64(random.unit() * trouble * 0.5)
            queue.push(.client(0, job: job, .extend(first)), at: later)
        }
        if random.chance(faults.rivals) {
            var text = options.jobs[job].text
            if random.chance(0.5) {
                var other = options.jobs[job]
                other.seed += 1_000
                text = other.text
                texts[job].append(text)
            }
            let when = max(0, start + Int64((random.unit() - 0.5) * 2e9))
            queue.push(.client(1, job: job, .rival(text)), at: when)
        }
        if random.chance(faults.priorityChanges) {
            let later = start + Int64(random.unit() * trouble * 0.5)
            queue.push(.client(0, job: job, .reprioritise), at: later)
        }
    }

    mutating func begin(_ step: ClientStep, _ job: Int, by number: Int) {
        guard outcomes[job] == nil else { return }
        lastRequest += 1
        let request = lastRequest
        requests[request] = (number, job, step)
        switch step {
        case .submit: submit(options.jobs[job].text, request, job, by: number)
        case .rival(let text):
            count("second client")
            submit(text, request, job, by: number)
        case .watch:
            stepClient(
                number,
                .watch(
                    request, job: jobID(job), intervalNanoseconds: 1_000_000_000,
                    timeoutNanoseconds: Self.timeout))
        case .fetch:
            var fetch = WireResultRequest()
            fetch.request = request
            fetch.job = jobID(job)
            ask(number, request, .resultRequest(fetch))
        case .cancel:
            count("job cancelled")
            var cancel = WireCancel()
            cancel.request = request
            cancel.job = jobID(job)
            ask(number, request, .cancel(cancel))
        case .retry:
            count("job retried")
            var retry = WireRetry()
            retry.request = request
            retry.job = jobID(job)
            ask(number, request, .retry(retry))
        case .extend(let samples):
            count("job extended")
            var extend = WireExtend()
            extend.request = request
            extend.job = jobID(job)
            extend.samples = samples
            ask(number, request, .extend(extend))
        case .reprioritise:
            count("priority changed")
            var priority = WirePriority()
            priority.request = request
            priority.job = jobID(job)
            priority.priority = Self.laterPriority
            ask(number, request, .priority(priority))
        }
    }

    private static var laterPriority: Int32 { 7 }

    private mutating func submit(_ text: String, _ request: UInt64, _ job: Int, by number: Int) {
        var submit = WireSubmit()
        submit.request = request
        submit.job = jobID(job)
        submit.text = text
        submit.priority = Int32(job % 3)
        ask(number, request, .submit(submit, []))
    }

    private mutating func ask(_ number: Int, _ request: UInt64, _ message: PoolMessage) {
        stepClient(number, .ask(request, message, timeoutNanoseconds: Self.timeout))
    }

    mutating func stepClient(_ number: Int, _ event: ClientEvent) {
        let client = clients[number]
        var effects = ClientEffects()
        client.session.step(event, at: Instant(nanoseconds: now), into: &effects)
        for message in effects.outgoing { sendFromClient(number, message) }
        for (request, result) in effects.answers {
            if let (_, job, step) = requests.removeValue(forKey: request) {
                answered(number, job, step, result)
            }
        }
        for (request, result) in effects.updates {
            guard let (_, job, _) = requests[request] else { continue }
            switch result {
            case .success(let update):
                guard update.last else { continue }
                requests[request] = nil
                queue.push(.client(number, job: job, .fetch), at: now)
            case .failure:
                requests[request] = nil
                queue.push(.client(number, job: job, .watch), at: now + 1_000_000_000)
            }
        }
        guard let deadline = client.session.deadline, deadline.nanoseconds < client.tickAt else {
            return
        }
        client.tickAt = max(now, deadline.nanoseconds)
        queue.push(.clientTick(number), at: client.tickAt)
    }

    private mutating func answered(
        _ number: Int, _ job: Int, _ step: ClientStep, _ result: Result<PoolMessage, PoolFailure>
    ) {
        guard outcomes[job] == nil else { return }
        switch (step, result) {
        case (.submit, .success): queue.push(.client(number, job: job, .watch), at: now)
        case (.submit, .failure(let failure))
        where failure.code == .idTaken && texts[job].count > 1:
            // The other client was first: its job is followed.
            queue.push(.client(number, job: job, .watch), at: now)
        case (.rival, .success): break
        case (.rival, .failure(let failure)) where failure.code == .idTaken: break
        case (.fetch, .success(.resultReply(let reply, let payload)))
        where Digest.hexadecimal(payload) == reply.digest:
            // One that was damaged on the way is asked for again, and so is one of a smaller extent.
            if reply.status.state == .cancelled { return cancelled(job, by: number) }
            guard extensions[job].isEmpty, reply.status.state == .done,
                finalTexts(job).contains(where: { digest(of: $0) == reply.status.jobDigest })
            else { return queue.push(.client(number, job: job, .watch), at: now + 1_000_000_000) }
            end(job, .success(String(decoding: payload, as: UTF8.self)))
        case (.fetch, .failure(let failure)) where failure.code == .jobCancelled:
            cancelled(job, by: number)
        case (.retry, .success): queue.push(.client(number, job: job, .watch), at: now)
        case (.extend(let samples), .success):
            self.samples[job] = samples
            extensions[job].removeFirst()
            if let next = extensions[job].first {
                let later = now + random.nanoseconds(1_000_000...20_000_000_000)
                queue.push(.client(number, job: job, .extend(next)), at: later)
            }
        case (.fetch, .failure(let failure))
        where failure.code == .jobFailed || failure.code == .fault || failure.code == .invalidJob:
            end(job, .failure(failure))
        case (.reprioritise, .success(.statusReply(let reply))):
            if reply.status.priority == Self.laterPriority,
                store[reply.status.job]?.priority != Self.laterPriority
            {
                brokenLaw = "\(reply.status.job): its priority is not on the disk"
            }
        case (.cancel, _), (.reprioritise, _): break
        case (let step, _):
            // Not reachable, or lost on the way: again.
            queue.push(.client(number, job: job, step), at: now + 1_000_000_000)
        }
    }

    private mutating func cancelled(_ job: Int, by number: Int) {
        guard wantsRetried[job] else {
            return end(job, .failure(PoolFailure(.jobCancelled, "cancelled", remedy: "")))
        }
        // A cancellation that came late may have undone what was retried.
        queue.push(.client(number, job: job, .retry), at: now + 1_000_000_000)
    }

    private mutating func end(_ job: Int, _ outcome: Result<String, PoolFailure>) {
        outcomes[job] = outcome
        if case .success = outcome { report.jobsDone += 1 } else { report.jobsCancelled += 1 }
    }
}
