// SPDX-License-Identifier: Apache-2.0

/// A round of cross-entropy: from weighed samples to a proposal nearer to γ above a level.
///
/// It works on the noise, where γ is a standard normal, so it serves every base and knows every
/// density ratio. Among a family's members the proposal is the weighted maximum likelihood one.
///
/// Rubinstein and Kroese, *The Cross-Entropy Method*, 2004, chapter 3; with a spread along the mean
/// alone: El Masri, Morio, Simatos 2021, doi:10.1016/j.ress.2021.107664.
struct CrossEntropyFit {
    let slots: Int
    let family: ImportanceSettings.Family
    let components: Int

    init(adaptation: ImportanceSettings.Adaptation, slots: Int) {
        self.slots = slots
        family = adaptation.family(slots: slots)
        components = adaptation.components
    }

    /// Passes over the points in which components and their points settle.
    private static let passes = 12
    /// Points that a component must stand for, about.
    private static let fewestPoints = 8.0

    /// The mixture that fits points with weights; nil where there are too few. `last` is the mixture
    /// that a fit of several components begins from.
    func mixture(points: [[Double]], weights: [Double], last: LatentMixture) -> LatentMixture? {
        guard let weights = Self.tamed(weights) else { return nil }
        var shares: [Double]
        var fitted: [LatentGaussian]
        if components == 1 {
            return gaussian(points, weights).map { LatentMixture(shares: [1], components: [$0]) }
        }
        if last.components.isEmpty {
            let seeds = spreadOut(points, weights)
            shares = seeds.map { _ in 1 / Double(seeds.count) }
            fitted = seeds.map {
                LatentGaussian(
                    mean: points[$0],
                    shape: .independent([Double](repeating: 1, count: slots)))
            }
        } else {
            shares = last.shares
            fitted = last.components
        }
        for _ in 0..<Self.passes {
            let parts = responsibilities(points, shares, fitted)
            var newShares: [Double] = []
            var newFitted: [LatentGaussian] = []
            for number in fitted.indices {
                let own = points.indices.map { weights[$0] * parts[$0][number] }
                let sum = own.reduce(0, +)
                guard let one = gaussian(points, own) else { continue }
                newShares.append(sum)
                newFitted.append(one)
            }
            guard !newFitted.isEmpty else { break }
            let sum = newShares.reduce(0, +)
            shares = newShares.map { $0 / sum }
            fitted = newFitted
        }
        return LatentMixture(shares: shares, components: fitted)
    }

    /// Weights cut off at √n times their mean, again until a tenth of the points has a say: a fit
    /// need not be unbiased, and one heavy point must not be all of it. nil where none is positive.
    private static func tamed(_ weights: [Double]) -> [Double]? {
        guard let largest = weights.max(), largest > 0 else { return nil }
        let n = Double(weights.count)
        var weights = weights.map { $0 / largest }
        for _ in 0..<40 {
            let total = weights.reduce(0, +)
            let squares = weights.reduce(0) { $0 + $1 * $1 }
            if total * total >= squares * max(0.1 * n, min(n, 16)) { break }
            let cut = total / n * n.squareRoot()
            weights = weights.map { min($0, cut) }
        }
        return weights
    }

    /// Points far from one another: the heaviest first, then always the one farthest from those.
    private func spreadOut(_ points: [[Double]], _ weights: [Double]) -> [Int] {
        var chosen = [weights.indices.max { weights[$0] < weights[$1] } ?? 0]
        var distances = points.map { distance($0, points[chosen[0]]) }
        while chosen.count < components,
            let next = distances.indices.max(by: { distances[$0] < distances[$1] }),
            distances[next] > 0
        {
            chosen.append(next)
            for number in points.indices {
                distances[number] = min(distances[number], distance(points[number], points[next]))
            }
        }
        return chosen
    }

    private func distance(_ a: [Double], _ b: [Double]) -> Double {
        var sum = 0.0
        for slot in a.indices { sum += (a[slot] - b[slot]) * (a[slot] - b[slot]) }
        return sum
    }

