// SPDX-License-Identifier: Apache-2.0
public import Quantilizer
internal import Synchronization

/// Hints that may become better while a range is computed.
public final class SharedHints: Sendable {
    private let hints: Mutex<Hints>

    /// Hints to begin with.
    public init(_ hints: Hints = .none) { self.hints = Mutex(hints) }

    /// Adds what others know. Hints of other rounds change nothing.
    public func improve(_ other: Hints) {
        hints.withLock { $0 = $0.improved(by: other) }
    }

    /// The best hints so far.
    public var current: Hints { hints.withLock { $0 } }
}

extension Hints {
    /// The higher floor of each channel.
    func improved(by other: Hints) -> Hints {
        if floors.isEmpty { return other }
        guard other.round == round, other.floors.count == floors.count else { return self }
        return Hints(round: round, floors: zip(floors, other.floors).map { max($0, $1) })
    }
}
