// SPDX-License-Identifier: Apache-2.0
internal import Quantilizer

/// What a connection may still ask: it fills at a steady rate up to a bound.
struct Budget {
    private var left = PoolLimits.clientBurst
    private var filled: Instant

    init(now: Instant) { filled = now }

    /// Takes so much at a time; false where it is not there.
    mutating func take(_ cost: Double, at now: Instant) -> Bool {
        left = min(
            PoolLimits.clientBurst,
            left + Double(now.since(filled)) * 1e-9 * PoolLimits.clientRate)
        filled = now
        guard left >= cost else { return false }
        left -= cost
        return true
    }

    /// Whether it says no more than a new one.
    func isFull(at now: Instant) -> Bool {
        Double(now.since(filled)) * 1e-9 * PoolLimits.clientRate >= PoolLimits.clientBurst
    }
}

/// No client starves the others: each connection has a budget, each owner a share.
extension Coordinator {
    /// Charges a request to its connection; true where that has no more budget, which it is told.
    ///
    /// A worker's messages are answers to leases, of which it holds few; they are not charged.
    mutating func isTooMuch(
        _ message: PoolMessage, from route: Route, _ effects: inout CoordinatorEffects
    ) -> Bool {
        guard let (request, cost) = charge(message) else { return false }
        let time = now
        if budgets.count >= PoolLimits.budgets {
            budgets = budgets.filter { entry in !entry.value.isFull(at: time) }
        }
        var budget = budgets[route] ?? Budget(now: time)
        let isGranted = budget.take(cost, at: time)
        budgets[route] = budget
        if isGranted { return false }
        let failure = PoolFailure(
            .limit, "this client asks more than the coordinator answers",
            remedy: "ask less often; `qpool watch` is told without asking")
        reply(failure, to: route, request, &effects)
        return true
    }

    /// A request's number and what it costs, in status requests.
    private func charge(_ message: PoolMessage) -> (request: UInt64, cost: Double)? {
        switch message {
        case .submit(let submit, let payload):
            (submit.request, 4 + Double(submit.text.utf8.count + payload.count) / 65_536)
        case .statusRequest(let request): (request.request, 1)
        case .watch(let watch): (watch.request, 2)
        case .resultRequest(let request):
            (request.request, 2 + Double(resultBytes(request.job)) / 65_536)
        case .cancel(let request): (request.request, 2)
        case .priority(let request): (request.request, 2)
        case .extend(let request): (request.request, 4)
        case .retry(let request): (request.request, 4)
        case .listRequest(let request):
            (request.request, 4 + Double(min(jobs.count, PoolLimits.jobs)) / 50)
        case .workersRequest(let request):
            (request.request, 4 + Double(workers.count) / 50)
        default: nil
        }
    }

    private func resultBytes(_ id: String) -> Int { jobs[id]?.document?.text.utf8.count ?? 0 }

    /// Whether a connection may have another job read, a submitted, extended or retried one, and its
    /// owner one more that has not ended.
    func checkShare(_ route: Route, opens: Bool = true) throws(PoolFailure) {
        guard submissions.count < PoolLimits.submissions else {
            throw PoolFailure(
                .limit, "\(submissions.count) submissions are being read already",
                remedy: "ask again in a moment")
        }
        let reading = submissions.values.count { $0.asked == route }
        guard reading < PoolLimits.submissionsPerClient else {
            throw PoolFailure(
                .limit, "\(reading) submissions of this client are being read already",
                remedy: "ask again in a moment")
        }
        guard opens, let asker, asker.role != .administrator else { return }
        let key = "\(asker.key)"
        let open = jobs.values.count { $0.owner?.key == key && !$0.state.isOver }
        guard open < PoolLimits.jobsPerClient else {
            throw PoolFailure(
                .limit, "\(asker.name) has \(open) jobs that have not ended",
                remedy: "wait until some end, or cancel some")
        }
    }

    /// Whether a job's predicted work is one that this coordinator takes.
    func checkCost(_ job: CompiledJob) throws(PoolFailure) {
        let plan = JobPlan(job: job)
        let evaluations = Double(plan.samples) + Double(plan.pilotSamples)
        guard evaluations > options.maximumEvaluations else { return }
        throw PoolFailure(
            .limit,
            "the job would evaluate \(evaluations) samples; this coordinator takes jobs of at most "
                + "\(options.maximumEvaluations)",
            remedy: "ask for fewer samples, or have the coordinator started with a larger "
                + "--max-evaluations")
    }
}
