// SPDX-License-Identifier: Apache-2.0
import Quantilizer

/// Runs bases on chosen or pseudo-random noise, outside any stream of the product.
enum BaseSamples {
    /// SplitMix64: test noise that shares nothing with the product's generator.
    struct Words {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9e37_79b9_7f4a_7c15
            var z = state
            z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
            z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
            return z ^ (z >> 31)
        }
    }

    /// Values of sample `index` of a test stream: one row for each of `lanes` samples.
    static func rows(
        _ base: any BaseDistribution, seed: UInt64, first: Int, lanes: Int,
        at place: Placement = Placement()
    ) -> [[Double]] {
        var noise = NoiseBlock(
            NoiseLayout(
                normals: place.normal + base.noise.normals, words: place.word + base.noise.words),
            capacity: lanes)
        for lane in 0..<lanes {
            var words = Words(state: seed &+ UInt64(first + lane) &* 0x1234_5678_9abc_def1)
            for slot in 0..<base.noise.normals {
                let u = (Double(words.next() >> 11) + 0.5) * 0x1p-53
                noise.normals[place.normal + slot, lane] = SpecialFunctions.normalQuantile(u)
            }
            for slot in 0..<base.noise.words { noise.words[place.word + slot, lane] = words.next() }
        }
        return run(base, noise, lanes: lanes, at: place)
    }

    /// Values of given words, all slots of a lane alike; normal slots are 0.
    static func values(_ base: any BaseDistribution, words: [UInt64]) -> [Double] {
        var noise = NoiseBlock(base.noise, capacity: words.count)
        for (lane, word) in words.enumerated() {
            for slot in 0..<base.noise.words { noise.words[slot, lane] = word }
        }
        return run(base, noise, lanes: words.count, at: Placement()).map { $0[0] }
    }

    static func run(
        _ base: any BaseDistribution, _ noise: borrowing NoiseBlock, lanes: Int, at place: Placement
    ) -> [[Double]] {
        var values = Columns(count: place.value + base.dimension, capacity: lanes)
        var scratch = Columns(count: place.scratch + base.scratchColumns, capacity: lanes)
        base.transform(
            lanes: lanes, noise: noise, values: &values, scratch: &scratch, at: place)
        return (0..<lanes).map { lane in
            (0..<base.dimension).map { values[place.value + $0, lane] }
        }
    }
}

/// Job nodes from a literal, for tests: `["normal": ["dimension": 2]]`.
indirect enum Node: ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral,
    ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral, ExpressibleByStringLiteral
{
    case scalar(String, Bool)
    case list([Node])
    case map([(String, Node)])

    init(dictionaryLiteral elements: (String, Node)...) { self = .map(elements) }
    init(arrayLiteral elements: Node...) { self = .list(elements) }
    init(floatLiteral value: Double) { self = .scalar("\(value)", false) }
    init(integerLiteral value: Int) { self = .scalar("\(value)", false) }
    init(stringLiteral value: String) { self = .scalar(value, true) }

    var job: JobNode {
        let at = SourcePosition(line: 1, column: 1)
        switch self {
        case .scalar(let text, let quoted): return JobNode(.scalar(text, quoted: quoted), at: at)
        case .list(let nodes): return JobNode(.sequence(nodes.map(\.job)), at: at)
        case .map(let entries):
            return JobNode(.mapping(entries.map { ($0.0, at, $0.1.job) }), at: at)
        }
    }

    /// The base that a job with this node would have.
    func base(_ resources: JobResources = JobResources()) throws -> any BaseDistribution {
        try BaseRegistry.make(job, resources: resources, path: "base")
    }
}
