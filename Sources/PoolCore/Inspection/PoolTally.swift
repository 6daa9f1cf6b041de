// SPDX-License-Identifier: Apache-2.0

/// What a coordinator has counted since it started: each number only grows.
package struct PoolTally: Sendable, Hashable {
    /// Messages that came, whatever became of them.
    package var messages: UInt64 = 0
    /// Leases handed out, copies included.
    package var leasesIssued: UInt64 = 0
    /// Leases that double what another worker holds.
    package var leasesDoubled: UInt64 = 0
    /// Leases that have ended, by how.
    package var leasesEnded: [JobTrail.Outcome: UInt64] = [:]
    /// Partials that were merged into a job.
    package var rangesMerged: UInt64 = 0
    /// Partials of ranges that were done, or of rounds that were over.
    package var rangesNeedless: UInt64 = 0
    /// Partials that did not fit.
    package var rangesRefused: UInt64 = 0
    /// Samples merged.
    package var samples: UInt64 = 0
    /// Bytes of the partials merged.
    package var partialBytes: UInt64 = 0
    /// Jobs accepted from clients.
    package var jobsAccepted: UInt64 = 0
    /// Jobs that have ended, by how.
    package var jobsEnded: [JobStatus.State: UInt64] = [:]
    /// Sessions of workers that began.
    package var workersJoined: UInt64 = 0
    /// Sessions that ended, by whatever.
    package var workersLeft: UInt64 = 0
    /// Refusals told to peers, by code.
    package private(set) var refusals: [PoolFailure.Code: UInt64] = [:]
    /// Messages dropped because their sender sends more than is read.
    package var dropped: UInt64 = 0

    /// Counts a refusal. Codes are the coordinator's own, so they are few.
    mutating func refused(_ failure: PoolFailure) { refusals[failure.code, default: 0] &+= 1 }
}
