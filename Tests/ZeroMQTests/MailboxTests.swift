// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import ZeroMQ

@Suite struct MailboxTests {
    @Test func lettersComeInOrderAndWakeThePoll() throws {
        let mailbox = try Mailbox<Int>(capacity: 10)
        var set = PollSet()
        let member = set.add(mailbox)
        let ready1 = try set.wait(milliseconds: 0)
        #expect(ready1 == 0)
        for letter in 1...3 { #expect(mailbox.post(letter)) }
        let ready2 = try set.wait(milliseconds: 1_000)
        #expect(ready2 == 1)
        let state5 = set.isReady(member)
        #expect(state5)
        #expect(mailbox.drain() == [1, 2, 3])
        let ready3 = try set.wait(milliseconds: 0)
        #expect(ready3 == 0)
        let state6 = set.isReady(member)
        #expect(!state6)
    }

    @Test func aFullMailboxTakesNothing() throws {
        let mailbox = try Mailbox<Int>(capacity: 2)
        #expect(mailbox.post(1) && mailbox.post(2) && !mailbox.post(3))
        #expect(mailbox.drain() == [1, 2])
        #expect(mailbox.post(4))
    }

    @Test func noLetterIsLostBetweenThreads() throws {
        let mailbox = try Mailbox<Int>(capacity: 1 << 20)
        let each = 20_000
        // Threads of their own: other tests may hold all of Dispatch's for longer than the poll waits.
        for lane in 0..<4 {
            Thread.detachNewThread {
                for letter in 0..<each { mailbox.post(lane * each + letter) }
            }
        }
        var set = PollSet()
        let member = set.add(mailbox)
        var last = [Int](repeating: -1, count: 4)
        var taken = 0
        while taken < 4 * each {
            // A lost wake-up shows as a poll that times out though letters are missing.
            let ready4 = try set.wait(milliseconds: 30_000)
            #expect(ready4 == 1)
            guard set.isReady(member) else { break }
            for letter in mailbox.drain() {
                #expect(letter % each > last[letter / each])
                last[letter / each] = letter % each
                taken += 1
            }
        }
        #expect(taken == 4 * each)
    }
}

/// Answers every letter on the loop's thread, and leaves at a negative one.
private struct Echo: SocketOwner {
    let answers: Mailbox<Int>
    let pollEvery: Int64?

    mutating func join(_ set: inout PollSet) {}

    mutating func turn(
        at nanoseconds: Int64, letters: [Int], set: inout PollSet
    ) throws(ZeroMQError) -> SocketTurn {
        for letter in letters {
            if letter < 0 { return .leave }
            answers.post(letter * 2)
        }
        if let pollEvery {
            answers.post(-1)
            return .wait(untilNanoseconds: nanoseconds + pollEvery)
        }
        return .wait(untilNanoseconds: nil)
    }
}

@Suite struct SocketLoopTests {
    @Test func lettersReachTheOwnerAndTheLoopLeaves() async throws {
        let answers = try Mailbox<Int>(capacity: 100)
        let loop = try SocketLoop(mailbox: try Mailbox<Int>(capacity: 100)) {
            () throws(ZeroMQError) in Echo(answers: answers, pollEvery: nil)
        }
        loop.mailbox.post(21)
        loop.mailbox.post(-1)
        try await loop.ended()
        #expect(answers.drain() == [42])
    }

    @Test func deadlinesMakeTurns() async throws {
        let answers = try Mailbox<Int>(capacity: 1_000)
        let loop = try SocketLoop(mailbox: try Mailbox<Int>(capacity: 100)) {
            () throws(ZeroMQError) in Echo(answers: answers, pollEvery: 5_000_000)
        }
        try await Task.sleep(for: .milliseconds(300))
        loop.mailbox.post(-1)
        try await loop.ended()
        #expect(answers.drain().count >= 5)
    }

    @Test func whatBuildingThrowsReachesTheStarter() throws {
        #expect(throws: ZeroMQError.self) {
            _ = try SocketLoop(mailbox: try Mailbox<Int>(capacity: 1)) {
                () throws(ZeroMQError) -> Echo in
                throw ZeroMQError(refusing: "build", "", reason: "no", remedy: "none")
            }
        }
    }
}
