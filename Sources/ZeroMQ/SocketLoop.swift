// SPDX-License-Identifier: Apache-2.0
internal import CZeroMQ
internal import Synchronization

/// Whoever owns sockets: built on the loop's thread, used there only, released there.
public protocol SocketOwner: ~Copyable, SendableMetatype {
    /// What other threads may tell it.
    associatedtype Letter: Sendable

    /// Adds the owner's sockets to the set that the loop waits for. Called once, first.
    mutating func join(_ set: inout PollSet)

    /// One turn: receive what is ready, read the letters, act.
    ///
    /// - Parameters:
    ///   - nanoseconds: the time of this turn on the loop's clock.
    ///   - set: tells which sockets are ready; a socket that was replaced goes in here.
    /// - Returns: when to take the next turn though nothing comes, or that the loop shall end.
    mutating func turn(
        at nanoseconds: Int64, letters: [Letter], set: inout PollSet
    ) throws(ZeroMQError) -> SocketTurn
}

/// What a socket loop does next.
public enum SocketTurn: Sendable, Hashable {
    /// Wait for sockets or letters, but not beyond this time on the loop's clock.
    case wait(untilNanoseconds: Int64?)
    /// Leave: release the sockets and end the thread.
    case leave
}

/// A dedicated thread that owns sockets, polls them, and hands everything to its owner.
///
/// The clock is monotonic, begins at 0 with the process's first loop, and is read once a turn.
public final class SocketLoop<Letter: Sendable>: Sendable {
    /// The way in.
    public let mailbox: Mailbox<Letter>
    private let ending = Mutex(Ending())

    private struct Ending {
        var result: Result<Void, ZeroMQError>?
        var waiting: [CheckedContinuation<Result<Void, ZeroMQError>, Never>] = []
    }

    /// Starts a thread and builds the owner on it; returns once it is built.
    ///
    /// - Throws: what building threw.
    public init<Owner: SocketOwner & ~Copyable>(
        mailbox: Mailbox<Letter>,
        build: @escaping @Sendable () throws(ZeroMQError) -> Owner
    ) throws(ZeroMQError) where Owner.Letter == Letter {
        self.mailbox = mailbox
        // The mailbox carries the one word that the thread sends back while it builds.
        let built = try Mailbox<ZeroMQError?>(capacity: 1)
        try DetachedThread.start { [self] in
            let result: Result<Void, ZeroMQError>
            do throws(ZeroMQError) {
                let owner: Owner
                do throws(ZeroMQError) {
                    owner = try build()
                } catch {
                    built.post(error)
                    throw error
                }
                built.post(nil)
                try run(owner)
                result = .success(())
            } catch {
                result = .failure(error)
            }
            finish(result)
        }
        var set = PollSet()
        let word = set.add(built)
        while !set.isReady(word) { _ = try set.wait(milliseconds: -1) }
        if let error = built.drain().first ?? nil { throw error }
    }

    private func run<Owner: SocketOwner & ~Copyable>(
        _ owner: consuming Owner
    ) throws(ZeroMQError) where Owner.Letter == Letter {
        var set = PollSet()
        let letters = set.add(mailbox)
        owner.join(&set)
        var waiting = 0
        while true {
            _ = try set.wait(milliseconds: waiting)
            let now = MonotonicClock.nanoseconds
            let taken = set.isReady(letters) ? mailbox.drain() : []
            switch try owner.turn(at: now, letters: taken, set: &set) {
            case .leave: return
            case .wait(nil): waiting = -1
            case .wait(let deadline?):
                // Rounded up, so that the turn finds its deadline reached; at most an hour at once.
                let left = deadline <= now ? 0 : min(deadline - now, 3_600_000_000_000)
                waiting = Int((left + 999_999) / 1_000_000)
            }
        }
    }

    private func finish(_ result: Result<Void, ZeroMQError>) {
        let waiting = ending.withLock { ending in
            ending.result = result
            defer { ending.waiting = [] }
            return ending.waiting
        }
        for continuation in waiting { continuation.resume(returning: result) }
    }

    /// Waits until the loop has left.
    ///
    /// - Throws: what ended the loop, if it did not leave by itself.
    public func ended() async throws(ZeroMQError) {
        let result = await withCheckedContinuation { continuation in
            let result = ending.withLock { ending in
                if ending.result == nil { ending.waiting.append(continuation) }
                return ending.result
            }
            if let result { continuation.resume(returning: result) }
        }
        try result.get()
    }
}

/// Monotonic time since the first use in this process.
public enum MonotonicClock {
    private static let start = ContinuousClock.now

    /// Nanoseconds since the start.
    public static var nanoseconds: Int64 {
        let parts = (ContinuousClock.now - start).components
        return parts.seconds * 1_000_000_000 + parts.attoseconds / 1_000_000_000
    }
}

/// A thread of the operating system that nobody joins.
enum DetachedThread {
    private final class Body {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// Runs `body` on a thread of its own.
    static func start(_ body: @escaping @Sendable () -> Void) throws(ZeroMQError) {
        let boxed = unsafe Unmanaged.passRetained(Body(body))
        let number = unsafe qp_thread_start(
            { argument in
                if let argument = unsafe argument {
                    unsafe Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
                }
                return nil
            }, boxed.toOpaque())
        guard number != 0 else { return }
        unsafe boxed.release()
        throw ZeroMQError("start thread", number: number)
    }
}
