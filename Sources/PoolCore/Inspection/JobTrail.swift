// SPDX-License-Identifier: Apache-2.0
package import DequeModule
package import Quantilizer

/// What is shown of a job's course: its leases, and how its threshold narrowed. What happened is in its
/// ``JobHistory``.
///
/// It is for people: nothing is computed from it, and a restart begins it anew. Of each kind the
/// latest few are kept, ``PoolLimits/trailLeases`` and ``PoolLimits/trailPoints``.
///
/// **Complexity**: `began` and `ended` O(log leases kept), the rest O(1), amortised.
package struct JobTrail: Sendable {
    /// How a lease ended.
    package enum Outcome: String, Sendable, Hashable, CaseIterable {
        /// Its partial came.
        case delivered
        /// Its worker went, was silent or too late: the range went to others.
        case lost
        /// Its worker gave it back.
        case returned
        /// Another worker was quicker, or the round ended without it.
        case needless
    }

    /// One lease.
    package struct Lease: Sendable, Hashable {
        package let id: UInt64
        package let worker: String
        package let issued: Instant
        package let samples: UInt64
        /// Whether it doubles what another worker held.
        package let isCopy: Bool
        /// When and how it ended; nil while it is out.
        package var end: End?

        package struct End: Sendable, Hashable {
            package let at: Instant
            package let outcome: Outcome
        }
    }

    /// The running threshold after so many samples.
    package struct Point: Sendable, Hashable {
        package let samples: UInt64
        package let value: Double
        package let lower: Double
        package let upper: Double
    }

    /// How the first utility's values lie so far.
    package struct Spread: Sendable, Hashable {
        package let utility: String
        package let histogram: Histogram
    }

    /// The latest leases, in order of issue.
    package private(set) var leases: Deque<Lease> = []
    /// Leases handed out in all.
    package private(set) var leasesIssued: UInt64 = 0
    /// How many of them ended, by how.
    package private(set) var outcomes: [Outcome: UInt64] = [:]
    /// How many of them were copies.
    package private(set) var copies: UInt64 = 0
    /// The threshold's course, the latest last.
    package private(set) var points: [Point] = []
    /// Of a job that asks for histograms, the latest.
    package internal(set) var spread: Spread?

    mutating func began(_ lease: Lease) {
        if leases.count >= PoolLimits.trailLeases { leases.removeFirst() }
        leases.append(lease)
        leasesIssued &+= 1
        if lease.isCopy { copies &+= 1 }
    }

    mutating func ended(_ id: UInt64, _ outcome: Outcome, at now: Instant) {
        outcomes[outcome, default: 0] &+= 1
        // Ids grow, so the leases are sorted by them.
        var low = 0
        var high = leases.count
        while low < high {
            let middle = (low + high) / 2
            if leases[middle].id < id { low = middle + 1 } else { high = middle }
        }
        guard low < leases.count, leases[low].id == id, leases[low].end == nil else { return }
        leases[low].end = Lease.End(at: now, outcome: outcome)
    }

    /// Keeps a threshold where it differs from the last one; of too many every second goes.
    mutating func reached(_ point: Point) {
        guard point.samples != points.last?.samples else { return }
        if points.count >= PoolLimits.trailPoints {
            points = points.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
        }
        points.append(point)
    }
}
