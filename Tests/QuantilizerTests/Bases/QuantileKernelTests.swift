// SPDX-License-Identifier: Apache-2.0
import CKernels
import Testing

/// Every build of the word kernels gives the same bits, at any length and at the extreme words.
@Suite struct QuantileKernelTests {
    static let words: [UInt64] = {
        var generator = BaseSamples.Words(state: 21)
        let ends: [UInt64] = [0, 1, 2, 3, 4, 1 << 53, (1 << 63) - 1, 1 << 63, (1 << 63) + 1]
        return ends + ends.map { ~$0 }
            + (0..<1000).map { i in generator.next() >> (i % 3 == 0 ? generator.next() % 64 : 0) }
    }()

    /// Runs a kernel at a level over the words; results as bits.
    func bits(
        _ count: Int, _ kernel: (UnsafeMutablePointer<Double>, UnsafePointer<UInt64>, Int) -> Void
    ) -> [UInt64] {
        var result = [Double](repeating: 0, count: count)
        result.withUnsafeMutableBufferPointer { d in
            Self.words.withUnsafeBufferPointer { w in
                kernel(d.baseAddress!, w.baseAddress!, count)
            }
        }
        return result.map(\.bitPattern)
    }

    @Test func everyBuildGivesTheSameBits() {
        // Polynomials of moderate size for every bucket of both tails.
        var generator = BaseSamples.Words(state: 8)
        let table = (0..<(2 * Int(QK_TABLE_BUCKETS) * Int(QK_TABLE_TERMS))).map { _ in
            Double(Int64(bitPattern: generator.next())) * 0x1p-62
        }
        typealias Kernel = (Int32, UnsafeMutablePointer<Double>, UnsafePointer<UInt64>, Int) -> Void
        var kernels: [(String, Kernel)] = [
            ("uniform", { qk_word_uniform_at($0, $1, $2, $3, -1.5, 4) }),
            ("exponential", { qk_word_exponential_at($0, $1, $2, $3, 0.7) }),
            ("exponential of rate 4", { qk_word_exponential_at($0, $1, $2, $3, 4) }),
            ("weibull", { qk_word_weibull_at($0, $1, $2, $3, 0.7, 3) }),
            ("pareto", { qk_word_pareto_at($0, $1, $2, $3, 1.3, 3) }),
            ("gumbel", { qk_word_gumbel_at($0, $1, $2, $3, 1, 3) }),
            ("cauchy", { qk_word_cauchy_at($0, $1, $2, $3, 1, 3) }),
            ("laplace", { qk_word_laplace_at($0, $1, $2, $3, 1, 3) }),
            ("logistic", { qk_word_logistic_at($0, $1, $2, $3, 1, 3) }),
            ("log-logistic", { qk_word_log_logistic_at($0, $1, $2, $3, 0.7, 3) }),
            ("triangular", { qk_word_triangular_at($0, $1, $2, $3, -1, 0.5, 3) }),
            ("pareto of shape 0.2", { qk_word_generalized_pareto_at($0, $1, $2, $3, 0.2, 1, 3) }),
            ("pareto of shape 0", { qk_word_generalized_pareto_at($0, $1, $2, $3, 0, 1, 3) }),
            ("extremes of shape -0.2", { qk_word_extreme_value_at($0, $1, $2, $3, -0.2, 1, 3) }),
            ("extremes of shape 0", { qk_word_extreme_value_at($0, $1, $2, $3, 0, 1, 3) }),
        ]
        for map: Int32 in 0...3 {
            kernels.append(
                (
                    "table \(map)",
                    { level, d, w, n in
                        table.withUnsafeBufferPointer {
                            qk_word_table_at(level, d, w, n, $0.baseAddress!, map, 1, 2)
                        }
                    }
                ))
        }
        for (name, kernel) in kernels {
            for count in [1, 7, 64, Self.words.count] {
                let plain = bits(count) { kernel(0, $0, $1, $2) }
                for level in 0...qk_level() {
                    #expect(bits(count) { kernel(level, $0, $1, $2) } == plain, "\(name) \(level)")
                }
            }
        }
    }
}
