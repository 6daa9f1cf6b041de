// SPDX-License-Identifier: Apache-2.0

/// The random words that selection needs beside the samples: tie labels and pick priorities.
struct Streams: Sendable {
    let seed: UInt64

    /// The tie label of a sample for a utility. Pilots have labels of their own.
    func label(domain: Domain, utility: Int, index: UInt64) -> UInt64 {
        let own: UInt32 = domain == .pilot ? 1 << 31 : 0
        return word(block: UInt32(utility) | own, domain: .tieLabel, index: index)
    }

    /// The priority of a sample to become a draw of a selection, smaller first.
    func priority(selection: Int, index: UInt64) -> UInt64 {
        word(block: UInt32(selection), domain: .pick, index: index)
    }

    /// The low 64 bits of Philox4x32-10 at a counter.
    private func word(block: UInt32, domain: Domain, index: UInt64) -> UInt64 {
        var c0 = UInt32(truncatingIfNeeded: index)
        var c1 = UInt32(truncatingIfNeeded: index >> 32)
        var c2 = block
        var c3 = domain.rawValue
        var k0 = UInt32(truncatingIfNeeded: seed)
        var k1 = UInt32(truncatingIfNeeded: seed >> 32)
        for round in 0..<10 {
            if round > 0 {
                k0 &+= 0x9E37_79B9
                k1 &+= 0xBB67_AE85
            }
            let p0 = UInt64(c0) * 0xD251_1F53
            let p1 = UInt64(c2) * 0xCD9E_8D57
            let next0 = UInt32(truncatingIfNeeded: p1 >> 32) ^ c1 ^ k0
            let next2 = UInt32(truncatingIfNeeded: p0 >> 32) ^ c3 ^ k1
            c1 = UInt32(truncatingIfNeeded: p1)
            c3 = UInt32(truncatingIfNeeded: p0)
            c0 = next0
            c2 = next2
        }
        return UInt64(c0) | UInt64(c1) << 32
    }
}
