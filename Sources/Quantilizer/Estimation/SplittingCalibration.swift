// SPDX-License-Identifier: Apache-2.0

/// Where the last level is put: at a mass a little above q, as frozen islands estimate it.
///
/// The islands that give the draws share no random number with these, so to them the level is fixed.
struct SplittingCalibration: Sendable, Equatable {
    /// The step of the moves after the last level.
    var lastStep = 0.5
    /// The last level; nil where the level before it is as far down as the aim already.
    var lastLevel: Level?
    /// The mass aimed at.
    var aim = 0.0
    /// The spread of an island's weight that the aim allows for.
    var variation = 0.0

    /// Chooses the last level. `levels` counts it.
    mutating func choose(
        _ records: [IslandRecord], settings: SplittingSettings, quantile: Double, levels: Int
    ) {
        let particles = settings.particles
        let weights = records.map { $0.weight(levels: levels - 1, particles: particles) }
        variation = max(
            settings.idealVariation(levels: levels, mass: quantile),
            Self.variation(of: weights))
        aim = settings.aim(quantile: quantile, variation: variation)
        // All of the base: no particle says where it ends.
        if aim == 1 {
            lastLevel = .lowest
            return
        }
        var order: [(level: Level, mass: Double)] = []
        for (record, weight) in zip(records, weights) {
            let mass = weight / Double(particles * records.count)
            for level in record.levels { order.append((level, mass)) }
        }
        order.sort { $0.level != $1.level ? $0.level > $1.level : $0.mass > $1.mass }
        var above = 0.0
        lastLevel = nil
        for (level, mass) in order {
            above += mass
            // A rounding's worth below the aim is the aim.
            if above >= aim * (1 - 1e-9) {
                lastLevel = level
                break
            }
        }
    }

    /// Standard deviation over mean; 0 where there is no mean.
    static func variation(of weights: [Double]) -> Double {
        let n = Double(weights.count)
        let mean = weights.reduce(0, +) / n
        guard weights.count > 1, mean > 0 else { return 0 }
        let squares = weights.reduce(0) {
            let deviation = $1 / mean - 1
            return $0 + deviation * deviation
        }
        return (squares / (n - 1)).squareRoot()
    }

    func write(to writer: inout ByteWriter) {
        writer.write(lastStep)
        writer.write(aim)
        writer.write(variation)
    }

    init() {}

    init(from reader: inout ByteReader) throws(DecodingFailure) {
        lastStep = try reader.double()
        aim = try reader.double()
        variation = try reader.double()
        guard lastStep > 0, lastStep <= 1, aim >= 0, variation >= 0 else {
            throw DecodingFailure("a calibration out of bounds")
        }
    }
}
