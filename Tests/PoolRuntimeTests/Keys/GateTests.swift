// SPDX-License-Identifier: Apache-2.0
import Foundation
import PoolCore
import Testing
import ZeroMQ

@testable import PoolRuntime

/// The whole way: files made by keygen, real handshakes over loopback, roles, revocation.
@Suite struct GateTests {
    static let second: Int64 = 1_000_000_000

    /// A coordinator's door with a clock that the test moves.
    struct Door: ~Copyable {
        let context: Context
        var gate: CoordinatorGate
        let router: Socket
        let endpoint: String
        var set = PollSet()
        let routerMember: PollSet.Member
        var now: Int64 = 0
        var lines: [String] = []

        init(_ folder: String?) throws {
            let keys = try folder.map { try CoordinatorKeys.load($0) }
            let context = try Context()
            var gate = try CoordinatorGate(in: context, keys: keys)
            let router = try gate.makeRouter(in: context)
            endpoint = try router.bind("tcp://127.0.0.1:*")
            gate.join(&set)
            routerMember = set.add(router)
            self.context = context
            self.gate = gate
            self.router = router
        }

        mutating func message(turns: Int = 50) throws -> AuthenticatedMessage? {
            for _ in 0..<turns {
                _ = try set.wait(milliseconds: 10)
                lines += try gate.turn(set, at: now)
                if set.isReady(routerMember), let message = try router.receiveAuthenticated() {
                    return message
                }
            }
            return nil
        }

        func dealer(_ security: Security) throws -> Socket {
            let dealer = try Socket(.dealer, in: context, security: security)
            try dealer.set(.lingerMilliseconds, 0)
            try dealer.connect(endpoint)
            return dealer
        }
    }

    func security(_ path: String) throws -> Security {
        try ConnectionFile.resolve(flag: path, environment: [:]).security
    }

    @Test(arguments: Role.allCases)
    func eachRoleComesInWithItsFileAndDoesItsPartOnly(role: Role) throws {
        let folder = try Folder()
        let path = try folder.keys().admit(role, name: "p1")
        var door = try Door(folder.path + "/keys")
        let dealer = try door.dealer(try security(path))
        try dealer.send([[1]])
        let taken = try door.message()
        let user = try #require(taken).userID
        let peer = try door.gate.permit(userID: user, kind: role == .worker ? 1 : 34, at: 0).get()
        #expect(peer?.role == role && peer?.name == "p1")
        let other = door.gate.permit(userID: user, kind: role == .worker ? 32 : 4, at: 0)
        #expect(other == .failure(.role))
        #expect(door.gate.accepted == 1 && door.gate.refused == [.role: 1])
    }

    @Test func strangersAreNeverServedAndAreCountedByReason() throws {
        let folder = try Folder()
        let path = try folder.keys().admit(.worker, name: "a")
        let elsewhere = try Folder()
        let otherPath = try elsewhere.keys().admit(.worker, name: "a")
        let mine = try ConnectionFile(path: path)
        let other = try ConnectionFile(path: otherPath)
        var door = try Door(folder.path + "/keys")
        let strangers: [Security] = [
            .plain(), try security(otherPath),
            .curveClient(CurveClient(serverKey: mine.serverKey, keys: other.keys)),
        ]
        for stranger in strangers {
            let dealer = try door.dealer(stranger)
            try dealer.send([[1]])
            let taken = try door.message()
            #expect(taken == nil)
        }
        #expect(door.gate.accepted == 0)
        for reason in [Admission.Refusal.plaintext, .wrongServerKey, .unknownKey] {
            #expect(door.gate.refused[reason, default: 0] >= 1, "\(reason)")
        }
        #expect(door.lines.count >= 3 && door.lines.allSatisfy { $0.hasPrefix("refused ") })
        let honest = try door.dealer(try security(path))
        try honest.send([[2]])
        let taken = try door.message()
        #expect(taken?.frames.last == [2])
    }

    @Test func theListIsFollowedWhileItRuns() throws {
        let folder = try Folder()
        let keys = try folder.keys()
        var door = try Door(keys.folder)
        let path = try keys.admit(.worker, name: "late")
        door.now += Self.second
        let dealer = try door.dealer(try security(path))
        try dealer.send([[1]])
        let taken = try door.message()
        let user = try #require(taken).userID
        #expect(try door.gate.permit(userID: user, kind: 4, at: door.now).get()?.name == "late")

        try folder.write("# nobody\n", "keys/allow-list", mode: 0o644)
        door.now += Self.second
        _ = try door.message(turns: 2)
        #expect(door.gate.permit(userID: user, kind: 4, at: door.now) == .failure(.revokedKey))
        let again = try door.dealer(try security(path))
        try again.send([[2]])
        let refused = try door.message()
        #expect(refused == nil && door.gate.refused[.revokedKey] == 2)
        #expect(door.lines.contains { $0.contains("0 peers, 0 new, 1 revoked") })
    }

    @Test func aWrongListLeavesTheOldOneStanding() throws {
        let folder = try Folder()
        let keys = try folder.keys()
        let path = try keys.admit(.worker, name: "a")
        let list = try folder.read("keys/allow-list")
        var door = try Door(keys.folder)
        for wrong in [list + "wroker b\n", "\u{0}"] {
            try folder.write(wrong, "keys/allow-list", mode: 0o644)
            door.now += Self.second
            _ = try door.message(turns: 2)
        }
        try FileManager.default.removeItem(atPath: keys.allowListPath)
        door.now += Self.second
        _ = try door.message(turns: 2)
        #expect(door.lines.count == 3 && door.lines.allSatisfy { $0.contains("stays as it was") })
        let dealer = try door.dealer(try security(path))
        try dealer.send([[1]])
        let taken = try door.message()
        #expect(taken?.userID?.hasPrefix("worker a ") == true)
    }

    @Test func aDoorWithoutKeysServesOnLoopbackOnly() throws {
        var door = try Door(nil)
        let dealer = try door.dealer(.plain())
        try dealer.send([[1]])
        let taken = try door.message()
        let message = try #require(taken)
        #expect(message.userID == nil && message.frames.last == [1])
        #expect(try door.gate.permit(userID: nil, kind: 1, at: 0).get() == nil)
        #expect(door.gate.deadlineNanoseconds == nil)
        #expect(throws: ZeroMQError.self) {
            let context = try Context()
            var gate = try CoordinatorGate(in: context, keys: nil)
            try gate.makeRouter(in: context).bind("tcp://0.0.0.0:*")
        }
    }
}
