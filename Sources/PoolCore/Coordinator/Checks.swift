// SPDX-License-Identifier: Apache-2.0
internal import Quantilizer

/// A range of which two parties must give the same bits before it counts.
struct Check {
    enum Stage {
        /// A worker has the range. → open (it answered, or was lost), judged
        case held
        /// Answered, and waiting for a worker of another party. → held
        case open
        /// Two answers differ: the coordinator computes the range itself.
        case judged
    }

    /// What a worker sent.
    struct Answer {
        let party: String
        let worker: String
        let payload: [UInt8]
    }

    let range: DyadicRange
    var stage = Stage.held
    var answers: [Answer] = []
}

/// The ranges of a job's round that are being checked.
///
/// **Complexity**: a look-up O(1); `next` O(open checks), which are bounded.
struct Checks {
    private var checks: [DyadicRange: Check] = [:]
    /// Those that wait for another party, the oldest first.
    private(set) var open: [DyadicRange] = []
    /// Bytes of the answers that are kept.
    private var bytes = 0

    var isEmpty: Bool { checks.isEmpty }
    /// Ranges under check.
    var count: Int { checks.count }
    /// Ranges that are under way, not to be handed out as free ones.
    var ranges: Dictionary<DyadicRange, Check>.Keys { checks.keys }

    /// Whether no further range may be put under check before some are through.
    var isFull: Bool { open.count >= PoolLimits.checks || bytes >= PoolLimits.checkBytes }

    subscript(range: DyadicRange) -> Check? { checks[range] }

    /// Puts a range under check; a worker is about to get it.
    mutating func begin(_ range: DyadicRange) { checks[range] = Check(range: range) }

    /// The oldest open check that a worker of this party may do.
    func next(for party: String) -> DyadicRange? {
        open.first { range in !(checks[range]?.answers.contains { $0.party == party } ?? true) }
    }

    /// A worker has got an open check.
    mutating func hold(_ range: DyadicRange) {
        checks[range]?.stage = .held
        open.removeAll { $0 == range }
    }

    /// Adds what a worker sent. The check waits for another party, or for `judge`, as its count of
    /// answers tells.
    mutating func add(_ answer: Check.Answer, to range: DyadicRange) {
        guard checks[range] != nil else { return }
        checks[range]?.answers.append(answer)
        bytes += answer.payload.count
        reopen(range)
    }

    /// The answers of a check differ.
    mutating func judge(_ range: DyadicRange) {
        checks[range]?.stage = .judged
        open.removeAll { $0 == range }
    }

    /// A check is through, or given up.
    mutating func remove(_ range: DyadicRange) {
        guard let check = checks.removeValue(forKey: range) else { return }
        open.removeAll { $0 == range }
        bytes -= check.answers.reduce(0) { $0 + $1.payload.count }
    }

    /// A lease ended without an answer. True where the range is under check no more: nobody had
    /// answered.
    mutating func lost(_ range: DyadicRange) -> Bool {
        guard let check = checks[range] else { return true }
        if check.stage == .held {
            if check.answers.isEmpty {
                remove(range)
                return true
            }
            reopen(range)
        }
        return false
    }

    /// Forgets what a party sent, where the coordinator is not judging it; returns ranges that are
    /// under check no more.
    mutating func forget(_ party: String) -> [DyadicRange] {
        var free: [DyadicRange] = []
        for (range, check) in checks
        where check.stage != .judged && check.answers.contains(where: { $0.party == party }) {
            for answer in check.answers where answer.party == party {
                bytes -= answer.payload.count
            }
            checks[range]?.answers.removeAll { $0.party == party }
            if check.stage == .open, checks[range]?.answers.isEmpty == true {
                remove(range)
                free.append(range)
            }
        }
        return free
    }

    private mutating func reopen(_ range: DyadicRange) {
        checks[range]?.stage = .open
        if !open.contains(range) { open.append(range) }
    }
}
