// SPDX-License-Identifier: Apache-2.0

/// `method: tilt` and its settings.
struct AskedTilt: AskedMethod {
    private static let beta = JobParameter(
        "beta", .number(.positive), default: .nothing("`divergence`"), unit: "utility",
        "β of the weight exp(U/β).", also: ["temperature"])
    private static let divergence = JobParameter(
        "divergence", .number(.positive), default: .nothing("`beta`"), unit: "nats",
        "How far the law goes from the base; a pilot finds β.", also: ["kl"])

    static let declaration = SettingsDeclaration(
        .method, "tilt", "Draws by the weight exp(U/β), capped.",
        ParameterGroup(
            [beta, divergence] + Pilot.parameters,
            choices: [.init(keys: [beta.key, divergence.key], isOptional: false)]),
        example: "{ beta: 0.5 }", page: "methods/tilt.md")

    static let nature = MethodNature(kept: .weighted, measuresEverySample: true)

    var settings: TiltSettings

    static func read(_ map: inout JobMapping, _ surroundings: MethodSurroundings) -> AskedTilt {
        let (pilot, cap) = Pilot.read(&map)
        var strength = TiltSettings.Strength.beta(1)
        if let beta = map.number(beta) {
            strength = .beta(beta)
        } else if let nats = map.number(divergence) {
            // A pilot of n knows no divergence above ln n, and little near it.
            let most = Elementary.log(Double(pilot) / 32)
            if nats > most {
                map.note(
                    divergence.key,
                    "a pilot of \(pilot) samples shows divergences up to \(Number.text(most)) nats: "
                        + "give a larger `pilot`")
            }
            strength = .divergence(nats)
        }
        return AskedTilt(settings: TiltSettings(strength: strength, pilot: pilot, cap: cap))
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
    private static let cost = JobParameter(
        "cost", .text, default: .nothing("`pairs`"),
        "The name of a cost of the job that is the true utility.")
    private static let pairs = JobParameter(
        "pairs", .table, default: .nothing("`cost`"),
        "A file with columns `proxy` and `true`, or with two columns.")
    private static let bound = JobParameter(
        "bound", .number(.positive), default: .nothing("none is known"), unit: "utility",
        "No difference between the two is larger.")
    private static let measured = ParameterGroup(
        [cost, pairs, bound], choices: [.init(keys: [cost.key, pairs.key], isOptional: false)])
    private static let epsilon = JobParameter(
        "epsilon", .either([.number(.positive), .group(measured)]), unit: "utility",
        "How far the utility may overstate the true one, in the norm of `order`; or what it is measured by."
    )
    private static let order = JobParameter(
        "order", .whole(1...Int(Tempering.kinds) - 1), default: .whole(1),
        "s of the L^s norm; 1 is the quantilizer.")

    static let declaration = SettingsDeclaration(
        .method, "minimax",
        "Finds the quantile from how far the utility may overstate the true one.",
        ParameterGroup([epsilon, order] + Pilot.parameters), example: "{ epsilon: 0.1 }",
        page: "methods/minimax.md")

    static let nature = MethodNature(kept: .weighted, measuresEverySample: true)

    var settings: MinimaxSettings

    static func read(_ map: inout JobMapping, _ surroundings: MethodSurroundings) -> AskedMinimax {
        let order = map.whole(order) ?? 1
        let (pilot, cap) = Pilot.read(&map)
        var shortfall = MinimaxSettings.Shortfall.given(1)
        switch map.value(of: epsilon) {
        case .number(let value): shortfall = .given(value)
        case .node(let node):
            let path = map.path(of: epsilon.key)
            shortfall =
                map.collect { () throws(JobError) in
                    try Self.shortfall(node, path, order: order, surroundings)
                } ?? shortfall
        default: break
        }
        return AskedMinimax(
            settings: MinimaxSettings(shortfall: shortfall, order: order, pilot: pilot, cap: cap))
    }

    private static func shortfall(
        _ node: JobNode, _ path: String, order: Int, _ surroundings: MethodSurroundings
    ) throws(JobError) -> MinimaxSettings.Shortfall {
        var map = measured.open(node, path: path)
        let (bound, cost, file) = (map.number(bound), map.text(cost), map.text(pairs))
        var epsilon = 0.0
        if let file {
            let table = surroundings.tables[file]
            if let found = table.flatMap({ columns($0) }) {
                do throws(ShortfallFailure) {
                    epsilon = try MeanBound.shortfall(
                        proxy: found.proxy, truth: found.truth, order: order, limit: bound,
                        confidence: MinimaxSettings.measuring(surroundings.confidence))
                } catch {
                    map.note(pairs.key, "\(file): \(error.message)")
                }
            } else {
                map.note(
                    pairs.key,
                    table == nil
                        ? "\(file): this file was not read"
                        : "\(file): expected two columns, or columns `proxy` and `true`")
            }
        }
        try map.finish()
        if let cost { return .cost(name: cost, bound: bound) }
        return .pairs(file: file ?? "", bound: bound, epsilon: epsilon)
    }

    private static func columns(
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
    private static let pilot = JobParameter(
        "pilot", .whole(256...Limits.tiltPilot), default: .whole(65_536),
        "Samples that find the level, or β.")
    private static let cap = JobParameter(
        "cap", .number(JobRange(0, 0.5, includesLower: false)), default: .number(0.01),
        "The share of the weight lost at the top: of a tilt without `quantile`, of minimax above order 1."
    )

    static let parameters = [pilot, cap]

    static func read(_ map: inout JobMapping) -> (pilot: Int, cap: Double) {
        (map.whole(pilot) ?? 65_536, map.number(cap) ?? 0.01)
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
