// SPDX-License-Identifier: Apache-2.0

/// Readers of normal vectors and of discrete laws: parameters from a job file to a base's initialiser.
extension BaseRegistry {
    @Sendable static func normal(_ r: Request) throws(JobError) -> any BaseDistribution {
        var map = JobMapping(
            r.node, path: r.path, keys: ["dimension", "mean", "sd", "covariance"])
        map.exactlyOne(of: ["sd", "covariance"], optional: true)
        let given = map.has("dimension") ? dimension(&map) : nil
        let mean = scalarOrList("mean", .finite, &map)
        let sd = scalarOrList("sd", .positive, &map)
        let covariance = map.has("covariance") ? matrix("covariance", &map) : nil
        // The dimension is said, or is the length of a list; all that say it must agree.
        var n = given
        for (key, length) in [
            ("mean", mean.count), ("sd", sd.count), ("covariance", covariance?.count ?? 1),
        ] where length > 1 {
            if let n, n != length {
                map.note(key, "expected dimension \(n), found \(length)")
            }
            n = n ?? length
        }
        try map.finish()
        let d = n ?? 1
        func spread(_ values: [Double]) -> [Double] {
            values.count == d ? values : [Double](repeating: values[0], count: d)
        }
        return try located(map) { () throws(BaseError) in
            if let covariance {
                return try NormalBase(mean: spread(mean), covariance: covariance)
            }
            return try NormalBase(mean: spread(mean), sd: spread(sd))
        }
    }

    /// A number or a list of them; by default 0 for a mean, 1 for a spread.
    private static func scalarOrList(
        _ key: String, _ range: JobRange, _ map: inout JobMapping
    ) -> [Double] {
        let fallback = [range == .finite ? 0.0 : 1.0]
        guard let node = map[key] else { return fallback }
        if case .sequence = node.content {
            return map.doubles(key, limit: BaseLimits.dimension, in: range) ?? fallback
        }
        return map.double(key, in: range).map { [$0] } ?? fallback
    }

    private static func matrix(_ key: String, _ map: inout JobMapping) -> [[Double]] {
        map.read(key) { (node, path) throws(JobError) in
            let rows = try node.list(path: path, limit: BaseLimits.dimension)
            var matrix: [[Double]] = []
            for (i, row) in rows.enumerated() {
                let numbers = try row.doubles(path: "\(path)[\(i)]", limit: BaseLimits.dimension)
                guard numbers.count == rows.count else {
                    throw JobError(
                        at: row.position, path: "\(path)[\(i)]",
                        "expected \(rows.count) numbers, as many as rows, found \(numbers.count)")
                }
                matrix.append(numbers)
            }
            if matrix.isEmpty { throw node.expected("rows of numbers", path: path) }
            return matrix
        } ?? []
    }

    @Sendable static func poisson(_ r: Request) throws(JobError) -> any BaseDistribution {
        var map = JobMapping(r.node, path: r.path, keys: ["mean", "dimension"])
        let mean = map.double("mean", in: .positive) ?? .nan
        let n = dimension(&map)
        try map.finish()
        return try located(map) { () throws(BaseError) in
            try PoissonBase(mean: mean, dimension: n)
        }
    }

    @Sendable static func binomial(_ r: Request) throws(JobError) -> any BaseDistribution {
        var map = JobMapping(
            r.node, path: r.path, keys: ["trials", "probability", "dimension"])
        let trials = map.integer("trials", in: 0...1_000_000_000_000_000) ?? 0
        let probability = map.double("probability", in: .unit) ?? .nan
        let n = dimension(&map)
        try map.finish()
        return try located(map) { () throws(BaseError) in
            try BinomialBase(trials: trials, probability: probability, dimension: n)
        }
    }

    @Sendable static func categorical(_ r: Request) throws(JobError) -> any BaseDistribution {
        var map = JobMapping(
            r.node, path: r.path, keys: ["values", "probabilities", "weights", "dimension"])
        let limit = BaseLimits.outcomes
        let values = map.has("values") ? map.doubles("values", limit: limit) : nil
        map.exactlyOne(of: ["probabilities", "weights"])
        let key = map.has("probabilities") ? "probabilities" : "weights"
        let weights = map.has(key) ? map.doubles(key, limit: limit, in: .nonNegative) : nil
        let sum = weights?.reduce(0, +) ?? 1
        if key == "probabilities", abs(sum - 1) > 1e-9 {
            map.note(
                key,
                "expected probabilities that sum to 1, found the sum \(sum): "
                    + "write `weights` for numbers that need not")
        }
        let n = dimension(&map)
        try map.finish()
        return try located(map) { () throws(BaseError) in
            try CategoricalBase(values: values, weights: weights ?? [], dimension: n)
        }
    }
}
