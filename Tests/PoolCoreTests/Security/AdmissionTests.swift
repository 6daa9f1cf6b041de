// SPDX-License-Identifier: Apache-2.0
import PoolCore
import Testing

@Suite struct AdmissionTests {
    static let second: Int64 = 1_000_000_000

    func key(_ seed: UInt8) throws -> PublicKey {
        try #require(PublicKey(bytes: (0..<32).map { seed &+ $0 &* 7 }))
    }

    func list(_ peers: [(Role, String, UInt8)]) throws -> AllowList {
        let lines = try peers.map { "\($0.0.rawValue) \($0.1) \(try key($0.2))" }
        return try AllowList(Array(lines.joined(separator: "\n").utf8), place: "allow-list")
    }

    func applicant(_ seed: UInt8) throws -> Admission.Applicant {
        .init(
            domain: "qpool", address: "10.0.0.9", mechanism: "CURVE",
            credentials: [try key(seed).bytes])
    }

    func admission() throws -> Admission {
        Admission(
            try list([(.worker, "rack1", 1), (.client, "ann", 2), (.administrator, "root", 3)]))
    }

    @Test func listedKeysComeInUnderTheirName() throws {
        var admission = try admission()
        let peer = try admission.decide(try applicant(2), at: 0).get()
        let ann = try key(2)
        #expect(peer == PeerIdentity(role: .client, name: "ann", key: ann))
        #expect(admission.accepted == 1 && admission.refused.isEmpty)
        #expect(try admission.permit(userID: peer.userID, kind: 32, at: 0).get() == peer)
    }

