// SPDX-License-Identifier: Apache-2.0
import Simulation
import TestMarks
import Testing

@testable import PoolCore

/// The table of kinds, and what derives from it.
@Suite struct WireTableTests {
    /// Nothing that a peer may send is free.
    @Test func everyKindHasARowAndACost() throws {
        for kind in WireKind.allCases {
            let row = kind.row
            #expect(row.cost > 0, "\(kind)")
            #expect(row.headerBytes > 0 && row.headerBytes <= 17 << 20, "\(kind)")
            // An empty header is a message of just this kind.
            let message = try Envelope([
                Frames.prelude(1, kind.rawValue), [], [],
            ]).decode()
            #expect(message.kind == kind.rawValue)
            #expect(row.cost(header: 1 << 20, payload: 0) > row.cost + 32)
        }
        #expect(Set(WireKind.allCases.map(\.rawValue)).count == WireKind.allCases.count)
    }

    private func fault(_ kind: WireKind, header: [UInt8], payload: [UInt8] = []) -> String? {
        do throws(Frames.Fault) {
            _ = try Envelope([Frames.prelude(1, kind.rawValue), header, payload]).decode()
            return nil
        } catch {
            return error.failure.message
        }
    }

    @Test(.disabled(if: isQuick, "slow without an optimiser"))
    func headersAndPayloadsAreLimitedByKind() {
        let long = [UInt8](repeating: 0, count: PoolLimits.headerBytes + 1)
        #expect(fault(.statusRequest, header: long)?.contains("65537 bytes") == true)
        #expect(fault(.statusRequest, header: [], payload: [1])?.contains("payload of 1") == true)
        #expect(fault(.statusRequest, header: []) == nil)
        // A job's text may be longer: 16 MB.
        let text = WireSubmit.with { $0.text = String(repeating: "x", count: 16 << 20) }
        #expect(fault(.submit, header: Frames.encode(.submit(text, []))[1]) == nil)
    }

    /// 16 MB of empty tables would become eight million objects: they are counted first.
    @Test(.disabled(if: isQuick, "slow without an optimiser"))
    func aHeaderOfManyEmptyFieldsCostsNothing() {
        let tables = (0..<8 << 20).flatMap { _ in [0x22, 0] as [UInt8] }
        let start = ContinuousClock.now
        #expect(fault(.submit, header: tables)?.contains("2048 fields") == true)
        // Names of columns within one table, and fields that nobody knows.
        var names: [UInt8] = []
        for _ in 0..<1 << 20 { names += [0x12, 0] }
        let count = names.count
        let length = [
            UInt8(count & 127 | 128), UInt8(count >> 7 & 127 | 128), UInt8(count >> 14),
        ]
        #expect(fault(.submit, header: [0x22] + length + names)?.contains("fields") == true)
        let unknown = (0..<8 << 20).flatMap { _ in [0x78, 0] as [UInt8] }
        #expect(fault(.submit, header: unknown)?.contains("fields") == true)
        #expect(ContinuousClock.now - start < .seconds(20))
    }

    @Test func whatIsNoHeaderIsRefused() {
        for header: [UInt8] in [
            [0x0B], [0x0A, 5, 1], [0x08], [0x09, 1, 2], [0xFF, 0xFF], [0x0D, 1],
        ] { #expect(fault(.statusRequest, header: header) != nil, "\(header)") }
    }

    @Test func aRequestsNumberIsKnownBeforeItIsDecoded() throws {
        let status = WireStatusRequest.with {
            $0.request = 1 << 40 + 7
            $0.job = "j"
        }
        let frames = Frames.encode(.statusRequest(status))
        #expect(try Envelope(frames).request == 1 << 40 + 7)
        // After another field, and no number at all.
        #expect(HeaderScan.request([0x12, 1, 0x6A, 0x08, 9]) == 9)
        #expect(HeaderScan.request([]) == 0)
        #expect(HeaderScan.request([0x08]) == 0)
    }

    /// What cannot be paid for is not decoded: 16 MB of garbage in a submission is charged as such.
    @Test func aMessageIsChargedBeforeItIsDecoded() throws {
        let pool = CoordinatorDriver()
        let garbage = [UInt8](repeating: 0xFF, count: 16 << 20)
        var refused = 0
        for _ in 0..<64 {
            let envelope = try Envelope([Frames.prelude(1, 32), garbage, []])
            pool.step(.arrived(CoordinatorDriver.client, envelope))
            for case .errorReply(let reply) in pool.take(CoordinatorDriver.client) {
                #expect(PoolFailure(reply.failure).code == .limit)
                refused += 1
            }
        }
        // 20,000 at 1,028 each.
        #expect(refused == 64 - 19)
        #expect(pool.core.decodingBytes == 0)
        // Somebody else is served.
        #expect(pool.status("nothing") == nil)
        let other = Route([4])
        var status = WireStatusRequest()
        status.request = 5
        pool.step(.arrived(other, try Envelope(Frames.encode(.statusRequest(status)))))
        #expect(pool.take(other).count == 1)
    }

    /// Of a key all connections together have one budget.
    @Test func aKeyHasOneBudget() throws {
        let pool = CoordinatorDriver()
        let key = try #require(PublicKey(bytes: [UInt8](repeating: 3, count: 32)))
        let peer = PeerIdentity(role: .client, name: "ann", key: key)
        var answers: [PoolFailure.Code: Int] = [:]
        for number in 0..<30_000 {
            let route = Route([UInt8(number & 255), UInt8(number >> 8)])
            pool.step(.received(route, .statusRequest(.with { $0.request = 1 }), peer: peer))
            for case .errorReply(let reply) in pool.take(route) {
                answers[PoolFailure(reply.failure).code, default: 0] += 1
            }
        }
        #expect(answers[.unknownJob] == 20_000)
        #expect(answers[.limit] == 10_000)
    }

    /// A worker that floods is not answered, and the log tells of it a few times.
    @Test func aFloodOfHellosIsDroppedAndTheLogStaysShort() {
        let pool = CoordinatorDriver()
        var lines = 0
        var answers = 0
        for number in 0..<20_000 {
            var hello = WireHello()
            hello.worker = "w\(number)"
            hello.slots = 1
            hello.fingerprint = "other"
            var effects = CoordinatorEffects()
            pool.core.step(
                .received(CoordinatorDriver.route(7), .hello(hello)), at: pool.now, into: &effects)
            lines += effects.log.count
            answers += effects.outgoing.count
        }
        #expect(answers == 5_000)
        #expect(lines == 2 * RefusalLog.linesPerWindow)
    }
}
