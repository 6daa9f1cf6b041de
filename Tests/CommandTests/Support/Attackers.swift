// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization
import ZeroMQ

/// Random choices from a seed.
struct Chance: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return (state ^ (state >> 33)) &* 0xff51_afd7_ed55_8ccd
    }

    mutating func below(_ count: Int) -> Int { Int.random(in: 0..<count, using: &self) }

    mutating func bytes(_ most: Int) -> [UInt8] {
        (0..<below(most + 1)).map { _ in UInt8(truncatingIfNeeded: next()) }
    }
}

/// What attackers have sent.
final class AttackCount: Sendable {
    let budget: Int
    private let counts = Mutex<[String: Int]>([:])

    init(budget: Int) { self.budget = budget }

    func add(_ name: String, _ count: Int = 1) {
        counts.withLock { $0[name, default: 0] += count }
    }

    /// Frames sent, by what was wrong with them.
    var all: [String: Int] { counts.withLock { $0 } }
    var total: Int { counts.withLock { $0.values.reduce(0, +) } }
    var isOver: Bool { total >= budget }
}

/// Peers that speak ZeroMQ and send what no honest peer sends, until the budget is used up.
struct MessageAttacker {
    let endpoint: String
    let security: Security
    /// Messages that are right, to be damaged, repeated and sent to the wrong side.
    let messages: [[[UInt8]]]
    let count: AttackCount
    var chance: Chance
    /// Whether it takes its answers. One that does not must not cost the coordinator anything.
    let reads: Bool

    mutating func run() throws {
        while !count.isOver {
            let context = try Context()
            let socket = try Socket(.dealer, in: context, security: security)
            // What counts as sent is delivered before the connection goes.
            try socket.set(.lingerMilliseconds, 5_000)
            try socket.connect(endpoint)
            // A new connection now and then, as a peer that crashes and comes back.
            var left = 200 + chance.below(3_000)
            var waits = 0
            while left > 0, waits < 2_000, !count.isOver {
                let (name, frames) = next()
                do throws(ZeroMQError) {
                    try socket.send(frames)
                    count.add(name, frames.count)
                    left -= 1
                    waits = 0
                } catch {
                    // The other side does not keep up, as it may.
                    guard error.wouldBlock else { throw error }
                    waits += 1
                    usleep(1_000)
                }
                if reads { while try socket.receive() != nil {} }
            }
        }
    }

    private mutating func next() -> (String, [[UInt8]]) {
        var frames = messages.randomElement(using: &chance)!
        let place = chance.below(frames.count)
        switch chance.below(100) {
        case 0..<20:
            return ("random", (0...chance.below(5)).map { _ in chance.bytes(60) })
        case 20..<40: return ("replayed", frames)
        case 40..<60:
            frames[place] = Array(frames[place].prefix(chance.below(frames[place].count + 1)))
            return ("truncated", frames)
        case 60..<90:
            for _ in 0...chance.below(4) where !frames[place].isEmpty {
                frames[place][chance.below(frames[place].count)] ^= 1 << UInt8(chance.below(8))
            }
            return ("bits-flipped", frames)
        case 90..<98:
            return ("frames-added", frames + (0...chance.below(20)).map { _ in chance.bytes(9) })
        case 98:
            // Empty tables, each of which would become an object: up to a megabyte of them.
            let header = [[UInt8]](repeating: [0x22, 0], count: 1 << chance.below(20))
            return ("costly", [[0x51, 0x50, 1, 0, 32, 0], Array(header.joined()), []])
        default:
            frames[2] += [UInt8](repeating: UInt8(chance.below(256)), count: 1 << chance.below(18))
            return ("oversized", frames)
        }
    }
}

/// Peers that nobody should let in: each opens connections that never get through the handshake.
struct StrangerAttacker {
    let endpoint: String
    let securities: [(name: String, security: Security)]
    let messages: [[[UInt8]]]
    let count: AttackCount

    func run() throws {
        while !count.isOver {
            for (name, security) in securities where !count.isOver {
                let context = try Context()
                let socket = try Socket(.dealer, in: context, security: security)
                try socket.set(.lingerMilliseconds, 0)
                try socket.connect(endpoint)
                for message in messages.prefix(10) {
                    try socket.send(message)
                    count.add(name, message.count)
                }
                usleep(20_000)
            }
        }
    }
}

/// Bytes on bare TCP connections: garbage, handshakes that end early, impossible lengths, and
/// connections that dribble.
struct RawAttacker {
    let port: UInt16
    let mechanism: String
    let count: AttackCount
    var chance: Chance

    mutating func run() {
        var slow: [RawConnection] = []
        var next = 0
        while !count.isOver {
            while slow.count < 24, let connection = RawConnection(port: port) {
                slow.append(connection)
            }
            // One byte each in turn; those that were cut off are replaced.
            let greeting = RawConnection.greeting(mechanism: mechanism)
            slow.removeAll { connection in
                !connection.send([greeting[next % greeting.count]])
            }
            next += 1
            count.add("dribbled", slow.count)
            for _ in 0..<4 { attack(greeting) }
            usleep(10_000)
        }
    }

    private mutating func attack(_ greeting: [UInt8]) {
        guard let connection = RawConnection(port: port) else {
            usleep(10_000)
            return
        }
        switch chance.below(5) {
        case 0: send("not-zmtp", (0..<12).map { _ in chance.bytes(200) }, connection)
        case 1:
            send("half-open", [Array(greeting.prefix(chance.below(64)))], connection)
        case 2:
            let commands = (0..<12).map { _ -> [UInt8] in
                let body = chance.bytes(200)
                return [[0, 1, 2, 4, 6][chance.below(5)], UInt8(body.count)] + body
            }
            send("after-greeting", [greeting] + commands, connection)
        case 3:
            let huge: [UInt8] = [2, 0x7F, 255, 255, 255, 255, 255, 255, UInt8(chance.below(256))]
            send("impossible-length", [greeting, RawConnection.ready, huge], connection)
        default:
            let frames = (0..<12).map { _ -> [UInt8] in
                let body = chance.bytes(100)
                return [UInt8(chance.below(8)), UInt8(body.count)] + body
            }
            send("after-ready", [greeting, RawConnection.ready] + frames, connection)
        }
    }

    private func send(_ name: String, _ pieces: [[UInt8]], _ connection: RawConnection) {
        for piece in pieces {
            guard connection.send(piece) else { return }
            count.add(name)
        }
    }
}
