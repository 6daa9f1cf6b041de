// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import ZeroMQ

@Suite struct SocketTests {
    /// Waits until the socket has a message; nil after two seconds.
    func take(_ socket: borrowing Socket) throws -> [[UInt8]]? {
        var set = PollSet()
        let member = set.add(socket)
        for _ in 0..<20 {
            _ = try set.wait(milliseconds: 100)
            if set.isReady(member), let frames = try socket.receive() { return frames }
        }
        return nil
    }

    func bindFailure(_ socket: borrowing Socket, _ endpoint: String) -> ZeroMQError? {
        do throws(ZeroMQError) { try socket.bind(endpoint) } catch { return error }
        return nil
    }

    func sendFailure(_ socket: borrowing Socket, _ frames: [[UInt8]]) -> ZeroMQError? {
        do throws(ZeroMQError) { try socket.send(frames) } catch { return error }
        return nil
    }

    @Test(arguments: [0, 1, 29, 33, 34, 4_096, 1 << 20])
    func framesOfEverySizeComeBackUnchanged(size: Int) throws {
        let context = try Context()
        let router = try Socket(.router, in: context, security: .plain())
        let endpoint = try router.bind("tcp://127.0.0.1:*")
        let dealer = try Socket(.dealer, in: context, security: .plain())
        try dealer.connect(endpoint)
        let payload = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try dealer.send([[1, 2, 3], [], payload])
        let taken = try take(router)
        let request = try #require(taken)
        #expect(request.count == 4)
        #expect(Array(request[1...]) == [[1, 2, 3], [], payload])
        try router.send([request[0], payload, [9]])
        let reply = try take(dealer)
        #expect(reply == [payload, [9]])
    }

    @Test func anUnknownPeerIsAnErrorNotADrop() throws {
        let context = try Context()
        let router = try Socket(.router, in: context, security: .plain())
        try router.set(.routerMandatory, 1)
        let error = sendFailure(router, [[0, 1, 2, 3, 4], [7]])
        #expect(error?.unreachable == true)
    }

    @Test func tooManyFramesAreCutButSeen() throws {
        let context = try Context()
        let left = try Socket(.pair, in: context, security: .plain())
        let right = try Socket(.pair, in: context, security: .plain())
        try left.bind("inproc://frames")
        try right.connect("inproc://frames")
        try right.send(Array(repeating: [1], count: 20))
        try right.send([[2]])
        let first = try take(left)
        let second = try take(left)
        #expect(first?.count == 9)
        #expect(second == [[2]])
    }

    @Test func errorsNameOperationSubjectAndRemedy() throws {
        let context = try Context()
        let first = try Socket(.router, in: context, security: .plain())
        let endpoint = try first.bind("tcp://127.0.0.1:*")
        let second = try Socket(.router, in: context, security: .plain())
        var error = bindFailure(second, endpoint)
        #expect(error?.addressInUse == true)
        #expect(error?.description.hasPrefix("bind \(endpoint): ") == true)
        #expect(error?.description.contains("another port") == true)
        error = bindFailure(second, "tcp://127.0.0.1:port")
        #expect(error?.remedy == "write endpoints as tcp://host:port")
    }

    @Test(arguments: ["tcp://0.0.0.0:0", "tcp://*:0", "tcp://example.org:1", "tcp://10.0.0.1:1"])
    func plainBeyondLoopbackIsRefused(endpoint: String) throws {
        let context = try Context()
        let socket = try Socket(.router, in: context, security: .plain())
        let error = bindFailure(socket, endpoint)
        #expect(error?.number == 0 && error?.reason.contains("beyond loopback") == true)
    }

    @Test func plainBeyondLoopbackCanBeWanted() throws {
        let context = try Context()
        let socket = try Socket(.router, in: context, security: .plain(exposed: true))
        let endpoint = try socket.bind("tcp://0.0.0.0:*")
        #expect(endpoint.hasPrefix("tcp://0.0.0.0:"))
    }

    @Test func onlyLiteralLoopbackIsLocal() {
        for local in ["tcp://127.0.0.1:5", "tcp://127.9.8.7:*", "tcp://[::1]:5", "inproc://a"] {
            #expect(Security.isLocal(local))
        }
        for far in ["tcp://127.evil.org:5", "tcp://localhost:5", "tcp://:5", "tcp://5", "x"] {
            #expect(!Security.isLocal(far))
        }
    }

    @Test func oversizedFramesCutThePeerOff() throws {
        let context = try Context()
        let router = try Socket(.router, in: context, security: .plain())
        try router.set(.maximumMessageBytes, 1_000)
        let endpoint = try router.bind("tcp://127.0.0.1:*")
        let hostile = try Socket(.dealer, in: context, security: .plain())
        try hostile.set(.lingerMilliseconds, 0)
        try hostile.connect(endpoint)
        try hostile.send([[UInt8](repeating: 0, count: 10_000)])
        let honest = try Socket(.dealer, in: context, security: .plain())
        try honest.connect(endpoint)
        try honest.send([[5]])
        let taken = try take(router)
        #expect(taken?.last == [5])
    }
}
