// SPDX-License-Identifier: Apache-2.0
public import Quantilizer
internal import Synchronization

/// Hints that may become better while a range is computed.
///
/// Whoever looks often reads `improvements`, a word, and takes the lock when that has changed.
public final class SharedHints: Sendable {
    private let hints: Mutex<Hints>
    private let improved = Atomic<UInt64>(0)

    /// Hints to begin with.
    public init(_ hints: Hints = .none) { self.hints = Mutex(hints) }

    /// Adds what others know. Hints of other rounds change nothing.
    public func improve(_ other: Hints) {
        let isBetter = hints.withLock { known in
            let better = known.improved(by: other)
            if better == known { return false }
            known = better
            return true
        }
        if isBetter { improved.wrappingAdd(1, ordering: .releasing) }
    }

    /// How often they have become better. Who reads it and then ``current`` has what it counts.
    var improvements: UInt64 { improved.load(ordering: .acquiring) }

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
