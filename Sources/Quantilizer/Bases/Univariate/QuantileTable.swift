// SPDX-License-Identifier: Apache-2.0

/// A law whose quantile function is known, but too slow to call for every sample.
protocol QuantileLaw: Sendable {
    /// From the natural coordinate, in which the quantile is smooth over the whole line, to values.
    var map: TableMap { get }
    /// The natural coordinate of the quantile with `log` of that tail's probability (≤ ½), searched
    /// from `start`.
    func natural(_ tail: Tail, log: Double, from start: Double?) -> Double
}

extension TableMap {
    /// The value at a natural coordinate.
    func value(_ v: Double) -> Double {
        switch self {
        case .identity: v
        case .exp: Elementary.exp(v)
        case .logistic: 1 / (1 + Elementary.exp(-v))
        case .sinh: Elementary.sinh(v)
        }
    }
}

/// A quantile function as polynomials, one a bucket of tail probabilities: four buckets a binade,
/// from ½ down to 2^-65, for each tail.
///
/// It is built in two steps. First the natural coordinate as a function of log p in few Chebyshev
/// pieces of 16 nodes, each node an exact quantile, halved until their coefficients have died away
/// and checked against exact quantiles between the nodes. From these the buckets' polynomials in
/// the rest of p's mantissa: of the value itself where that reaches 1e-13 relatively, else of the
/// natural coordinate.
///
/// **Determinism**: built from the project's functions in a fixed order.
/// **Complexity**: some 300 to 1,500 exact quantiles to build, 2 to 15 ms; 48 KiB.
///
/// **Source**: Hörmann and Leydold, *Continuous random variate generation by fast numerical
/// inversion*, 2003, doi:10.1145/945511.945517; Chebyshev series and Clenshaw's recurrence: DLMF
/// 3.11(ii).
struct QuantileTable: Sendable {
    let coefficients: [Double]
    let map: TableMap

    /// Nil where the checks fail: then every sample takes the exact quantile.
    init?(_ law: some QuantileLaw) {
        var tails: [[QuantilePiece]] = []
        for tail in Tail.allCases {
            guard let pieces = QuantilePiece.cover(law, tail) else { return nil }
            tails.append(pieces)
        }
        if let direct = Self.fit(tails, law.map, storing: .identity) {
            coefficients = direct
            map = .identity
        } else if let natural = Self.fit(tails, law.map, storing: law.map) {
            coefficients = natural
            map = law.map
        } else {
            return nil
        }
    }

    /// A table of the natural coordinate itself; nil where the checks fail.
    init?(natural law: some QuantileLaw) {
        var tails: [[QuantilePiece]] = []
        for tail in Tail.allCases {
            guard let pieces = QuantilePiece.cover(law, tail) else { return nil }
            tails.append(pieces)
        }
        guard let natural = Self.fit(tails, law.map, storing: law.map) else { return nil }
        coefficients = natural
        map = law.map
    }

    /// The buckets' polynomials, or nil where one misses its accuracy.
    private static func fit(
        _ tails: [[QuantilePiece]], _ map: TableMap, storing stored: TableMap
    ) -> [Double]? {
        let terms = Kernels.tableTerms
        let isDirect = stored == .identity
        let nodes = Chebyshev.nodes(terms)
        let series = Chebyshev.seriesMatrix(terms)
        let powers = Chebyshev.powers(terms)
        var result: [Double] = []
        result.reserveCapacity(2 * Kernels.tableBuckets * terms)
        for pieces in tails {
            var k = pieces.count - 1
            var octave = 0x1p-65
            for bucket in 0..<Kernels.tableBuckets {
                let quarter = Double(bucket & 3)
                func target(_ x: Double) -> Double {
                    let p = octave * (1 + 0.25 * (quarter + 0.5 * (x + 1)))
                    let y = -Elementary.log(p)
                    while k > 0 && y < pieces[k].low { k -= 1 }
                    while k < pieces.count - 1 && y > pieces[k].high { k += 1 }
                    let v = pieces[k].value(y)
                    return isDirect ? map.value(v) : v
                }
                let values = nodes.map(target)
                // By way of the series: the powers' coefficients straight from the values would
                // lose four digits.
                var c = [Double](repeating: 0, count: terms)
                for k in 0..<terms {
                    var sum = 0.0
                    for j in 0..<terms { sum += series[k * terms + j] * values[j] }
                    for i in 0...k { c[i] += sum * powers[k * terms + i] }
                }
                for x in [-1, -0.93, -0.48, 0.02, 0.56, 0.94, 1] {
                    var y = 0.0
                    for i in stride(from: terms - 1, through: 0, by: -1) {
                        y = y * x + c[i]
                    }
                    let exact = target(x)
                    let allowed =
                        isDirect
                        ? 1e-13 * abs(exact) + (map == .sinh ? 1e-15 : 0)
                        : 1e-13 + 1e-15 * abs(exact)
                    guard abs(y - exact) <= allowed else { return nil }
                }
                result += c
                if bucket & 3 == 3 { octave *= 2 }
            }
        }
        return result
    }
}

/// The natural coordinate over a stretch of y = −log p.
struct QuantilePiece: Sendable {
    let low: Double
    let high: Double
    private let coefficients: [Double]

    private static let terms = 16

    /// The coordinate, by Clenshaw's recurrence.
    func value(_ y: Double) -> Double {
        let x = ((y - low) - (high - y)) / (high - low)
        var b1 = 0.0
        var b2 = 0.0
        for c in coefficients.dropFirst().reversed() {
            (b1, b2) = (2 * x * b1 - b2 + c, b1)
        }
        return x * b1 - b2 + coefficients[0]
    }