    @Test func everybodyElseIsRefusedAndCountedByReason() throws {
        var admission = try admission()
        var plain = try applicant(1)
        plain.mechanism = "NULL"
        var elsewhere = try applicant(1)
        elsewhere.domain = "other"
        var short = try applicant(1)
        short.credentials[0].removeLast()
        var twice = try applicant(1)
        twice.credentials.append(twice.credentials[0])
        var none = try applicant(1)
        none.credentials = []
        let cases: [(Admission.Applicant, Admission.Refusal)] = [
            (try applicant(9), .unknownKey), (plain, .plaintext), (elsewhere, .malformed),
            (short, .malformed), (twice, .malformed), (none, .malformed),
        ]
        for (applicant, reason) in cases {
            #expect(admission.decide(applicant, at: 0) == .failure(reason))
        }
        admission.failed(.wrongServerKey, at: 0)
        #expect(
            admission.refused == [
                .unknownKey: 1, .plaintext: 1, .malformed: 4, .wrongServerKey: 1,
            ])
        #expect(admission.accepted == 0)
    }

    @Test func revocationReachesHandshakesAndLivingConnections() throws {
        var admission = try admission()
        let worker = try admission.decide(try applicant(1), at: 0).get()
        let newer = try list([(.client, "ann", 2), (.worker, "rack2", 4)])
        let change = admission.replace(newer)
        #expect(change == (added: 1, removed: 2))
        #expect(admission.decide(try applicant(1), at: 0) == .failure(.revokedKey))
        #expect(
            admission.permit(userID: worker.userID, kind: 4, at: 0) == .failure(.revokedKey))
        #expect(try admission.decide(try applicant(2), at: 0).get().name == "ann")
        admission.replace(try list([(.worker, "rack1", 1)]))
        #expect(try admission.decide(try applicant(1), at: 0).get() == worker)
    }

    /// The same name with a new key, or the same key in a new role, ends what the old one could.
    @Test func aChangedLineIsAnotherPeer() throws {
        var admission = try admission()
        let old = try admission.decide(try applicant(3), at: 0).get()
        admission.replace(try list([(.administrator, "root", 7)]))
        #expect(admission.permit(userID: old.userID, kind: 46, at: 0) == .failure(.revokedKey))
        admission.replace(try list([(.client, "root", 3)]))
        #expect(admission.permit(userID: old.userID, kind: 46, at: 0) == .failure(.revokedKey))
        let now = try admission.decide(try applicant(3), at: 0).get()
        #expect(admission.permit(userID: now.userID, kind: 46, at: 0) == .failure(.role))
    }

    @Test func aMessageWithoutAnIdentityIsRefused() throws {
        var admission = try admission()
        #expect(admission.permit(userID: nil, kind: 1, at: 0) == .failure(.malformed))
        #expect(admission.permit(userID: "", kind: 1, at: 0) == .failure(.revokedKey))
        #expect(admission.permit(userID: "worker rack1", kind: 1, at: 0) == .failure(.revokedKey))
    }

    /// Every kind of docs/pool.proto: what a peer sends, and to whom it is allowed.
    @Test func rolesAllowTheirOwnPartOnly() {
        let worker: Set<UInt16> = [1, 4, 6, 7, 9, 10, 12]
        let client: Set<UInt16> = [32, 34, 36, 38, 40, 42, 44, 48, 49, 50]
        for kind in UInt16.min...UInt16.max {
            #expect(Role.worker.allows(kind: kind) == worker.contains(kind))
            #expect(Role.client.allows(kind: kind) == client.contains(kind))
            #expect(
                Role.administrator.allows(kind: kind) == (client.contains(kind) || kind == 46))
        }
        #expect(Role.client.allows(priority: 0) && Role.client.allows(priority: .min))
        #expect(!Role.client.allows(priority: 1) && Role.administrator.allows(priority: .max))
        #expect(!Role.worker.allows(priority: 0))
    }

    @Test func aFloodOfStrangersWritesFewLinesAndLosesNoCount() throws {
        var admission = try admission()
        let stranger = try applicant(9)
        var lines: [String] = []
        for step in 0..<100_000 {
            let now = Int64(step) * Self.second / 1_000
            _ = admission.decide(stranger, at: now)
            if step % 100 == 0 { lines += admission.takeLines(at: now) }
        }
        let deadline = try #require(admission.deadlineNanoseconds)
        lines += admission.takeLines(at: max(deadline, 110 * Self.second))
        #expect(lines.count == 60)
        let left = lines.compactMap { line in
            line.contains(" more: ") ? line.split(separator: " ").first : nil
        }
        #expect(left.compactMap { Int($0) }.reduce(50, +) == 100_000)
        #expect(admission.refused == [.unknownKey: 100_000])
        #expect(admission.deadlineNanoseconds == nil)
    }

    @Test func whatPeersSayCannotForgeALine() throws {
        var admission = try admission()
        var hostile = try applicant(9)
        hostile.address = "x\nrefused root\u{1B}[2J" + String(repeating: "é", count: 10_000)
        _ = admission.decide(hostile, at: 0)
        let lines = admission.takeLines(at: 0)
        #expect(lines.count == 1 && lines[0].utf8.count < 400)
        #expect(lines[0].utf8.allSatisfy { (0x20..<0x7F).contains($0) })
    }

    /// Any order of lists, applicants and messages: nobody is served who is not in the list now.
    @Test func nobodyIsEverServedWhoIsNotListed() throws {
        var random = SeededBits(state: 20_261_120)
        var admission = Admission(AllowList())
        var listed: [UInt8: Role] = [:]
        var served = 0
        for step in 0..<20_000 {
            let seed = UInt8(random.below(12)) &* 16
            switch random.below(4) {
            case 0 where step % 7 == 0:
                listed = [:]
                for other in 0..<12 where random.below(2) == 0 {
                    listed[UInt8(other) &* 16] = Role.allCases[random.below(3)]
                }
                admission.replace(try list(listed.map { ($0.value, "p\($0.key)", $0.key) }))
            case 1:
                let came = try? admission.decide(try applicant(seed), at: Int64(step)).get()
                #expect(came?.role == listed[seed])
            default:
                let role = Role.allCases[random.below(3)]
                let user = PeerIdentity(role: role, name: "p\(seed)", key: try key(seed)).userID
                let kind = UInt16(random.below(50))
                let allowed = (try? admission.permit(userID: user, kind: kind, at: 0).get()) != nil
                #expect(allowed == (listed[seed] == role && role.allows(kind: kind)))
                served += allowed ? 1 : 0
            }
        }
        #expect(served > 100)
    }
}

/// A seeded source of choices.
struct SeededBits {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}
