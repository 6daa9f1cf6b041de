// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import ZeroMQ

/// Real handshakes over loopback.
@Suite struct CurveTests {
    let server: CurveKeyPair
    let known: CurveKeyPair

    init() throws {
        server = try .generate()
        known = try .generate()
    }

    /// A server that knows one key, served by hand so that a test decides when.
    struct House: ~Copyable {
        let context: Context
        let handler: ZAPHandler
        let router: Socket
        let monitor: HandshakeMonitor
        let endpoint: String
        var set = PollSet()
        var known: [[UInt8]: String]
        var asked: [ZAPRequest] = []
        var events: [HandshakeEvent] = []

        init(keys: CurveKeyPair, known: [[UInt8]: String]) throws {
            let context = try Context()
            let handler = try ZAPHandler(in: context)
            let router = try handler.server(.router, in: context, keys: keys)
            let monitor = try HandshakeMonitor(of: router, in: context)
            endpoint = try router.bind("tcp://127.0.0.1:*")
            _ = handler.join(&set)
            _ = set.add(router)
            _ = monitor.join(&set)
            self.context = context
            self.handler = handler
            self.router = router
            self.monitor = monitor
            self.known = known
        }

        mutating func turn(milliseconds: Int = 10) throws -> AuthenticatedMessage? {
            _ = try set.wait(milliseconds: milliseconds)
            var asked = asked
            try handler.serve(misread: { Issue.record("misread \($0)") }) { request in
                asked.append(request)
                guard let key = request.credentials.first, let name = known[key] else {
                    return .refused("unknown key")
                }
                return .welcome(userID: name)
            }
            self.asked = asked
            events += try monitor.take()
            return try router.receiveAuthenticated()
        }

