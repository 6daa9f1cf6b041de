// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// A flag that stops computing at the next block. It cannot be taken back.
public final class Cancellation: Sendable {
    private let flag = Atomic(false)

    /// Not cancelled.
    public init() {}

    /// Stops whoever looks.
    public func cancel() { flag.store(true, ordering: .relaxed) }
    /// Whether it was cancelled.
    public var isCancelled: Bool { flag.load(ordering: .relaxed) }
}
