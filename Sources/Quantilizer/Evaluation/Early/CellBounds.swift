// SPDX-License-Identifier: Apache-2.0

/// What a function can be at most where one random block's words lie in a cell, cell by cell: so the words decide,
/// before anything is made of them.
struct CellBounds: Sendable {
    /// Leading bits that a cell is named by, in all.
    static let bits = 14

    let lowBits: Int
    let highBits: Int
    /// A bound for each cell, by its number; not a number where there is none.
    let bounds: [Double]

    /// Nil where nothing bounds the function.
    ///
    /// **Complexity**: O(2^14 · operations).
    init?(
        of part: SampleParts.Part, _ parts: SampleParts, ranges: [ValueRange],
        _ function: any BoundedUtility
    ) {
        guard !part.components.isEmpty else { return nil }
        // A pair of normals takes both words; of a pair of words the second may be nobody's.
        let takesBoth = part.isNormal || part.components.count > 1
        lowBits = takesBoth ? Self.bits / 2 : Self.bits
        highBits = takesBoth ? Self.bits / 2 : 0
        let components = part.components
        guard
            let machine = function.upperBound({ column in
                guard let place = components.firstIndex(of: column) else {
                    return .range(ranges[column])
                }
                return .between(lower: 2 * place, upper: 2 * place + 1)
            })
        else { return nil }
        let cells = 1 << Self.bits
        var ends = ComponentEnds(parts)
        let spans = part.isNormal ? Self.normals(lowBits, highBits) : Self.words(lowBits, highBits)
        let found = components.enumerated().map { ends.of($1, spans[$0]) }
        let lanes = BlockSampler.lanes
        var inputs = Columns(count: 2 * components.count, capacity: lanes)
        var scratch = Columns(count: machine.registers, capacity: lanes)
        var result = Columns(count: 1, capacity: lanes)
        var bounds: [Double] = []
        bounds.reserveCapacity(cells)
        for start in stride(from: 0, to: cells, by: lanes) {
            for (place, ends) in found.enumerated() {
                for lane in 0..<lanes {
                    inputs[2 * place, lane] = ends.lower[start + lane]
                    inputs[2 * place + 1, lane] = ends.upper[start + lane]
                }
            }
            machine.run(
                lanes: lanes, values: inputs, scratch: &scratch, results: &result, column: 0)
            for lane in 0..<lanes { bounds.append(result[0, lane]) }
        }
        self.bounds = bounds
    }

    /// The ends of both words of each cell.
    private static func words(_ low: Int, _ high: Int) -> [NoiseSpan] {
        let cells = 0..<1 << (low + high)
        func span(_ bits: Int, _ number: (Int) -> Int) -> NoiseSpan {
            let width = UInt64(1) << UInt64(64 - bits)
            return .word(
                cells.map { cell in
                    let first = UInt64(number(cell)) * width
                    return (first, first + (width - 1))
                })
        }
        let first = span(low) { $0 >> high }
        return high == 0 ? [first] : [first, span(high) { $0 & (1 << high - 1) }]
    }

    /// The ends of both normals of each cell: a piece of a ring.
    private static func normals(_ low: Int, _ high: Int) -> [NoiseSpan] {
        var pairs: [[(lower: Double, upper: Double)]] = [[], []]
        func radius(_ share: Double) -> Double {
            (-2 * Kernels.log(min(1, max(share, 0x1p-65)))).squareRoot()
        }
        for cell in 0..<1 << (low + high) {
            let ring = Double(cell >> high)
            let sector = Double(cell & (1 << high - 1))
            let rings = Double(1 << low)
            let inner = radius((ring + 1) / rings) * (1 - 1e-9)
            let outer = radius(ring / rings) * (1 + 1e-9)
            for place in 0...1 {
                let ends = [sector, sector + 1].map { end -> Double in
                    let angle = 2 * Double.pi * end / Double(1 << high)
                    return place == 0 ? Kernels.cos(angle) : Kernels.sin(angle)
                }
                // No turning point of either function lies inside a sector: there are a multiple of four.
                let least = min(ends[0], ends[1]) - 1e-9
                let most = max(ends[0], ends[1]) + 1e-9
                pairs[place].append(
                    (
                        least < 0 ? outer * least : inner * least,
                        most > 0 ? outer * most : inner * most
                    ))
            }
        }
        return pairs.map { .normal($0) }
    }
}
