// SPDX-License-Identifier: Apache-2.0
import CKernels
import Quantilizer
import Testing

@Suite("Random numbers by index")
struct RandomTests {
    let levels = 0...qk_level()

    @Test("Philox gives the known answers")
    func knownAnswers() throws {
        let lines = try referenceLines("philox4x32x10.txt")
        #expect(lines.count == 3)
        for line in lines {
            let w = try line.map { try #require(UInt32($0, radix: 16)) }
            let block = Philox4x32(key0: w[4], key1: w[5]).block(SIMD4(w[0], w[1], w[2], w[3]))
            #expect(block == SIMD4(w[6], w[7], w[8], w[9]))
            for level in levels {
                var (low, high): (UInt64, UInt64) = (0, 0)
                let source = qk_source(
                    seed: UInt64(w[4]) | UInt64(w[5]) << 32,
                    first: UInt64(w[0]) | UInt64(w[1]) << 32,
                    block: w[2], domain: w[3])
                qk_words_at(level, &low, &high, source, 1)
                #expect(low == UInt64(w[6]) | UInt64(w[7]) << 32)
                #expect(high == UInt64(w[8]) | UInt64(w[9]) << 32)
            }
        }
    }

    /// Starts in plain places and just below a carry of the index into its upper half, and its end.
    static let starts: [UInt64] = [0, 12345, 0xffff_fff0, 0x1234_ffff_ff01, .max - 100]

    @Test("Columns hold the stream's words and normals, in every build", arguments: starts)
    func columns(first: UInt64) {
        let n = 523
        for domain in Domain.allCases {
            let stream = RandomStream(seed: 0x0123_4567_89ab_cdef, domain: domain)
            let source = qk_source(
                seed: stream.seed, first: first, block: 3, domain: domain.rawValue)
            for level in levels {
                var low = [UInt64](repeating: 1, count: n)
                var (high, alone) = (low, low)
                var even = [Double](repeating: 1, count: n)
                var (odd, lone) = (even, even)
                qk_words_at(level, &low, &high, source, n)
                qk_low_words_at(level, &alone, source, n)
                qk_normals_at(level, &even, &odd, source, n)
                qk_even_normals_at(level, &lone, source, n)
                var wrong = 0
                for i in 0..<n {
                    let w = stream.words(index: first &+ UInt64(i), block: 3)
                    let expected = Twin.normals(low: w.low, high: w.high)
                    wrong += low[i] == w.low && high[i] == w.high && alone[i] == w.low ? 0 : 1
                    wrong += same(even[i], expected.hi) && same(odd[i], expected.lo) ? 0 : 1
                    wrong += same(lone[i], expected.hi) ? 0 : 1
                }
                #expect(wrong == 0, "level \(level), domain \(domain)")
            }
        }
    }

    @Test("Extreme words give finite normals, equal in every build")
    func extremes() {
        let words: [UInt64] = [
            0, 1, 2, .max, .max - 1, 1 << 63, 1 << 61, 3 << 61, 1 << 62, (1 << 61) - 1,
            (1 << 63) - 1,
        ]
        for low in words {
            for high in words {
                let expected = Twin.normals(low: low, high: high)
                #expect(expected.hi.magnitude < 9.5 && expected.lo.magnitude < 9.5)
                for level in levels {
                    let pair = qk_normals_1_at(level, low, high)
                    #expect(same(pair.even, expected.hi) && same(pair.odd, expected.lo))
                }
            }
        }
    }

    @Test("Slots follow the layout, whatever the parity")
    func layouts() {
        let stream = RandomStream(seed: 5, domain: .pilot)
        for normals in 0...3 {
            for words in 0...3 {
                let layout = NoiseLayout(normals: normals, words: words)
                var noise = NoiseBlock(layout, capacity: 8)
                stream.fill(&noise, layout: layout, from: 40, lanes: 8, block: 2)
                for lane in 0..<8 {
                    for slot in 0..<normals {
                        let pair = stream.normals(
                            index: 40 + UInt64(lane), block: 2 + UInt32(slot / 2))
                        #expect(noise.normals[slot, lane] == (slot % 2 == 0 ? pair.0 : pair.1))
                    }
                    for slot in 0..<words {
                        let word = stream.word(
                            index: 40 + UInt64(lane),
                            block: 2 + UInt32(layout.normalBlocks + slot / 2), half: slot % 2)
                        #expect(noise.words[slot, lane] == word)
                    }
                }
            }
        }
    }

    @Test("Normals pass Kolmogorov and Smirnov's test at .001 and are uncorrelated")
    func goodness() {
        let n = 40_000
        var columns = Columns(count: 3, capacity: n)
        RandomStream(seed: 20_261_120, domain: .base).fillNormals(
            &columns, count: 3, from: 0, lanes: n)
        for column in 0..<3 {
            let sorted = (0..<n).map { columns[column, $0] }.sorted()
            var distance = 0.0
            for (i, x) in sorted.enumerated() {
                let p = 0.5 * Kernels.erfc(-x * 0.5.squareRoot())
                distance = max(distance, p - Double(i) / Double(n), Double(i + 1) / Double(n) - p)
            }
            #expect(distance * Double(n).squareRoot() < 1.95)
            let other = (column + 1) % 3
            let product = (0..<n).reduce(0.0) { $0 + columns[column, $1] * columns[other, $1] }
            #expect((product / Double(n).squareRoot()).magnitude < 3.3)
        }
    }
}
