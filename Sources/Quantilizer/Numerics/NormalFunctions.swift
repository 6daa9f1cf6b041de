// SPDX-License-Identifier: Apache-2.0

extension SpecialFunctions {
    /// P(Z ≤ z) of a standard normal; relative error below 1e-15 · (2 + |z|) in either tail.
    public static func normalCDF(_ z: Double) -> Double { normalUpperTail(-z) }

    /// P(Z > z) of a standard normal, down to 5e-324 (z ≈ 38.4).
    public static func normalUpperTail(_ z: Double) -> Double {
        let root = 0.70710678118654752440
        let rest = -4.8336466567264567e-17  // 1/√2 − root
        let y = z * root
        guard y > 1, y < 40 else { return 0.5 * Elementary.erfc(y) }
        // What rounding y lost, times the logarithm's slope there.
        let lost = (-y).addingProduct(z, root) + z * rest
        return 0.5 * Elementary.erfc(y) * (1 - lost * (2 * y + 1 / y))
    }

    /// The z with P(Z ≤ z) = p, for p in [0, 1]; relative error below 4e-16 in probability's terms.
    ///
    /// Reference: Wichura, Algorithm AS 241, doi:10.2307/2347330, and one Newton step.
    public static func normalQuantile(_ p: Double) -> Double {
        p <= 0.5 ? -normalTailQuantile(p) : normalTailQuantile(1 - p)
    }

    /// The z with P(Z > z) = q, for q in [0, 1], exact in the upper tail to 1e-300 and beyond.
    public static func normalUpperQuantile(_ q: Double) -> Double {
        q <= 0.5 ? normalTailQuantile(q) : -normalTailQuantile(1 - q)
    }

    /// z ≥ 0 with upper tail q ≤ ½.
    private static func normalTailQuantile(_ q: Double) -> Double {
        guard q >= 0, q <= 0.5 else { return .nan }
        if q == 0 { return .infinity }
        var z: Double
        if q >= 0.075 {
            let d = 0.5 - q
            let r = 0.180625 - d * d
            z = d * ratio(r, wichuraA, wichuraB)
        } else {
            let r = (-Elementary.log(q)).squareRoot()
            z = r <= 5 ? ratio(r - 1.6, wichuraC, wichuraD) : ratio(r - 5, wichuraE, wichuraF)
        }
        if q > 1e-300 {
            let density = Elementary.exp(-0.5 * z * z - Elementary.halfLogTwoPi)
            z += (normalUpperTail(z) - q) / density
        }
        return z
    }

    private static func ratio(_ x: Double, _ above: [Double], _ below: [Double]) -> Double {
        var a = 0.0
        var b = 0.0
        for i in 0..<8 {
            a = a * x + above[i]
            b = b * x + below[i]
        }
        return a / b
    }
}

private let wichuraA = [
    2.5090809287301226727e+3, 3.3430575583588128105e+4, 6.7265770927008700853e+4,
    4.5921953931549871457e+4, 1.3731693765509461125e+4, 1.9715909503065514427e+3,
    1.3314166789178437745e+2, 3.3871328727963666080e+0,
]
private let wichuraB = [
    5.2264952788528545610e+3, 2.8729085735721942674e+4, 3.9307895800092710610e+4,
    2.1213794301586595867e+4, 5.3941960214247511077e+3, 6.8718700749205790830e+2,
    4.2313330701600911252e+1, 1,
]
private let wichuraC = [
    7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1,
    1.27045825245236838258e+0, 3.64784832476320460504e+0, 5.76949722146069140550e+0,
    4.63033784615654529590e+0, 1.42343711074968357734e+0,
]
private let wichuraD = [
    1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2,
    1.48103976427480074590e-1, 6.89767334985100004550e-1, 1.67638483018380384940e+0,
    2.05319162663775882187e+0, 1,
]
private let wichuraE = [
    2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3,
    2.65321895265761230930e-2, 2.96560571828504891230e-1, 1.78482653991729133580e+0,
    5.46378491116411436990e+0, 6.65790464350110377720e+0,
]
private let wichuraF = [
    2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5,
    7.86869131145613259100e-4, 1.48753612908506148525e-2, 1.36929880922735805310e-1,
    5.99832206555887937690e-1, 1,
]