    /// The share of each component in each point.
    private func responsibilities(
        _ points: [[Double]], _ shares: [Double], _ fitted: [LatentGaussian]
    ) -> [[Double]] {
        var work = [Double](repeating: 0, count: slots)
        return points.map { point in
            let logs = fitted.indices.map {
                Elementary.log(shares[$0]) + fitted[$0].logRatio(point, work: &work)
            }
            let largest = logs.max() ?? 0
            let parts = logs.map { Elementary.exp($0 - largest) }
            let sum = parts.reduce(0, +)
            return parts.map { $0 / sum }
        }
    }

    /// The member of the family that fits best, drawn towards γ's own spread where points are few.
    private func gaussian(_ points: [[Double]], _ weights: [Double]) -> LatentGaussian? {
        let total = weights.reduce(0, +)
        let squares = weights.reduce(0) { $0 + $1 * $1 }
        guard squares > 0 else { return nil }
        let effective = total * total / squares
        guard effective >= Self.fewestPoints else { return nil }
        var mean = [Double](repeating: 0, count: slots)
        for (point, weight) in zip(points, weights) where weight > 0 {
            for slot in 0..<slots { mean[slot] += weight * point[slot] }
        }
        for slot in 0..<slots { mean[slot] /= total }
        switch family {
        case .full where slots <= ImportanceSettings.mostFullSlots:
            return full(points, weights, mean, total, effective)
                ?? independent(points, weights, mean, total, effective)
        case .direction, .automatic:
            return direction(points, weights, mean, total, effective)
        case .independent, .full: return independent(points, weights, mean, total, effective)
        }
    }

    private func independent(
        _ points: [[Double]], _ weights: [Double], _ mean: [Double], _ total: Double,
        _ effective: Double
    ) -> LatentGaussian {
        let pull = 2 / (2 + effective)
        let sds = (0..<slots).map { slot -> Double in
            var sum = 0.0
            for (point, weight) in zip(points, weights) where weight > 0 {
                sum += weight * (point[slot] - mean[slot]) * (point[slot] - mean[slot])
            }
            return max(1e-4, (1 - pull) * sum / total + pull).squareRoot()
        }
        return LatentGaussian(mean: mean, shape: .independent(sds))
    }

    private func full(
        _ points: [[Double]], _ weights: [Double], _ mean: [Double], _ total: Double,
        _ effective: Double
    ) -> LatentGaussian? {
        var matrix = [[Double]](
            repeating: [Double](repeating: 0, count: slots), count: slots)
        for (point, weight) in zip(points, weights) where weight > 0 {
            for i in 0..<slots {
                let left = weight * (point[i] - mean[i])
                for j in 0...i { matrix[i][j] += left * (point[j] - mean[j]) }
            }
        }
        let n = Double(slots)
        let pull = n / (n + effective)
        var rows: [[Double]] = []
        for i in 0..<slots {
            var row: [Double] = []
            for j in 0...i {
                var sum = (1 - pull) * matrix[i][j] / total + (i == j ? pull : 0)
                for k in 0..<j { sum -= (j < i ? rows[j][k] : row[k]) * row[k] }
                if j < i {
                    row.append(sum / rows[j][j])
                } else {
                    guard sum > 1e-8 else { return nil }
                    row.append(sum.squareRoot())
                }
            }
            rows.append(row)
        }
        return LatentGaussian(mean: mean, shape: .full(rows))
    }

    private func direction(
        _ points: [[Double]], _ weights: [Double], _ mean: [Double], _ total: Double,
        _ effective: Double
    ) -> LatentGaussian {
        let length = mean.reduce(0) { $0 + $1 * $1 }.squareRoot()
        guard length > 1e-12 else { return independent(points, weights, mean, total, effective) }
        let unit = mean.map { $0 / length }
        var sum = 0.0
        for (point, weight) in zip(points, weights) where weight > 0 {
            var along = -length
            for slot in 0..<slots { along += unit[slot] * point[slot] }
            sum += weight * along * along
        }
        let pull = 2 / (2 + effective)
        let variance = max(1e-4, (1 - pull) * sum / total + pull)
        return LatentGaussian(mean: mean, shape: .direction(unit, sd: variance.squareRoot()))
    }
}
