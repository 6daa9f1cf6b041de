// SPDX-License-Identifier: Apache-2.0

/// From noise held as standard normals to values and labels, a block of lanes at a time.
///
/// A normal slot of the base is one of them; a word slot is its normal score, w = ⌊2⁶⁴ Φ(z)⌋; the
/// last slot is the score of the sample's label. So whatever works on normal vectors (moves,
/// Gaussian proposals) works for every base that is a function of its noise.
struct LatentTransform: ~Copyable {
    static let lanes = 256
    private let base: any BaseDistribution
    private let slots: Int
    private var noise: NoiseBlock
    private var scores: Columns

    /// Normals of a sample of a base: its noise and its label.
    static func slots(of base: any BaseDistribution) -> Int {
        base.noise.normals + base.noise.words + 1
    }

    init(base: any BaseDistribution) {
        self.base = base
        slots = Self.slots(of: base)
        noise = NoiseBlock(base.noise, capacity: Self.lanes)
        scores = Columns(count: 2, capacity: Self.lanes)
    }

    /// The values and the labels of a block of noise, or of its first lanes.
    mutating func apply(
        _ latent: borrowing Columns, lanes: Int = LatentTransform.lanes, values: inout Columns,
        scratch: inout Columns, labels: inout [UInt64]
    ) {
        let normals = base.noise.normals
        for slot in 0..<normals {
            for lane in 0..<lanes { noise.normals[slot, lane] = latent[slot, lane] }
        }
        for word in 0..<base.noise.words {
            prepareScores(latent, slot: normals + word, lanes: lanes)
            for lane in 0..<lanes {
                noise.words[word, lane] = NormalScore.word(
                    latent[normals + word, lane], twoTails: scores[1, lane])
            }
        }
        prepareScores(latent, slot: slots - 1, lanes: lanes)
        for lane in 0..<lanes {
            labels[lane] = NormalScore.word(latent[slots - 1, lane], twoTails: scores[1, lane])
        }
        base.transform(
            lanes: lanes, noise: noise, values: &values, scratch: &scratch, at: Placement())
    }

    private mutating func prepareScores(_ latent: borrowing Columns, slot: Int, lanes: Int) {
        for lane in 0..<lanes {
            scores[0, lane] = latent[slot, lane].magnitude * NormalScore.rootHalf
        }
        Kernels.apply(.erfc, &scores, from: 0, to: 1, lanes: lanes)
    }
}
