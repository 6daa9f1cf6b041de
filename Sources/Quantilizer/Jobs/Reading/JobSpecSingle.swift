// SPDX-License-Identifier: Apache-2.0

/// Methods that go to one quantile of one utility, with passes that they plan themselves.
extension JobSpecReader {
    /// What they need of the rest of the job. `instead` says what takes the place of `samples`.
    mutating func single(
        _ method: MethodChoice, _ quantiles: [Double], instead: String
    ) -> Numbers? {
        let before = map.diagnostics.count
        let name = method.name
        for key in ["samples", "precision"] where map.has(key) {
            map.note(
                key,
                "\(name) does not use `\(key)`: leave it out, and give \(instead) under "
                    + "`method: \(name)`")
        }
        if isEstimate {
            return map.diagnostics.count == before ? .estimate(method) : nil
        }
        oneUtility(name)
        if quantiles.count > 1 {
            map.note("quantiles", "\(name) goes to one quantile: make a job of each")
        }
        guard let quantile = quantiles.first else {
            map.note(nil, "missing key `quantile`: the share of the base's mass to draw from")
            return nil
        }
        if quantile < 1e-300 { map.note("quantile", "\(name) goes to quantiles of 1e-300") }
        guard map.diagnostics.count == before else { return nil }
        return Numbers(
            samples: 1, quantiles: [quantile], method: method, precision: nil, asked: nil)
    }

    /// Notes it where there are several utilities.
    mutating func oneUtility(_ name: String) {
        if let node = map["utilities"], case .mapping(let entries) = node.content,
            entries.count > 1
        {
            map.note("utilities", "\(name) goes to one utility: make a job of each")
        }
    }
}

extension JobSpecReader.Numbers {
    /// Those of an estimate; the quantile is what plans suppose.
    static func estimate(
        _ method: MethodChoice, samples: UInt64 = 1, asked: (String, JSON)? = nil
    ) -> Self {
        Self(
            samples: samples, quantiles: [1e-9], method: method, precision: nil, asked: asked)
    }
}