    /// Pieces from p = ½ down to 2^-65, or nil where they miss exact quantiles.
    static func cover(_ law: some QuantileLaw, _ tail: Tail) -> [QuantilePiece]? {
        let logTwo = 0.6931471805599453
        var ends = [logTwo]
        for _ in 0..<12 { ends.append(ends[ends.count - 1] * 1.4162) }
        ends[12] = 65 * logTwo
        var pieces: [QuantilePiece] = []
        var start: Double?
        for (low, high) in zip(ends, ends.dropFirst()) {
            guard add(law, tail, low, high, depth: 0, &start, &pieces) else { return nil }
        }
        return pieces
    }

    private static func add(
        _ law: some QuantileLaw, _ tail: Tail, _ low: Double, _ high: Double, depth: Int,
        _ start: inout Double?, _ pieces: inout [QuantilePiece]
    ) -> Bool {
        let middle = 0.5 * (low + high)
        let half = 0.5 * (high - low)
        var values: [Double] = []
        for x in Chebyshev.nodes(terms) {
            let v = law.natural(tail, log: -(middle + half * x), from: start)
            guard v.isFinite else { return false }
            start = v
            values.append(v)
        }
        let c = Chebyshev.coefficients(values)
        let size = values.reduce(0) { max($0, abs($1)) }
        let range = (values.max() ?? 0) - (values.min() ?? 0)
        let noise = 2e-14 * range / (high - low) + 1e-15 * size + 4e-16
        if abs(c[terms - 1]) + abs(c[terms - 2]) > noise && depth < 6 {
            start = values[0]
            return add(law, tail, low, middle, depth: depth + 1, &start, &pieces)
                && add(law, tail, middle, high, depth: depth + 1, &start, &pieces)
        }
        let piece = QuantilePiece(low: low, high: high, coefficients: c)
        for x in [-0.985, 0.31] {
            let y = middle + half * x
            let exact = law.natural(tail, log: -y, from: start)
            guard abs(piece.value(y) - exact) <= 4 * noise else { return false }
        }
        pieces.append(piece)
        return true
    }
}

/// Interpolation at the zeros of a Chebyshev polynomial on [-1, 1].
enum Chebyshev {
    /// The zeros, in ascending order.
    static func nodes(_ count: Int) -> [Double] {
        (0..<count).map { -cosine(2 * $0 + 1, of: 4 * count) }
    }

    /// Coefficients of the interpolating series.
    static func coefficients(_ values: [Double]) -> [Double] {
        let n = values.count
        let matrix = seriesMatrix(n)
        return (0..<n).map { k in
            (0..<n).reduce(0) { $0 + matrix[k * n + $1] * values[$1] }
        }
    }

    /// The matrix from values at the nodes to the series' coefficients, by rows.
    static func seriesMatrix(_ n: Int) -> [Double] {
        let turns = (0..<4 * n).map { cosine($0, of: 4 * n) }
        var matrix: [Double] = []
        for k in 0..<n {
            for j in 0..<n {
                // Nodes ascend: node j is the (n − 1 − j)-th zero.
                let turn = turns[k * (2 * (n - 1 - j) + 1) % (4 * n)]
                matrix.append(turn * (k == 0 ? 1 : 2) / Double(n))
            }
        }
        return matrix
    }

    /// Row k holds the coefficients of the powers of x in the k-th Chebyshev polynomial.
    static func powers(_ n: Int) -> [Double] {
        var rows = [Double](repeating: 0, count: n * n)
        rows[0] = 1
        if n > 1 { rows[n + 1] = 1 }
        for k in 1..<max(1, n - 1) {
            for i in 0..<n {
                let raised = i > 0 ? 2 * rows[k * n + i - 1] : 0
                rows[(k + 1) * n + i] = raised - rows[(k - 1) * n + i]
            }
        }
        return rows
    }

    /// cos(2π · numerator / denominator).
    private static func cosine(_ numerator: Int, of denominator: Int) -> Double {
        let turn = Double(numerator % denominator) / Double(denominator)
        return Kernels.cos(6.283185307179586 * turn)
    }
}

/// Samples a law by its table, or exactly where no table is accurate enough.
enum QuantileSampler: Sendable {
    case table(QuantileTable)
    case exact(any QuantileLaw)

    init(_ law: some QuantileLaw) {
        self = QuantileTable(law).map { .table($0) } ?? .exact(law)
    }

    /// location + scale · quantile.
    func fill(
        location: Double, scale: Double, _ words: borrowing WordColumns, _ slot: Int,
        to values: inout Columns, _ column: Int, lanes: Int
    ) {
        switch self {
        case .table(let table):
            Kernels.applyTable(
                table.coefficients, table.map, location: location, scale: scale, words, slot,
                to: &values, column, lanes: lanes)
        case .exact(let law):
            for lane in 0..<lanes {
                let x = Self.exact(law, words[slot, lane])
                values[column, lane] = location.addingProduct(scale, x)
            }
        }
    }

    /// The exact quantile of a word.
    static func exact(_ law: any QuantileLaw, _ word: UInt64) -> Double {
        law.map.value(natural(law, word))
    }

    /// The natural coordinate of a word's quantile.
    static func natural(_ law: any QuantileLaw, _ word: UInt64) -> Double {
        let isUpper = word >> 63 == 1
        let p = (0x1p-65).addingProduct(Double(isUpper ? ~word : word), 0x1p-64)
        return law.natural(isUpper ? .upper : .lower, log: Elementary.log(p), from: nil)
    }
}
