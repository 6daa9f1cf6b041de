// SPDX-License-Identifier: Apache-2.0
import CKernels
import Quantilizer
import Testing

/// Equal bits, all NaNs being one value.
func same(_ a: Double, _ b: Double) -> Bool {
    a.bitPattern == b.bitPattern || (a.isNaN && b.isNaN)
}

/// Special values, and numbers of every magnitude and of the ranges where functions bend.
func arguments(seed: UInt64, count: Int) -> [Double] {
    let special: [Double] = [
        0, -0.0, .infinity, -.infinity, .nan, 1, -1, 0.5, -0.5, 2, -2, 3, -3, 1.5, -2.5,
        .leastNonzeroMagnitude, -.leastNonzeroMagnitude, .leastNormalMagnitude, 0x1p-1030,
        -0x1p-1030,
        .greatestFiniteMagnitude, -.greatestFiniteMagnitude, 709.9, -745.2, 1024, -1075, 171.7, 172,
        -170.5, -184.5, -185.5, 0x1p30, 0x1p30 + 1, 0x1p52, 0x1p53 + 2, -0x1p54, 1e22, 1e-20, 1e300,
    ]
    let stream = RandomStream(seed: seed, domain: .base)
    return special
        + (0..<max(0, count - special.count)).map { i in
            let pair = stream.words(index: UInt64(i), block: 0)
            let unit = Double(pair.high >> 11) * 0x1p-53
            switch i % 5 {
            case 0: return Double(bitPattern: pair.low)
            case 1: return (2 * unit - 1) * 3
            case 2: return (2 * unit - 1) * 800
            case 3: return unit
            default:
                return (2 * unit - 1) * Double(sign: .plus, exponent: i % 120 - 60, significand: 1)
            }
        }
}

@Suite("Every build of an elementary kernel gives its twin's bits")
struct ElementaryBitsTests {
    let levels = 0...qk_level()

    @Test("One argument", arguments: unaryEntries.indices)
    func unary(_ index: Int) {
        let entry = unaryEntries[index]
        let x = arguments(seed: 1, count: 1003)
        let expected = x.map(entry.twin)
        for level in levels {
            var y = [Double](repeating: 7, count: x.count)
            entry.column(level, &y, x, x.count)
            for i in x.indices where !same(y[i], expected[i]) {
                Issue.record(
                    "\(entry.function) of \(x[i]) at level \(level): \(y[i]), \(expected[i])")
            }
            for i in stride(from: 0, to: x.count, by: 3) {
                #expect(same(entry.scalar(level, x[i]), expected[i]))
            }
        }
    }

    @Test("Two arguments", arguments: binaryEntries.indices)
    func binary(_ index: Int) {
        let entry = binaryEntries[index]
        // Every pair of special values, then random pairs.
        let special = arguments(seed: 1, count: 39), random = arguments(seed: 2, count: 1003)
        let a = special.flatMap { x in special.map { _ in x } } + random
        let b = special.flatMap { _ in special } + random.reversed()
        let expected = zip(a, b).map(entry.twin)
        for level in levels {
            var y = [Double](repeating: 7, count: a.count)
            entry.column(level, &y, a, b, a.count)
            for i in a.indices where !same(y[i], expected[i]) {
                Issue.record("\(entry.function) of \(a[i]), \(b[i]) at level \(level): \(y[i])")
            }
            for i in stride(from: 0, to: a.count, by: 7) {
                #expect(same(entry.scalar(level, a[i], b[i]), expected[i]))
            }
        }
    }

    @Test("The public functions are the kernels, on numbers and on columns")
    func wrappers() {
        let x = arguments(seed: 3, count: 101)
        var columns = Columns(count: 3, capacity: x.count)
        var results = Columns(count: 1, capacity: x.count)
        for i in x.indices {
            columns[0, i] = x[i]
            columns[1, i] = x[x.count - 1 - i]
        }
        for entry in unaryEntries {
            Kernels.apply(entry.function, &columns, from: 0, to: 2, lanes: x.count)
            Kernels.apply(
                entry.function, columns, from: 0, results: &results, to: 0, lanes: x.count)
            for i in x.indices {
                #expect(same(columns[2, i], entry.twin(x[i])))
                #expect(same(results[0, i], entry.twin(x[i])))
                #expect(same(Kernels.apply(entry.function, x[i]), entry.twin(x[i])))
            }
        }
        for entry in binaryEntries {
            Kernels.apply(entry.function, &columns, 0, 1, to: 2, lanes: x.count)
            for i in x.indices {
                let expected = entry.twin(x[i], x[x.count - 1 - i])
                #expect(same(columns[2, i], expected))
                #expect(same(Kernels.apply(entry.function, x[i], x[x.count - 1 - i]), expected))
            }
        }
    }

    @Test("Special cases follow Annex F")
    func specialCases() {
        #expect(Kernels.log(0) == -.infinity && Kernels.log(-1).isNaN)
        #expect(Kernels.log(.infinity) == .infinity && Kernels.log1p(-1) == -.infinity)
        #expect(Kernels.exp(-.infinity) == 0 && Kernels.exp(710) == .infinity)
        #expect(Kernels.sin(.infinity).isNaN && Kernels.sin(-0.0).sign == .minus)
        #expect(Kernels.pow(.nan, 0) == 1 && Kernels.pow(1, .nan) == 1)
        #expect(Kernels.pow(-2, 3) == -8 && Kernels.pow(-2, 0.5).isNaN)
        #expect(Kernels.pow(-0.0, -3) == -.infinity && Kernels.pow(0, -2) == .infinity)
        #expect(Kernels.pow(-1, .infinity) == 1 && Kernels.pow(0.5, -.infinity) == .infinity)
        #expect(Kernels.atan2(-0.0, -1) == -Double.pi && Kernels.atan2(0, 1) == 0)
        #expect(Kernels.hypot(.nan, -.infinity) == .infinity && Kernels.hypot(3, 4) == 5)
        #expect(Kernels.tgamma(5) == 24 && Kernels.tgamma(-1).isNaN)
        #expect(Kernels.tgamma(-0.0) == -.infinity && Kernels.lgamma(-3) == .infinity)
        #expect(
            Kernels.log2(8) == 3 && Kernels.log10(1000) == 3 && Kernels.exp2(-1074) == 0x1p-1074)
        #expect(Kernels.cbrt(-27) == -3 && Kernels.asin(1.1).isNaN && Kernels.sqrt(-1).isNaN)
        #expect(Kernels.erf(-.infinity) == -1 && Kernels.erfc(.infinity) == 0)
    }
}
