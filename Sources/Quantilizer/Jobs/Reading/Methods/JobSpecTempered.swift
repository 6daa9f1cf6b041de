// SPDX-License-Identifier: Apache-2.0

/// `method: tilt` and `method: minimax` with their settings.
extension JobSpecReader {
    private static let pilots = 256...Limits.tiltPilot

    private static func common(_ map: inout JobMapping) -> (pilot: Int, cap: Double) {
        let pilot = map.integer("pilot", in: pilots, default: 65_536)
        let cap = map.double("cap", in: JobRange(0, 0.5, includesLower: false), default: 0.01)
        return (pilot ?? 65_536, cap ?? 0.01)
    }

    static func tilt(_ node: JobNode) throws(JobError) -> TiltSettings {
        var map = JobMapping(
            node, path: "method.tilt", keys: ["beta", "divergence", "pilot", "cap"])
        map.exactlyOne(of: ["beta", "divergence"])
        let (pilot, cap) = common(&map)
        var strength = TiltSettings.Strength.beta(1)
        if map.has("beta"), let beta = map.double("beta", in: .positive) {
            strength = .beta(beta)
        } else if map.has("divergence"),
            let nats = map.double("divergence", in: .positive)
        {
            // A pilot of n knows no divergence above ln n, and little near it.
            let most = Elementary.log(Double(pilot) / 32)
            if nats > most {
                map.note(
                    "divergence",
                    "a pilot of \(pilot) samples shows divergences up to \(Number.text(most)) nats: "
                        + "give a larger `pilot`")
            }
            strength = .divergence(nats)
        }
        try map.finish()
        return TiltSettings(strength: strength, pilot: pilot, cap: cap)
    }

    func minimax(
        _ node: JobNode, tables: [String: DataTable]
    ) throws(JobError) -> MinimaxSettings {
        var map = JobMapping(
            node, path: "method.minimax", keys: ["epsilon", "order", "pilot", "cap"])
        let order = map.integer("order", in: 1...Int(MinimaxSettings.mostOrder) - 1, default: 1)
        let (pilot, cap) = Self.common(&map)
        let confidence = self.map["confidence"].flatMap {
            try? $0.double(path: "", in: .openUnit)
        }
        let shortfall = map.read("epsilon") {
            (node, path) throws(JobError) -> MinimaxSettings.Shortfall in
            guard case .mapping = node.content else {
                return .given(try node.double(path: path, in: .positive))
            }
            return try Self.shortfall(
                node, path, order: order ?? 1, confidence: confidence ?? 0.95, tables)
        }
        try map.finish()
        return MinimaxSettings(
            shortfall: shortfall ?? .given(1), order: order ?? 1, pilot: pilot, cap: cap)
    }

    private static func shortfall(
        _ node: JobNode, _ path: String, order: Int, confidence: Double,
        _ tables: [String: DataTable]
    ) throws(JobError) -> MinimaxSettings.Shortfall {
        var map = JobMapping(node, path: path, keys: ["cost", "pairs", "bound"])
        map.exactlyOne(of: ["cost", "pairs"])
        let bound = map.has("bound") ? map.double("bound", in: .positive) : nil
        let cost = map.has("cost") ? map.string("cost") : nil
        let file = map.has("pairs") ? map.string("pairs") : nil
        var epsilon = 0.0
        if let file {
            if let table = tables[file], let pairs = pairs(table) {
                do throws(ShortfallFailure) {
                    epsilon = try MeanBound.shortfall(
                        proxy: pairs.proxy, truth: pairs.truth, order: order, limit: bound,
                        confidence: MinimaxSettings.measuring(confidence))
                } catch {
                    map.note("pairs", "\(file): \(error.message)")
                }
            } else {
                map.note(
                    "pairs",
                    tables[file] == nil
                        ? "\(file): this file was not read"
                        : "\(file): expected two columns, or columns `proxy` and `true`")
            }
        }
        try map.finish()
        if let cost { return .cost(name: cost, bound: bound) }
        return .pairs(file: file ?? "", bound: bound, epsilon: epsilon)
    }

    private static func pairs(
        _ table: DataTable
    ) -> (proxy: [Double], truth: [Double])? {
        if let proxy = table.columnNames.firstIndex(of: "proxy"),
            let truth = table.columnNames.firstIndex(of: "true")
        {
            return (table.columns[proxy], table.columns[truth])
        }
        return table.columns.count == 2 ? (table.columns[0], table.columns[1]) : nil
    }

    /// The numbers of a job whose pilot says how many samples are kept.
    mutating func tempered(
        _ method: MethodChoice, _ quantiles: [Double], _ samples: Int?, draws: Int
    ) -> Numbers? {
        let before = map.diagnostics.count
        let name = method.name
        oneUtility(name)
        if map.has("precision") {
            map.note("precision", "\(name) has no precision to choose: give `samples`")
        }
        let number = UInt64(samples ?? 1_000_000)
        var chosen = method
        switch method {
        case .tilt(var settings):
            if quantiles.count > 1 {
                map.note("quantiles", "tilt keeps one quantile: make a job of each")
            }
            settings.quantile = quantiles.first
            chosen = .tilt(settings)
            if let quantile = quantiles.first,
                UInt64(draws) > KeptCount.of(quantile: quantile, samples: number)
            {
                map.note(
                    map.has("draws") ? "draws" : nil,
                    "\(draws) draws are more than \(number) samples keep: give more `samples`")
            }
        case .minimax(let settings):
            if !quantiles.isEmpty {
                map.note(
                    map.has("quantiles") ? "quantiles" : "quantile",
                    "minimax finds the quantile: write `quantile: auto` or leave it out")
            }
            if case .cost(let cost, _) = settings.shortfall, !costNames.contains(cost) {
                map.note(
                    "method",
                    "no cost `\(cost)` to measure ε by: \(NearestName.hint(cost, among: costNames))"
                )
            }
        default: break
        }
        guard map.diagnostics.count == before else { return nil }
        return Numbers(
            samples: number, quantiles: quantiles.isEmpty ? [1] : quantiles, method: chosen,
            precision: nil, asked: ("samples", .integer(number)))
    }

    /// The names of the job's costs.
    private var costNames: [String] {
        if let node = map["costs"] ?? map["cost"], case .mapping(let entries) = node.content {
            return entries.map(\.key)
        }
        return map.has("cost") || map.has("costs") ? ["cost"] : []
    }
}

extension TiltSettings {
    /// The settings as a job file has them.
    var normalised: JSON {
        let first: (String, JSON) =
            switch strength {
            case .beta(let beta): ("beta", .number(beta))
            case .divergence(let nats): ("divergence", .number(nats))
            }
        return .object([first, ("pilot", .integer(UInt64(pilot))), ("cap", .number(cap))])
    }
}

extension MinimaxSettings {
    /// The settings as a job file has them.
    var normalised: JSON {
        let epsilon: JSON
        switch shortfall {
        case .given(let value): epsilon = .number(value)
        case .cost(let name, let bound): epsilon = Self.source("cost", name, bound)
        case .pairs(let file, let bound, _): epsilon = Self.source("pairs", file, bound)
        }
        return .object([
            ("epsilon", epsilon), ("order", .integer(UInt64(order))),
            ("pilot", .integer(UInt64(pilot))), ("cap", .number(cap)),
        ])
    }

    private static func source(_ key: String, _ name: String, _ bound: Double?) -> JSON {
        .object([(key, .string(name))] + (bound.map { [("bound", .number($0))] } ?? []))
    }
}
