// SPDX-License-Identifier: Apache-2.0
import Quantilizer
import Simulation
import TestMarks
import Testing

@testable import PoolCore

/// What is kept, whose turn it is, and what a client is told.
@Suite struct RetentionTests {
    private let job = ModelJob(seed: 1, samples: 256, quantile: 0.1)

    private func peer(_ name: String, _ key: UInt8, _ role: Role = .client) throws -> PeerIdentity {
        PeerIdentity(
            role: role, name: name,
            key: try #require(PublicKey(bytes: [UInt8](repeating: key, count: 32))))
    }

    private func submit(
        _ pool: CoordinatorDriver, _ id: String, _ peer: PeerIdentity?, priority: Int32 = 0
    ) {
        var submit = WireSubmit()
        submit.request = 7
        submit.job = id
        submit.text = job.text
        submit.priority = priority
        pool.step(.received(CoordinatorDriver.client, .submit(submit, []), peer: peer))
    }

    private func cancel(_ pool: CoordinatorDriver, _ id: String, _ peer: PeerIdentity?) {
        pool.step(
            .received(CoordinatorDriver.client, .cancel(.with { $0.job = id }), peer: peer))
    }

    /// Ten thousand tiny jobs, submitted and cancelled, push out nobody's results.
    @Test(.disabled(if: isQuick, "slow without an optimiser")) func aFloodOfJobsCostsItsOwnerAlone()
        throws
    {
        let pool = CoordinatorDriver()
        let (ann, bob) = (try peer("ann", 1), try peer("bob", 2))
        submit(pool, "result", ann)
        pool.hello(1)
        for lease in pool.leases(1) { pool.compute(lease, job, by: 1) }
        #expect(pool.core.jobs["result"]?.document != nil)
        pool.step(.received(CoordinatorDriver.route(1), .goodbye(.init())))
        for number in 0..<PoolLimits.jobs + 200 {
            pool.now = pool.now + 10_000_000
            submit(pool, "j\(number)", bob)
            cancel(pool, "j\(number)", bob)
            pool.sent = []
            pool.records = []
        }
        #expect(pool.core.jobs.count == PoolLimits.jobs)
        #expect(pool.core.jobs["result"] != nil)
        #expect(pool.core.jobs["j0"] == nil)
    }

    /// Of a priority, owners take turns: a queue of one does not hold up another.
    @Test func ownersTakeTurns() throws {
        let pool = CoordinatorDriver()
        let (ann, bob) = (try peer("ann", 1), try peer("bob", 2))
        for number in 0..<40 { submit(pool, "a\(number)", ann) }
        #expect(pool.core.running.count == PoolLimits.runningJobs)
        submit(pool, "bobs", bob)
        #expect(pool.core.jobs["bobs"]?.state == .queued)
        cancel(pool, "a0", ann)
        #expect(pool.core.jobs["bobs"]?.state == .running)
    }

    @Test func whatHasEndedCanBeForgotten() throws {
        let pool = CoordinatorDriver()
        let (ann, bob) = (try peer("ann", 1), try peer("bob", 2))
        submit(pool, "j", ann)
        func forget(_ peer: PeerIdentity) -> PoolFailure.Code? {
            _ = pool.take(CoordinatorDriver.client)
            pool.step(
                .received(CoordinatorDriver.client, .forget(.with { $0.job = "j" }), peer: peer))
            for case .errorReply(let reply) in pool.take(CoordinatorDriver.client) {
                return PoolFailure(reply.failure).code
            }
            return nil
        }
        #expect(forget(ann) == .notDone)
        cancel(pool, "j", ann)
        #expect(forget(bob) == .unknownJob)
        #expect(forget(ann) == nil)
        #expect(pool.core.jobs.isEmpty && pool.core.jobBytes == 0)
        #expect(forget(ann) == .unknownJob)
    }

    /// A watch tells nothing that a crash could take back.
    @Test func aWatchTellsWhatIsDurable() throws {
        let pool = CoordinatorDriver { $0.leaseLevels = 8...8 }
        let job = ModelJob(seed: 1, samples: 1 << 14, quantile: 0.1)
        pool.submit(job, id: "j")
        pool.hello(1)
        pool.step(
            .received(
                CoordinatorDriver.client,
                .watch(
                    .with {
                        $0.request = 3
                        $0.job = "j"
                        $0.keepNanoseconds = 3_600_000_000_000
                    })))
        pool.keepsHeld = true
        _ = pool.take(CoordinatorDriver.client)
        for lease in pool.leases(1) { pool.compute(lease, job, by: 1) }
        pool.advance(seconds: 1)
        #expect(pool.take(CoordinatorDriver.client).isEmpty)
        let told = pool.held.compactMap {
            if case .update(let update) = $0.1 { update.status.samplesDone } else { nil }
        }
        #expect(told.last ?? 0 > 0)
    }

    /// While a disk is slow the newest update of a watch is enough.
    @Test func updatesThatWaitReplaceOneAnother() {
        var queue = CommitQueue()
        func update(_ request: UInt64, _ done: UInt64) -> (Route, PoolMessage) {
            let message = PoolMessage.update(
                .with {
                    $0.request = request
                    $0.status.samplesDone = done
                })
            return (Route([1]), message)
        }
        _ = queue.add([.priority(job: "j", 1)], [update(1, 1)])
        _ = queue.add([.priority(job: "j", 2)], [update(1, 2), update(2, 1)])
        _ = queue.add([], [update(1, 3)])
        #expect(queue.count == 1 + 1 + 1 + 2)
        let (first, _) = queue.committed()
        #expect(first.count == 1)
        let (second, _) = queue.committed()
        let told = second.map { entry in
            if case .update(let update) = entry.1 { update.status.samplesDone } else { 0 as UInt64 }
        }
        #expect(told.sorted() == [1, 3])
    }

    /// A result comes in pieces, each within the limit.
    @Test func aResultComesInPieces() throws {
        let document = ResultDocument(
            text: String(repeating: "äx", count: 1_000_000), digest: "d")
        #expect(document.count == 3_000_000)
        var bytes: [UInt8] = []
        while bytes.count < document.count {
            bytes += document.piece(from: bytes.count, most: PoolLimits.resultPieceBytes)
        }
        #expect(bytes == Array(document.text.utf8))
        #expect(document.piece(from: document.count, most: 9).isEmpty)
    }

    /// A priority that a role does not allow is refused under the request's number.
    @Test func aRefusedPriorityCarriesItsRequest() throws {
        let pool = CoordinatorDriver()
        submit(pool, "j", try peer("ann", 1), priority: 3)
        let replies = pool.take(CoordinatorDriver.client).compactMap {
            if case .errorReply(let reply) = $0 { reply } else { nil }
        }
        #expect(replies.map(\.request) == [7])
        #expect(replies.first.map { PoolFailure($0.failure).code } == .refused)
    }

    /// Names and hosts cannot write lines of their own into the log.
    @Test func theLogHasLinesOfItsOwnAlone() {
        #expect(PrintableText.line("a\nb\u{1b}[31m\u{202e}") == "a\\nb\\u{1b}[31m\\u{202e}")
        #expect(PrintableText.line("Größe 漢") == "Größe 漢")
        let pool = CoordinatorDriver()
        var hello = WireHello()
        hello.worker = "w"
        hello.host = "h\n2026-01-01 warning forged"
        hello.slots = 1
        hello.fingerprint = "x"
        var effects = CoordinatorEffects()
        pool.core.step(.received(Route([1]), .hello(hello)), at: .zero, into: &effects)
        #expect(effects.log.count == 1)
        #expect(effects.log.allSatisfy { !$0.text.contains("\n") })
    }
}
