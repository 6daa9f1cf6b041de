// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Quantilizer

@Suite struct ExactSumTests {
    private func sum(_ values: [Double]) -> ExactSum {
        var sum = ExactSum()
        values.forEach { sum.add($0) }
        return sum
    }

    @Test func cancellationIsExact() {
        #expect(sum([1e300, 1, -1e300]).value == 1)
        #expect(sum([1, 1e-300, -1]).value == 1e-300)
        #expect(sum([0.1, 0.2, -0.3]).value == 0x1p-55)
        #expect(sum([]).value == 0)
        #expect(sum([-5e300, 5e300]).value == 0)
        let least = Double.leastNonzeroMagnitude
        #expect(sum([least, least, -3 * least]).value == -least)
        #expect(sum([.greatestFiniteMagnitude, .greatestFiniteMagnitude]).value == .infinity)
        #expect(
            sum([.greatestFiniteMagnitude, .greatestFiniteMagnitude, -.greatestFiniteMagnitude])
                .value == .greatestFiniteMagnitude)
    }

    /// Ties go to even, and a bit far below breaks them.
    @Test func roundedOnce() {
        #expect(sum([1, 0x1p-53]).value == 1)
        let next = 1.0.nextUp
        #expect(sum([1, 0x1p-53, 0x1p-1000]).value == next)
        #expect(sum([next, 0x1p-53]).value == next.nextUp)
        #expect(sum([-1, -0x1p-53]).value == -1)
        #expect(sum([-1, -0x1p-53, -0x1p-1000]).value == -next)
    }

    /// Any order and any grouping give one canonical form, which survives its bytes.
    @Test func orderAndGroupingDoNotMatter() throws {
        var random = SplitMix(state: 4)
        for _ in 0..<50 {
            let values = (0..<40).map { _ -> Double in
                let exponent = Int(random.next() % 200) - 100
                let x = Double(random.next() >> 11) * 0x1p-53
                return Double(
                    sign: random.next() % 2 == 0 ? .plus : .minus, exponent: exponent,
                    significand: x)
            }
            let whole = sum(values)
            var parts = ExactSum()
            for chunk in [values[20...], values[..<7], values[7..<20]] {
                var other = sum(chunk.reversed())
                if random.next() % 2 == 0 { other = other.trimmed }
                parts.add(other)
            }
            #expect(parts == whole)
            #expect(parts.value == whole.value)
            var writer = ByteWriter()
            whole.write(to: &writer)
            var again = ByteWriter()
            parts.write(to: &again)
            #expect(writer.bytes == again.bytes)
            var reader = ByteReader(writer.bytes)
            #expect(try ExactSum(from: &reader) == whole)
        }
    }
}
