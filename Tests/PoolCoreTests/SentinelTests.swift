// SPDX-License-Identifier: Apache-2.0
import Quantilizer
import TestMarks
import Testing

@testable import PoolCore

/// The arithmetic that a release promises: the digest of its sentinel samples.
@Suite struct SentinelTests {
    /// A change of this line is a change of bits, and wants a page in docs/proposals.
    static let pinned =
        "7bc64464b2166136c20714afce1f4df6b78612acb8e047a43bb89ae279eb78b0"

    @Test func theDigestIsPinned() {
        #expect(Sentinel.fingerprint == Self.pinned)
    }

    /// Either job alone, and the order of them, give other digests: none is left out.
    @Test(.disabled(if: isQuick, "slow without an optimiser")) func everyJobCounts() {
        let digests = [
            Sentinel.digest(of: [Sentinel.laws]), Sentinel.digest(of: [Sentinel.structures]),
            Sentinel.digest(of: [Sentinel.structures, Sentinel.laws]), Sentinel.fingerprint,
        ]
        #expect(Set(digests).count == 4)
        #expect(digests.allSatisfy { $0.count == 64 })
    }

    /// A worker that shows anything else is refused, one that shows nothing too.
    @Test func whoShowsNothingIsRefused() {
        for shown in ["", "none", String(Sentinel.fingerprint.dropLast())] {
            let pool = CoordinatorDriver()
            pool.hello(1, fingerprint: shown)
            #expect(pool.core.workerCount == 0, "\(shown)")
        }
        let pool = CoordinatorDriver()
        pool.hello(1)
        #expect(pool.core.workerCount == 1)
    }
}
