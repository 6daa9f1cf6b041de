// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import ZeroMQ

@Suite struct ZAPTests {
    func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    func request(version: String = "1.0", credentials: [[UInt8]] = [[1]]) -> [[UInt8]] {
        [bytes(version), [7], bytes("qpool"), bytes("10.0.0.9"), [], bytes("CURVE")] + credentials
    }

    func fault(_ frames: [[UInt8]]) -> ZAPRequest.Fault? {
        do throws(ZAPRequest.Fault) { _ = try ZAPRequest(frames) } catch { return error }
        return nil
    }

    @Test func aRequestIsRead() throws {
        let read = try ZAPRequest(request())
        #expect(read.requestID == [7] && read.domain == "qpool" && read.address == "10.0.0.9")
        #expect(read.mechanism == "CURVE" && read.credentials == [[1]])
    }

    @Test func wrongFramesAreToldApart() {
        #expect(fault([]) == .frames(0))
        #expect(fault(Array(request()[..<5])) == .frames(5))
        #expect(fault(request(credentials: [[], [], [], []])) == .frames(10))
        #expect(fault(request(version: "1.1")) == .version(requestID: [7]))
        #expect(
            fault(request(credentials: [[UInt8](repeating: 0, count: 1_025)]))
                == .oversized(requestID: [7]))
        var damaged = request()
        damaged[3] = [0xFF, 0xFE]
        #expect(fault(damaged) == .text(requestID: [7]))
    }

    @Test func repliesHaveTheirSixFrames() {
        #expect(
            ZAPReply.welcome(userID: "me").frames(requestID: [7])
                == [bytes("1.0"), [7], bytes("200"), bytes("OK"), bytes("me"), []])
        #expect(ZAPReply.refused("no").frames(requestID: [7])[2] == bytes("400"))
        #expect(ZAPReply.failed("no").frames(requestID: [7])[2] == bytes("500"))
        let long = ZAPReply.welcome(userID: String(repeating: "x", count: 256))
        #expect(long.frames(requestID: [])[2] == bytes("500"))
    }

    /// Somebody inside the process sends rubbish to the handler: it answers what can be answered.
    @Test func rubbishAtTheHandlerIsAnsweredWith500OrDropped() throws {
        let context = try Context()
        let handler = try ZAPHandler(in: context)
        let hostile = try Socket(.dealer, in: context, security: .plain())
        try hostile.connect(ZAPHandler.endpoint)
        var random = SplitMix(state: 20_261_120)
        var readable = 0
        for _ in 0..<20_000 {
            var frames = random.mutate([[]] + request())
            if frames.isEmpty { frames = [[]] }
            try hostile.send(frames)
            try handler.serve(misread: { _ in }) { _ in .refused("no") }
            while let reply = try hostile.receive() {
                readable += 1
                #expect(reply.count == 7 && (reply[3] == bytes("400") || reply[3] == bytes("500")))
            }
        }
        #expect(readable > 5_000 && readable < 20_000)
    }
}

/// A seeded source of damage.
struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

    /// Some frames lost, doubled, flipped, stretched, cut.
    mutating func mutate(_ frames: [[UInt8]]) -> [[UInt8]] {
        var frames = frames
        for _ in 0..<below(3) + 1 where !frames.isEmpty {
            let at = below(frames.count)
            switch below(6) {
            case 0: frames.remove(at: at)
            case 1: frames.insert(frames[at], at: at)
            case 2: frames[at] = (0..<below(300)).map { _ in UInt8(truncatingIfNeeded: next()) }
            case 3: frames[at].append(contentsOf: [UInt8](repeating: 0xFF, count: below(2_000)))
            case 4 where !frames[at].isEmpty:
                frames[at][below(frames[at].count)] ^= 1 << UInt8(below(8))
            default: frames[at] = Array(frames[at].prefix(below(frames[at].count + 1)))
            }
        }
        return frames
    }
}
