// SPDX-License-Identifier: Apache-2.0

/// A Gaussian over a sample's noise, all of it held as standard normals.
///
/// Its density is known relative to γ's, which is the standard normal there, for every base that is
/// a function of its noise: discrete ones, mixtures and tables too.
struct LatentGaussian: Hashable, Sendable {
    /// How it differs from a standard normal about its mean.
    enum Shape: Hashable, Sendable {
        /// Standard deviations, slot by slot.
        case independent([Double])
        /// The lower triangle of a Cholesky factor, row by row.
        case full([[Double]])
        /// A standard deviation along one unit vector, 1 across it.
        case direction([Double], sd: Double)
    }

    let mean: [Double]
    let shape: Shape
    private let logDeterminant: Double

    init(mean: [Double], shape: Shape) {
        self.mean = mean
        self.shape = shape
        switch shape {
        case .independent(let sds): logDeterminant = sds.reduce(0) { $0 + Elementary.log($1) }
        case .full(let rows):
            logDeterminant = rows.reduce(0) { $0 + Elementary.log($1[$1.count - 1]) }
        case .direction(_, let sd): logDeterminant = Elementary.log(sd)
        }
    }

    /// Turns standard normals into a sample.
    func sample(_ z: inout [Double]) {
        switch shape {
        case .independent(let sds): for j in z.indices { z[j] = mean[j] + sds[j] * z[j] }
        case .full(let rows):
            // From the last slot, since each needs the earlier ones unchanged.
            for j in z.indices.reversed() {
                var sum = mean[j]
                let row = rows[j]
                for i in 0...j { sum += row[i] * z[i] }
                z[j] = sum
            }
        case .direction(let unit, let sd):
            var along = 0.0
            for j in z.indices { along += unit[j] * z[j] }
            let stretch = (sd - 1) * along
            for j in z.indices { z[j] = mean[j] + (z[j] + stretch * unit[j]) }
        }
    }

    /// log of the density over the standard normal's; `work` is scratch of as many slots.
    func logRatio(_ z: [Double], work: inout [Double]) -> Double {
        var own = 0.0
        var standard = 0.0
        for j in z.indices { standard += z[j] * z[j] }
        switch shape {
        case .independent(let sds):
            for j in z.indices {
                let x = (z[j] - mean[j]) / sds[j]
                own += x * x
            }
        case .full(let rows):
            for j in z.indices {
                var rest = z[j] - mean[j]
                let row = rows[j]
                for i in 0..<j { rest -= row[i] * work[i] }
                work[j] = rest / row[j]
                own += work[j] * work[j]
            }
        case .direction(let unit, let sd):
            var along = 0.0
            for j in z.indices {
                let x = z[j] - mean[j]
                own += x * x
                along += unit[j] * x
            }
            own += (1 / (sd * sd) - 1) * along * along
        }
        return 0.5 * (standard - own) - logDeterminant
    }
}

/// Gaussians over a sample's noise, chosen by their shares; none stands for γ itself.
struct LatentMixture: Hashable, Sendable {
    /// One for each component; they add up to 1.
    var shares: [Double] = []
    var components: [LatentGaussian] = []

    /// Components that one may be fitted with.
    static let componentsAllowed = 1...8
    /// Components that one may have, widened.
    static let mostComponents = 2 * componentsAllowed.upperBound
    /// The share of the samples that have γ's own spread about a component's mean.
    static let wideShare = 0.1

    /// Beside every component one of γ's own spread about the same mean.
    ///
    /// What was fitted above a level falls off faster than γ does, so far out weights grow without
    /// a sample to show it. Over a Gaussian of γ's own spread they fall.
    var widened: LatentMixture {
        LatentMixture(
            shares: shares.map { $0 * (1 - Self.wideShare) }
                + shares.map { $0 * Self.wideShare },
            components: components
                + components.map {
                    LatentGaussian(
                        mean: $0.mean,
                        shape: .independent([Double](repeating: 1, count: $0.mean.count)))
                })
    }

    /// The density over γ's.
    func ratio(_ z: [Double], work: inout [Double]) -> Double {
        if components.isEmpty { return 1 }
        var sum = 0.0
        for (share, component) in zip(shares, components) {
            sum += share * Elementary.exp(component.logRatio(z, work: &work))
        }
        return sum
    }

    /// The component of a number in [0, 1).
    func component(at place: Double) -> Int {
        var sum = 0.0
        for (number, share) in shares.enumerated() {
            sum += share
            if place < sum { return number }
        }
        return shares.count - 1
    }
}
