// SPDX-License-Identifier: Apache-2.0

/// `method: tilt` and its settings.
struct AskedTilt: AskedMethod {
    static let name = "tilt"

    var settings: TiltSettings

    static func read(
        _ node: JobNode, _ surroundings: MethodSurroundings
    ) throws(JobError) -> AskedTilt {
        var map = JobMapping(
            node, path: "method.tilt", keys: ["beta", "divergence", "pilot", "cap"])
        map.exactlyOne(of: ["beta", "divergence"])
        let (pilot, cap) = Pilot.read(&map)
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
        return AskedTilt(
            settings: TiltSettings(strength: strength, pilot: pilot, cap: cap))
    }

    func numbers(_ keys: inout MethodKeys) -> MethodNumbers? {
        keys.tempered(name) { keys, number in
            if keys.quantiles.count > 1 {
                keys.map.note("quantiles", "tilt keeps one quantile: make a job of each")
            }
            var settings = settings
            settings.quantile = keys.quantiles.first
            if let quantile = keys.quantiles.first,
                UInt64(keys.draws) > KeptCount.of(quantile: quantile, samples: number)
            {
                keys.map.note(
                    keys.map.has("draws") ? "draws" : nil,
                    "\(keys.draws) draws are more than \(number) samples keep: give more `samples`")
            }
            return .tilt(settings)
        }
    }
}

/// `method: minimax` and its settings.
struct AskedMinimax: AskedMethod {
    static let name = "minimax"

    var settings: MinimaxSettings

    static func read(
        _ node: JobNode, _ surroundings: MethodSurroundings
    ) throws(JobError) -> AskedMinimax {
        var map = JobMapping(
            node, path: "method.minimax", keys: ["epsilon", "order", "pilot", "cap"])
        let order = map.integer("order", in: 1...Int(Tempering.kinds) - 1, default: 1)
        let (pilot, cap) = Pilot.read(&map)
        let shortfall = map.read("epsilon") {
            (node, path) throws(JobError) -> MinimaxSettings.Shortfall in
            guard case .mapping = node.content else {
                return .given(try node.double(path: path, in: .positive))
            }
            return try Self.shortfall(
                node, path, order: order ?? 1, confidence: surroundings.confidence,
                surroundings.tables)
        }
        try map.finish()
        return AskedMinimax(
            settings: MinimaxSettings(
                shortfall: shortfall ?? .given(1), order: order ?? 1, pilot: pilot, cap: cap))
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

    func numbers(_ keys: inout MethodKeys) -> MethodNumbers? {
        keys.tempered(name) { keys, _ in
            if !keys.quantiles.isEmpty {
                keys.map.note(
                    keys.quantileKey,
                    "minimax finds the quantile: write `quantile: auto` or leave it out")
            }
            let names = keys.costNames
            if case .cost(let cost, _) = settings.shortfall, !names.contains(cost) {
                keys.map.note(
                    "method",
                    "no cost `\(cost)` to measure ε by: \(NearestName.hint(cost, among: names))")
            }
            return .minimax(settings)
        }
    }
}

/// The pilot of both.
private enum Pilot {
    private static let sizes = 256...Limits.tiltPilot

    static func read(_ map: inout JobMapping) -> (pilot: Int, cap: Double) {
        let pilot = map.integer("pilot", in: sizes, default: 65_536)
        let cap = map.double("cap", in: JobRange(0, 0.5, includesLower: false), default: 0.01)
        return (pilot ?? 65_536, cap ?? 0.01)
    }
}

extension MethodKeys {
    /// The numbers of a job whose pilot says how many samples are kept.
    fileprivate mutating func tempered(
        _ name: String, _ choose: (inout MethodKeys, UInt64) -> MethodChoice
    ) -> MethodNumbers? {
        let before = map.diagnostics.count
        oneUtility(name)
        if map.has("precision") {
            map.note("precision", "\(name) has no precision to choose: give `samples`")
        }
        let number = UInt64(samples ?? 1_000_000)
        let method = choose(&self, number)
        guard map.diagnostics.count == before else { return nil }
        return MethodNumbers(
            samples: number, quantiles: quantiles.isEmpty ? [1] : quantiles, method: method,
            precision: nil, asked: ("samples", .integer(number)))
    }

    /// The names of the job's costs.
    fileprivate var costNames: [String] {
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
