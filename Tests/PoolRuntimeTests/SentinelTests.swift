// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import PoolRuntime

@Suite struct SentinelTests {
    /// It once was the word "none", for its job did not compile: every build was let in.
    @Test func theFingerprintIsADigest() {
        #expect(Sentinel.fingerprint.utf8.count == 64)
        let digits = Set("0123456789abcdef")
        let isHexadecimal = Sentinel.fingerprint.allSatisfy { digits.contains($0) }
        #expect(isHexadecimal)
    }
}
