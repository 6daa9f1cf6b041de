// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Remembers that something was asked once, so that asking again can mean it more.
final class Asked: Sendable {
    private let before = Atomic<Bool>(false)

    /// True from the second call on.
    func again() -> Bool { before.exchange(true, ordering: .relaxed) }
}
