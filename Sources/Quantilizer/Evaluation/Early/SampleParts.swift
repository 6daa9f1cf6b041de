// SPDX-License-Identifier: Apache-2.0

/// A sample's random blocks, each with the components that it makes: what can be drawn apart.
struct SampleParts: Sendable {
    /// One random block of a sample.
    struct Part: Sendable, Hashable {
        /// The block's number, as ``RandomStream`` counts.
        var block: UInt32
        /// Whether its words become normals.
        var isNormal: Bool
        /// The first of the two slots that it fills, among the normals or among the words.
        var slot: Int
        /// Whether there is a second one.
        var hasBoth: Bool
        /// The components that its slots make, those of the first slot first.
        var components: [Int]
    }

    /// Components of a sample that is drawn in parts; more would take too much room.
    static let mostComponents = 1_024

    let base: any BaseDistribution
    let slots: [NoiseSlot]
    /// In the order of the blocks.
    let parts: [Part]

    /// Nil of a base whose components are not made apart from one another.
    init?(_ base: any BaseDistribution) {
        guard base.dimension <= Self.mostComponents else { return nil }
        slots = base.componentSlots
        self.base = base
        guard slots.count == base.dimension, !slots.isEmpty else { return nil }
        let layout = base.noise
        var parts: [Part] = []
        for pair in 0..<layout.normalBlocks {
            parts.append(
                Part(
                    block: UInt32(pair), isNormal: true, slot: 2 * pair,
                    hasBoth: 2 * pair + 1 < layout.normals, components: []))
        }
        for pair in 0..<(layout.words + 1) / 2 {
            parts.append(
                Part(
                    block: UInt32(layout.normalBlocks + pair), isNormal: false, slot: 2 * pair,
                    hasBoth: 2 * pair + 1 < layout.words, components: []))
        }
        for (component, slot) in slots.enumerated() {
            switch slot {
            case .normal(let number): parts[number / 2].components.append(component)
            case .word(let number):
                parts[layout.normalBlocks + number / 2].components.append(component)
            }
        }
        self.parts = parts
    }

    /// Where each component lies, whatever the sample.
    ///
    /// **Complexity**: O(dimension · operations of the base).
    func ranges() -> [ValueRange] {
        var ends = ComponentEnds(self)
        return slots.indices.map { component in
            let span: NoiseSpan =
                switch slots[component] {
                case .normal: .normal([(-NoiseSpan.largestNormal, NoiseSpan.largestNormal)])
                case .word: .word([(0, .max)])
                }
            let found = ends.of(component, span)
            return ValueRange(lower: found.lower[0], upper: found.upper[0])
        }
    }
}

/// Ends between which the noise of one slot lies, a pair for each lane.
enum NoiseSpan {
    case normal([(lower: Double, upper: Double)])
    case word([(lower: UInt64, upper: UInt64)])

    /// No normal is larger: √(2·65·log 2), that of the least probability 2^-65, is 9.493.
    static let largestNormal = 9.5

    var count: Int {
        switch self {
        case .normal(let ends): ends.count
        case .word(let ends): ends.count
        }
    }
}

/// Computes between which ends a component lies, from those of its slot.
///
/// A component never falls or never rises as its slot grows, so its ends are the values there, up to the error of
/// the base's arithmetic: they are moved outward by a millionth of their distance and 1e-12 of their size, far more
/// than any law's error.
struct ComponentEnds: ~Copyable {
    private let parts: SampleParts
    private var noise: NoiseBlock
    private var values: Columns
    private var scratch: Columns
    private static let lanes = 256

    init(_ parts: SampleParts) {
        self.parts = parts
        noise = NoiseBlock(parts.base.noise, capacity: Self.lanes)
        values = Columns(count: parts.base.dimension, capacity: Self.lanes)
        scratch = Columns(count: parts.base.scratchColumns, capacity: Self.lanes)
    }

    mutating func of(_ component: Int, _ span: NoiseSpan) -> (lower: [Double], upper: [Double]) {
        var lower: [Double] = []
        var upper: [Double] = []
        var start = 0
        while start < span.count {
            let count = min(Self.lanes, span.count - start)
            let first = made(component, span, from: start, count, atUpper: false)
            let last = made(component, span, from: start, count, atUpper: true)
            for (a, b) in zip(first, last) {
                let margin =
                    1e-6 * (max(a, b) - min(a, b)) + 1e-12 * max(a.magnitude, b.magnitude) + 1e-300
                lower.append(min(a, b) - margin)
                upper.append(max(a, b) + margin)
            }
            start += count
        }
        return (lower, upper)
    }

    private mutating func made(
        _ component: Int, _ span: NoiseSpan, from start: Int, _ count: Int, atUpper: Bool
    ) -> [Double] {
        switch (span, parts.slots[component]) {
        case (.normal(let ends), .normal(let slot)):
            for lane in 0..<count {
                noise.normals[slot, lane] =
                    atUpper ? ends[start + lane].upper : ends[start + lane].lower
            }
        case (.word(let ends), .word(let slot)):
            for lane in 0..<count {
                noise.words[slot, lane] =
                    atUpper ? ends[start + lane].upper : ends[start + lane].lower
            }
        default: preconditionFailure("a span of the component's kind of slot")
        }
        parts.base.transform(
            component: component, lanes: count, noise: noise, values: &values, scratch: &scratch,
            at: Placement())
        return (0..<count).map { values[component, $0] }
    }
}
