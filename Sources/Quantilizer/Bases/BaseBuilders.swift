// SPDX-License-Identifier: Apache-2.0

/// Readers of univariate laws on the line: parameters from a job file to a base's initialiser.
extension BaseRegistry {
    /// Runs an initialiser; what it throws is put at its parameter's place.
    static func located(
        _ map: JobMapping, _ make: () throws(BaseError) -> any BaseDistribution
    ) throws(JobError) -> any BaseDistribution {
        do throws(BaseError) {
            return try make()
        } catch {
            var copy = map
            let key = map.has(error.parameter) ? error.parameter : nil
            copy.note(key, key == nil ? error.description : error.message)
            throw JobError(copy.diagnostics)
        }
    }

    /// The key `dimension`; what is noted is thrown by `finish()`.
    static func dimension(_ map: inout JobMapping) -> Int {
        map.integer("dimension", in: 1...BaseLimits.dimension, default: 1) ?? 1
    }

    /// A rate, given as such or by one of its reciprocals.
    private static func rate(_ map: inout JobMapping, _ reciprocals: [String]) -> Double {
        map.exactlyOne(of: ["rate"] + reciprocals, optional: true)
        for key in reciprocals where map.has(key) {
            return map.double(key, in: .positive).map { 1 / $0 } ?? .nan
        }
        return map.double("rate", in: .positive, default: 1) ?? .nan
    }

    @Sendable static func uniform(_ r: Request) throws(JobError) -> any BaseDistribution {
        var map = JobMapping(r.node, path: r.path, keys: ["lower", "upper", "dimension"])
        let lower = map.double("lower", default: 0) ?? .nan
        let upper = map.double("upper", default: 1) ?? .nan
        let n = dimension(&map)
        try map.finish()
        return try located(map) { () throws(BaseError) in
            try UniformBase(lower: lower, upper: upper, dimension: n)
        }
    }

    @Sendable static func exponential(_ r: Request) throws(JobError) -> any BaseDistribution {
        var map = JobMapping(
            r.node, path: r.path, keys: ["rate", "scale", "mean", "dimension"])
        let rate = rate(&map, ["scale", "mean"])
        let n = dimension(&map)
        try map.finish()
        return try located(map) { () throws(BaseError) in
            try ExponentialBase(rate: rate, dimension: n)
        }
    }

    @Sendable static func gamma(_ r: Request) throws(JobError) -> any BaseDistribution {
        var map = JobMapping(
            r.node, path: r.path, keys: ["shape", "scale", "rate", "dimension"])
        let shape = map.double("shape", in: GammaBase.shapes) ?? .nan
        map.exactlyOne(of: ["scale", "rate"], optional: true)
        let scale =
            map.has("rate")
            ? map.double("rate", in: .positive).map { 1 / $0 }
            : map.double("scale", in: .positive, default: 1)
        let n = dimension(&map)
        try map.finish()
        return try located(map) { () throws(BaseError) in
            try GammaBase(shape: shape, scale: scale ?? .nan, dimension: n)
        }
    }

    @Sendable static func beta(_ r: Request) throws(JobError) -> any BaseDistribution {
        var map = JobMapping(r.node, path: r.path, keys: ["a", "b", "dimension"])
        let a = map.double("a", in: .positive) ?? .nan
        let b = map.double("b", in: .positive) ?? .nan
        let n = dimension(&map)
        try map.finish()
        return try located(map) { () throws(BaseError) in
            try BetaBase(a: a, b: b, dimension: n)
        }
    }

    @Sendable static func studentT(_ r: Request) throws(JobError) -> any BaseDistribution {
        var map = JobMapping(r.node, path: r.path, keys: ["df", "location", "scale", "dimension"])
        let df = map.double("df", in: .positive) ?? .nan
        let location = map.double("location", default: 0) ?? .nan
        let scale = map.double("scale", in: .positive, default: 1) ?? .nan
        let n = dimension(&map)
        try map.finish()
        return try located(map) { () throws(BaseError) in
            try StudentTBase(df: df, location: location, scale: scale, dimension: n)
        }
    }

    @Sendable static func cauchy(_ r: Request) throws(JobError) -> any BaseDistribution {
        var map = JobMapping(r.node, path: r.path, keys: ["location", "scale", "dimension"])
        let location = map.double("location", default: 0) ?? .nan
        let scale = map.double("scale", in: .positive, default: 1) ?? .nan
        let n = dimension(&map)
        try map.finish()
        return try located(map) { () throws(BaseError) in
            try CauchyBase(location: location, scale: scale, dimension: n)
        }
    }

    @Sendable static func pareto(_ r: Request) throws(JobError) -> any BaseDistribution {
        var map = JobMapping(r.node, path: r.path, keys: ["shape", "scale", "dimension"])
        let shape = map.double("shape", in: .positive) ?? .nan
        let scale = map.double("scale", in: .positive, default: 1) ?? .nan
        let n = dimension(&map)
        try map.finish()
        return try located(map) { () throws(BaseError) in
            try ParetoBase(shape: shape, scale: scale, dimension: n)
        }
    }

    @Sendable static func gumbel(_ r: Request) throws(JobError) -> any BaseDistribution {
        var map = JobMapping(r.node, path: r.path, keys: ["location", "scale", "dimension"])
        let location = map.double("location", default: 0) ?? .nan
        let scale = map.double("scale", in: .positive, default: 1) ?? .nan
        let n = dimension(&map)
        try map.finish()
        return try located(map) { () throws(BaseError) in
            try GumbelBase(location: location, scale: scale, dimension: n)
        }
    }

    @Sendable static func weibull(_ r: Request) throws(JobError) -> any BaseDistribution {
        var map = JobMapping(r.node, path: r.path, keys: ["shape", "scale", "dimension"])
        let shape = map.double("shape", in: .positive) ?? .nan
        let scale = map.double("scale", in: .positive, default: 1) ?? .nan
        let n = dimension(&map)
        try map.finish()
        return try located(map) { () throws(BaseError) in
            try WeibullBase(shape: shape, scale: scale, dimension: n)
        }
    }

    @Sendable static func lognormal(_ r: Request) throws(JobError) -> any BaseDistribution {
        var map = JobMapping(r.node, path: r.path, keys: ["mu", "sigma", "dimension"])
        let mu = map.double("mu", default: 0) ?? .nan
        let sigma = map.double("sigma", in: .positive, default: 1) ?? .nan
        let n = dimension(&map)
        try map.finish()
        return try located(map) { () throws(BaseError) in
            try LognormalBase(mu: mu, sigma: sigma, dimension: n)
        }
    }
}