        /// The first message within half a second or so.
        mutating func message(turns: Int = 50) throws -> AuthenticatedMessage? {
            for _ in 0..<turns {
                if let message = try turn() { return message }
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

    func house() throws -> House {
        try House(keys: server, known: [known.publicKey.bytes: "worker rack1"])
    }

    func client(_ keys: CurveKeyPair, server: CurvePublicKey? = nil) -> Security {
        .curveClient(CurveClient(serverKey: server ?? self.server.publicKey, keys: keys))
    }

    @Test func theRightKeyComesInAndItsNameCarries() throws {
        var house = try house()
        let dealer = try house.dealer(client(known))
        try dealer.send([[1], [2], [3]])
        let taken = try house.message()
        let message = try #require(taken)
        #expect(Array(message.frames[1...]) == [[1], [2], [3]])
        #expect(message.userID == "worker rack1")
        #expect(house.asked.count == 1 && house.asked[0].mechanism == "CURVE")
        #expect(house.asked[0].domain == "qpool" && house.asked[0].address == "127.0.0.1")
        #expect(house.asked[0].credentials == [known.publicKey.bytes])
        #expect(house.events.contains(.succeeded))
        try house.router.send([message.frames[0], [9]])
        var set = PollSet()
        _ = set.add(dealer)
        _ = try set.wait(milliseconds: 2_000)
        let reply = try dealer.receive()
        #expect(reply == [[9]])
    }

    @Test func anUnknownKeyIsNeverServed() throws {
        var house = try house()
        let dealer = try house.dealer(client(try .generate()))
        try dealer.send([[1]])
        let monitored = try house.message()
        #expect(monitored == nil)
        #expect(!house.asked.isEmpty)
        #expect(house.events.contains(.refused(status: 400)))
        #expect(!house.events.contains(.succeeded))
    }

    @Test func anotherServersKeyIsNeverServed() throws {
        var house = try house()
        let dealer = try house.dealer(client(known, server: try CurveKeyPair.generate().publicKey))
        try dealer.send([[1]])
        let taken = try house.message()
        #expect(taken == nil && house.asked.isEmpty)
        #expect(house.events.contains(.wrongKey))
    }

    @Test func aPlainClientIsNeverServed() throws {
        var house = try house()
        let dealer = try house.dealer(.plain())
        try dealer.send([[1]])
        let taken = try house.message()
        #expect(taken == nil && house.asked.isEmpty)
        #expect(house.events.contains(.mechanismMismatch))
    }

    @Test func aPlainServerIsRefusedByACurveClient() throws {
        let context = try Context()
        let router = try Socket(.router, in: context, security: .plain())
        let endpoint = try router.bind("tcp://127.0.0.1:*")
        let dealer = try Socket(.dealer, in: context, security: client(known))
        try dealer.set(.lingerMilliseconds, 0)
        try dealer.connect(endpoint)
        try dealer.send([[1]])
        var set = PollSet()
        _ = set.add(router)
        let ready = try set.wait(milliseconds: 300)
        #expect(ready == 0)
    }

    @Test func nobodyComesInWhileTheHandlerIsNotServed() throws {
        let house = try house()
        let dealer = try house.dealer(client(known))
        try dealer.send([[1]])
        var set = PollSet()
        _ = set.add(house.router)
        let ready = try set.wait(milliseconds: 300)
        #expect(ready == 0)
    }

    /// The handler's value goes; its socket stays with the server, and nobody answers there.
    @Test func aServerWithoutItsHandlerLetsNobodyIn() throws {
        let context = try Context()
        let router: Socket
        do {
            let handler = try ZAPHandler(in: context)
            router = try handler.server(.router, in: context, keys: server)
        }
        let endpoint = try router.bind("tcp://127.0.0.1:*")
        let dealer = try Socket(.dealer, in: context, security: client(known))
        try dealer.set(.lingerMilliseconds, 0)
        try dealer.connect(endpoint)
        try dealer.send([[1]])
        var set = PollSet()
        _ = set.add(router)
        let ready = try set.wait(milliseconds: 300)
        #expect(ready == 0)
    }

    @Test func aRevokedKeyIsRefusedAtItsNextHandshake() throws {
        var house = try house()
        do {
            let dealer = try house.dealer(client(known))
            try dealer.send([[1]])
            let first = try house.message()
            #expect(first?.userID == "worker rack1")
        }
        house.known = [:]
        do {
            let dealer = try house.dealer(client(known))
            try dealer.send([[2]])
            let second = try house.message()
            #expect(second == nil)
        }
        house.known = [known.publicKey.bytes: "worker again"]
        let dealer = try house.dealer(client(known))
        try dealer.send([[3]])
        let third = try house.message()
        #expect(third?.userID == "worker again" && third?.frames.last == [3])
    }

    /// libzmq does not try again after a 400, so whoever is refused must hear of it.
    @Test func theRefusedClientHearsOfIt() throws {
        var house = try house()
        let dealer = try Socket(.dealer, in: house.context, security: client(try .generate()))
        try dealer.set(.lingerMilliseconds, 0)
        let monitor = try HandshakeMonitor(of: dealer, in: house.context)
        try dealer.connect(house.endpoint)
        var heard: [HandshakeEvent] = []
        for _ in 0..<100 where heard.isEmpty {
            _ = try house.turn()
            heard += try monitor.take()
        }
        #expect(heard == [.refused(status: 400)])
    }

    @Test func aContextHasOneHandler() throws {
        let context = try Context()
        let first = try ZAPHandler(in: context)
        var refused = false
        do {
            let second = try ZAPHandler(in: context)
            _ = second.domain
        } catch { refused = error.addressInUse }
        #expect(refused && first.domain == "qpool")
    }

    @Test func aClientDoesNotListen() throws {
        let context = try Context()
        let socket = try Socket(.dealer, in: context, security: client(known))
        var reason = ""
        do throws(ZeroMQError) { try socket.bind("tcp://127.0.0.1:*") } catch {
            reason = error.reason
        }
        #expect(reason.contains("does not listen"))
    }

    @Test func keysRoundTripAndKeepTheirSecret() throws {
        let pair = try CurveKeyPair.generate()
        let again = try CurveKeyPair(secretZ85: pair.revealSecretZ85())
        #expect(again == pair && again.publicKey.z85.utf8.count == 40)
        #expect(try CurvePublicKey(z85: pair.publicKey.z85) == pair.publicKey)
        #expect(try CurveKeyPair.generate() != pair)
        for shown in [
            "\(pair)", String(reflecting: pair),
            "\(CurveClient(serverKey: pair.publicKey, keys: pair))",
        ] {
            #expect(!shown.contains(pair.revealSecretZ85()))
        }
    }

    /// The example of RFC 26 and of zmq_curve_public's manual.
    @Test func aKnownSecretHasItsKnownPublicKey() throws {
        let pair = try CurveKeyPair(secretZ85: "D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs")
        #expect(pair.publicKey.z85 == "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID")
    }

    @Test(arguments: [
        "", "short", String(repeating: "a", count: 39), String(repeating: "a", count: 41),
        String(repeating: "\"", count: 40), String(repeating: "#", count: 40),
        String(repeating: "é", count: 20), String(repeating: " ", count: 40),
        String(repeating: "\0", count: 40),
    ])
    func wrongKeysAreRefused(text: String) {
        #expect(throws: ZeroMQError.self) { try CurvePublicKey(z85: text) }
        #expect(throws: ZeroMQError.self) { try CurveKeyPair(secretZ85: text) }
    }
}
