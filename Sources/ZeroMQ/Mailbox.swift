// SPDX-License-Identifier: Apache-2.0
internal import CZeroMQ
internal import Synchronization

/// The only way into a socket thread: letters from any thread, in order, with a descriptor that a
/// ``PollSet`` can wait for.
///
/// The descriptor is written only when an empty mailbox gets its first letter.
public final class Mailbox<Letter: Sendable>: Sendable {
    private let letters = Mutex<[Letter]>([])
    let wake: WakeDescriptor
    /// The most letters that wait at once.
    public let capacity: Int

    /// A mailbox for at most `capacity` waiting letters.
    ///
    /// - Throws: where no descriptor is left.
    public init(capacity: Int) throws(ZeroMQError) {
        precondition(capacity > 0)
        self.capacity = capacity
        wake = try WakeDescriptor()
    }

    /// Leaves a letter. False where the mailbox is full: the letter was not taken.
    @discardableResult
    public func post(_ letter: Letter) -> Bool {
        let (taken, first) = letters.withLock { letters in
            guard letters.count < capacity else { return (false, false) }
            letters.append(letter)
            return (true, letters.count == 1)
        }
        if first { wake.signal() }
        return taken
    }

    /// Takes every letter, oldest first.
    public func drain() -> [Letter] {
        wake.clear()
        return letters.withLock { letters in
            let taken = letters
            letters = []
            return taken
        }
    }
}

/// A descriptor that becomes readable when signalled.
final class WakeDescriptor: Sendable {
    let readEnd: Int32
    private let writeEnd: Int32

    init() throws(ZeroMQError) {
        var (read, write): (Int32, Int32) = (-1, -1)
        let number = unsafe qp_wake_open(&read, &write)
        guard number == 0 else { throw ZeroMQError("open mailbox", number: number) }
        readEnd = read
        writeEnd = write
    }

    deinit { qp_wake_close(readEnd, writeEnd) }

    func signal() { qp_wake_signal(writeEnd) }
    func clear() { qp_wake_clear(readEnd) }
}
