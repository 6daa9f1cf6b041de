// SPDX-License-Identifier: Apache-2.0

/// ∫ exp(−g(s)) ds over s ≥ 0 for a convex g with g(0) = 0: what remains of a tail after its density
/// has been taken out.
///
/// **Source**: Gauss–Legendre rules: DLMF 3.5(v).
enum TailIntegral {
    /// Positive nodes and weights of the 16-point Gauss–Legendre rule.
    private static let rule: [(node: Double, weight: Double)] = [
        (0.98940093499164993260, 0.027152459411754094852),
        (0.94457502307323257608, 0.062253523938647892863),
        (0.86563120238783174388, 0.095158511682492784810),
        (0.75540440835500303390, 0.124628971255533872050),
        (0.61787624440264374845, 0.149595988816576732080),
        (0.45801677765722738634, 0.169156519395002538190),
        (0.28160355077925891323, 0.182603415044923588870),
        (0.09501250983763744019, 0.189450610455068496290),
    ]

    /// The integral, given g'(0) = `rate` and g''(0) = `curvature`, not both 0.
    ///
    /// `longest` bounds the panels, for a g that is flat where it begins and steep further on.
    /// Gauss–Legendre panels in units of the length where g ≈ 1; relative error about 1e-15 for the
    /// laws that call it.
    @inline(__always)
    static func value(
        rate: Double, curvature: Double, longest: Double = .infinity,
        exponent g: (Double) -> Double
    ) -> Double {
        let k = max(rate, 0)
        let unit = 2 / (k + (k * k + 2 * curvature).squareRoot())
        var sum = 0.0
        var begin = 0.0
        let widest = min(6, longest / unit)
        var width = min(1, widest)
        for _ in 0..<(longest < .infinity ? 400 : 24) {
            let half = 0.5 * width * unit
            let middle = begin * unit + half
            var panel = 0.0
            for (node, weight) in rule {
                let d = half * node
                panel +=
                    weight * (Elementary.exp(-g(middle - d)) + Elementary.exp(-g(middle + d)))
            }
            sum += half * panel
            begin += width
            if g(begin * unit) > 44 { break }
            width = min(2 * width, widest)
        }
        return sum
    }
}
