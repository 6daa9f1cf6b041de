// SPDX-License-Identifier: Apache-2.0
import CKernels
import Quantilizer
import Testing

@Suite("Keys, selection and block sums")
struct SelectionKernelTests {
    let levels = 0...qk_level()

    @Test("Keys order utilities: NaN lowest, both zeros equal")
    func keys() {
        let ascending: [Double] = [
            .nan, -.infinity, -.greatestFiniteMagnitude, -1, -.leastNonzeroMagnitude, 0,
            .leastNonzeroMagnitude, 1, .greatestFiniteMagnitude, .infinity,
        ]
        let keys = ascending.map(Kernels.key)
        #expect(zip(keys, keys.dropFirst()).allSatisfy { $0 < $1 })
        #expect(Kernels.key(-0.0) == Kernels.key(0.0) && keys[0] == 0)
        for x in ascending + [-0.0] {
            #expect(Kernels.key(x) == qk_key(x))
            #expect(x.isNaN ? Kernels.utility(0).isNaN : Kernels.utility(Kernels.key(x)) == x)
        }
    }

    @Test(
        "Selection lists just the lanes whose key is high enough",
        arguments: [0, 1, 63, 64, 200, 515])
    func selection(lanes: Int) {
        var columns = Columns(count: 1, capacity: max(lanes, 8))
        let values = Array(arguments(seed: 11, count: 515).reversed().prefix(lanes))
        for (i, x) in values.enumerated() { columns[0, i] = x }
        var list = LaneList(capacity: max(lanes, 8))
        let thresholds =
            [0, 1, .max, Kernels.key(.infinity) + 1]
            + [-.infinity, -1, 0, 0.5, 3, 1e9, Double.infinity].map(Kernels.key)
        for key in thresholds {
            let expected = values.indices.filter { Kernels.key(values[$0]) >= key }
            Kernels.select(columns, column: 0, lanes: lanes, atLeast: key, into: &list)
            #expect((0..<list.count).map { list[$0] } == expected)
            for level in levels {
                var found = [UInt32](repeating: 0, count: lanes + 1)
                let count = qk_select_at(level, &found, values, lanes, key)
                #expect(found.prefix(count).map(Int.init) == expected)
            }
        }
    }

    /// The tree of halves, in so many words.
    static func twin(_ values: [Double], centre: Double) -> BlockSums {
        var s = [Double](repeating: 0, count: 256), q = s
        for (i, x) in values.enumerated() where x.isFinite {
            s[i] = x - centre
            q[i] = (x - centre) * (x - centre)
        }
        var half = 128
        while half > 0 {
            for i in 0..<half {
                s[i] += s[i + half]
                q[i] += q[i + half]
            }
            half /= 2
        }
        return BlockSums(
            sum: s[0], sumOfSquares: q[0], finite: values.filter(\.isFinite).count,
            invalid: values.filter(\.isNaN).count)
    }

    @Test(
        "Block sums are the tree's, with lanes missing, infinite, NaN or huge",
        arguments: [0, 1, 7, 8, 100, 255, 256])
    func sums(lanes: Int) {
        let stream = RandomStream(seed: 12, domain: .base)
        let plain = (0..<lanes).map { stream.normals(index: UInt64($0), block: 0).0 }
        let wild = Array(arguments(seed: 13, count: 256).prefix(lanes))
        let huge = plain.map { $0 * 1e200 }
        for values in [plain, wild, huge] {
            for centre in [0, 0.7, -1e3] {
                let expected = Self.twin(values, centre: centre)
                var columns = Columns(count: 1, capacity: 264)
                for (i, x) in values.enumerated() { columns[0, i + 8] = x }
                let found = Kernels.blockSums(
                    columns, column: 0, from: 8, lanes: lanes, centre: centre)
                #expect(found.sum == expected.sum || found.sum.isNaN && expected.sum.isNaN)
                #expect(found.sumOfSquares == expected.sumOfSquares)
                #expect(found.finite == expected.finite && found.invalid == expected.invalid)
                for level in levels {
                    let block = qk_block_sums_at(level, values, lanes, centre)
                    #expect(
                        same(block.sum, expected.sum) && same(block.squares, expected.sumOfSquares))
                    #expect(
                        Int(block.finite) == expected.finite
                            && Int(block.invalid) == expected.invalid)
                }
            }
        }
    }
}
