// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Quantilizer

/// Samples that are made part by part: the same values, within the ends that are claimed.
@Suite struct SamplePartsTests {
    /// Cases whose components are made apart, of every law that has that.
    private static let cases = BaseLawTests.cases.filter {
        (try? BaseLawTests.make($0).componentSlots.isEmpty) == false
    }

    @Test func mostLawsAreMadeApart() { #expect(Self.cases.count > 30) }

    @Test(arguments: cases) func componentsAreTheSampleS(_ c: BaseLawTests.Case) throws {
        let base = try BaseLawTests.make(c)
        var random = SplitMix(state: 11)
        let lanes = 300
        var noise = NoiseBlock(base.noise, capacity: lanes)
        for lane in 0..<lanes {
            for slot in 0..<base.noise.normals {
                noise.normals[slot, lane] = SpecialFunctions.normalQuantile(
                    (Double(random.next() >> 11) + 0.5) * 0x1p-53)
            }
            for slot in 0..<base.noise.words { noise.words[slot, lane] = random.next() }
        }
        let whole = BaseSamples.run(base, noise, lanes: lanes, at: Placement())
        var values = Columns(count: base.dimension, capacity: lanes)
        var scratch = Columns(count: base.scratchColumns, capacity: lanes)
        for component in (0..<base.dimension).reversed() {
            base.transform(
                component: component, lanes: lanes, noise: noise, values: &values,
                scratch: &scratch, at: Placement())
        }
        for lane in 0..<lanes {
            #expect((0..<base.dimension).map { values[$0, lane] } == whole[lane])
        }
    }

    /// Random slots between random ends, narrow and wide, at the edges too.
    @Test(arguments: cases) func valuesAreBetweenTheirEnds(_ c: BaseLawTests.Case) throws {
        let base = try BaseLawTests.make(c)
        let parts = try #require(SampleParts(base))
        var ends = ComponentEnds(parts)
        var random = SplitMix(state: 29)
        let ranges = parts.ranges()
        for component in 0..<min(base.dimension, 3) {
            let count = 2_000
            let low = (0..<count).map { lane -> UInt64 in
                lane == 0 ? 0 : random.next() >> (lane % 3 == 0 ? random.next() % 50 : 0)
            }
            let width = (0..<count).map { _ in random.next() >> (2 + random.next() % 60) }
            let high = zip(low, width).map { $0 > .max - $1 ? UInt64.max : $0 + $1 }
            let inner = zip(low, high).map { a, b in b > a ? a + random.next() % (b - a) : a }
            func normal(_ word: UInt64) -> Double {
                SpecialFunctions.normalQuantile((Double(word >> 11) + 0.5) * 0x1p-53)
            }
            let span: NoiseSpan
            let within: NoiseSpan
            switch parts.slots[component] {
            case .word:
                span = .word(zip(low, high).map { ($0, $1) })
                within = .word(inner.map { ($0, $0) })
            case .normal:
                span = .normal(zip(low, high).map { (normal($0), normal($1)) })
                within = .normal(inner.map { (normal($0), normal($0)) })
            }
            let found = ends.of(component, span)
            // The value itself lies between the ends of one that is known, which are moved outward a little.
            let value = ends.of(component, within)
            for lane in 0..<count {
                let middle = (value.lower[lane] + value.upper[lane]) / 2
                #expect(
                    found.lower[lane] <= middle && middle <= found.upper[lane],
                    "\(c.name), lane \(lane): \(middle) in \(found.lower[lane])…\(found.upper[lane])"
                )
                #expect(
                    ranges[component].lower <= middle && middle <= ranges[component].upper)
            }
        }
    }

    private static let celled: [SurvivorTests.Problem] = [
        .init(base: ["normal": ["dimension": 2]], utility: "x[0] - 2*x[1]"),
        .init(base: ["normal": ["dimension": 3, "mean": 2]], utility: "-(x[0]-1)^2 + sin(x[1])"),
        .init(base: ["exponential": ["rate": 2]], utility: "x[0]"),
        .init(base: ["uniform": ["dimension": 2]], utility: "x[0]*x[1]"),
        .init(
            base: ["beta": ["a": 0.3, "b": 0.4, "dimension": 4]], utility: "-abs(x[1] - x[0])"),
        .init(base: ["poisson": ["mean": 30]], utility: "-(x[0] - 20)^2"),
    ]

    /// A sample's own cell is open at its own utility, wherever the sample lies.
    @Test(arguments: celled) func ownCellsAreOpen(_ problem: SurvivorTests.Problem) throws {
        let source = problem.utility
        let base = try BaseRegistry.make(
            problem.base, resources: BaseLawTests.resources, path: "base")
        let parts = try #require(SampleParts(base))
        let formula = try Formula.compile(source, schema: FormulaSchema(dimension: base.dimension))
        let cells = try #require(
            CellBounds(of: parts.parts[0], parts, ranges: parts.ranges(), formula))
        var sampler = BlockSampler(seed: 5, base: base, columns: [formula])
        let stream = RandomStream(seed: 5, domain: .base)
        for block in 0..<40 {
            let start = UInt64(block * 256)
            sampler.evaluate(domain: .base, start: start, lanes: 256)
            for lane in 0..<256 {
                let words = stream.words(
                    index: start + UInt64(lane), block: parts.parts[0].block)
                var cell = Int(words.low >> UInt64(64 - cells.lowBits))
                if cells.highBits > 0 {
                    cell = cell << cells.highBits | Int(words.high >> UInt64(64 - cells.highBits))
                }
                let utility = sampler.results[0, lane]
                #expect(!(cells.bounds[cell] < utility), "sample \(start + UInt64(lane))")
            }
        }
    }
}
