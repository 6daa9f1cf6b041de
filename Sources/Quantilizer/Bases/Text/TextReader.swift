// SPDX-License-Identifier: Apache-2.0

/// Reads a `text` base from a job file.
extension TextBase {
    static func read(_ r: BaseRequest) throws(JobError) -> any BaseDistribution {
        guard r.depth == 0 else {
            throw JobError(
                at: r.node.position, path: r.path,
                "texts are drawn once and kept, so they stand alone as a job's base, not inside "
                    + "another")
        }
        var reader = TextReader(r)
        let source = try reader.read()
        let extensions = r.resources.extensions
        guard extensions.evaluates, extensions.drawsTexts else {
            return TextBase(source, drawer: nil)
        }
        guard let provider = extensions.texts else {
            throw JobError(
                at: r.node.position, path: r.path,
                "texts are not drawn here: start `qpool worker` with --allow-endpoint URL")
        }
        do throws(FunctionRefusal) {
            return TextBase(
                source, drawer: try provider.drawer(source, functions: extensions.provider))
        } catch {
            throw JobError(at: r.node.position, path: r.path, error.message)
        }
    }
}

/// Reads the keys of a `text` base one by one.
struct TextReader {
    /// The ways to measure a text that a feature may name.
    static let kinds = ["matches", "found", "judge", "reward", "process"]
    private static let features = 64
    private static let contexts = 64
    private static let promptBytes = 1 << 20

    private var map: JobMapping
    private let resources: JobResources

    init(_ r: BaseRequest) {
        map = JobMapping(r.node, path: r.path, parameters: TextBase.declaration.parameters)
        resources = r.resources
    }

    mutating func read() throws(JobError) -> TextSource {
        let endpoints = map.read("endpoint") { (node, path) throws(JobError) in
            try Self.urls(node, path)
        }
        let interface = map.choice(
            TextBase.declaration.parameter("api"), as: TextSource.Interface.self)
        let model = map.string("model", default: "") ?? ""
        let prompt = template("prompt", default: nil)
        let system = template("system", default: "")
        if interface == .completions, map.has("system") {
            map.note("system", "only `api: chat` takes a system message")
        }
        let contexts =
            map.read("contexts", default: []) { (node, path) throws(JobError) in
                try Self.contexts(node, path)
            } ?? []
        let places = prompt.contains("{context}") || system.contains("{context}")
        if map.has("contexts"), !places {
            map.note("contexts", "no `{context}` stands in the prompt, so contexts change nothing")
        } else if places, !map.has("contexts") {
            map.note("prompt", "`{context}` stands there, and there are no `contexts`")
        }
        // `null` is "not sent", which is something else than not given.
        let unsent = TextSource.Unsent.allCases.filter { map.isNull($0.rawValue) }
        let most = unsent.contains(.maximumTokens) ? RecordLimits.tokens : 64
        let tokens = map.has("max_tokens") ? whole("max_tokens") : most
        let temperature = number("temperature")
        let topP = number("top_p")
        let stop =
            map.read("stop", default: []) { (node, path) throws(JobError) in
                try Self.strings(node, path, limit: 16)
            } ?? []
        let parameters =
            map.read("parameters", default: []) { (node, path) throws(JobError) in
                try Self.parameters(node, path)
            } ?? []
        let logprobs = flag("logprobs")
        let seed = flag("seed")
        let manners = manners()
        let features = readFeatures(endpoints ?? [], model)
        let price = readPrice()
        try map.finish()
        return TextSource(
            endpoints: endpoints ?? [], interface: interface ?? .completions, model: model,
            prompt: prompt, system: system, contexts: contexts, maximumTokens: tokens ?? most,
            temperature: temperature ?? 1, topP: topP ?? 1, unsent: Set(unsent), stop: stop,
            parameters: parameters,
            asksProbabilities: logprobs ?? true, sendsSeeds: seed ?? true, features: features,
            price: price, manners: manners)
    }

    private mutating func template(_ key: String, default fallback: String?) -> String {
        let text = map.string(key, default: fallback) ?? ""
        if text.utf8.count > Self.promptBytes {
            map.note(key, "at most \(Self.promptBytes) bytes")
        }
        return text
    }

    // MARK: Declared parameters

    private mutating func number(_ key: String) -> Double? {
        map.number(TextBase.declaration.parameter(key))
    }

    private mutating func whole(_ key: String) -> Int? {
        map.whole(TextBase.declaration.parameter(key))
    }

    private mutating func flag(_ key: String) -> Bool? {
        map.flag(TextBase.declaration.parameter(key))
    }

    private mutating func manners() -> EndpointManners {
        var manners = EndpointManners()
        manners.timeoutSeconds = number("timeout") ?? 60
        manners.attempts = whole("attempts") ?? 5
        manners.patienceSeconds = number("patience") ?? 300
        manners.concurrency = whole("concurrency") ?? 8
        manners.rate = number("rate")
        return manners
    }

    private mutating func readPrice() -> TextSource.Price? {
        guard map.has("price") else { return nil }
        return map.read("price") { (node, path) throws(JobError) in
            var map = JobMapping(node, path: path, keys: ["prompt", "completion", "judge"])
            var price = TextSource.Price()
            price.prompt = map.double("prompt", in: .nonNegative, default: 0) ?? 0
            price.completion = map.double("completion", in: .nonNegative, default: 0) ?? 0
            price.judge = map.double("judge", in: .nonNegative, default: 0) ?? 0
            try map.finish()
            return price
        }
    }

    // MARK: Features

    private mutating func readFeatures(_ endpoints: [String], _ model: String) -> [TextFeature] {
        guard let node = map["features"] else { return [] }
        let place = map.path(of: "features")
        guard case .mapping(let entries) = node.content, entries.count <= Self.features else {
            map.note("features", "expected names with features, at most \(Self.features)")
            return []
        }
        var result: [TextFeature] = []
        for entry in entries {
            let resources = resources
            let taken = result.map(\.name)
            let made = map.collect { () throws(JobError) -> TextFeature in
                guard FormulaNames.isName(entry.key), !TextBase.usual.contains(entry.key),
                    !taken.contains(entry.key)
                else {
                    throw JobError(
                        at: entry.keyPosition, path: place,
                        "expected a name of its own, a letter or _ and then letters, digits or _, "
                            + "found `\(entry.key)`")
                }
                return TextFeature(
                    name: entry.key,
                    kind: try Self.kind(
                        entry.value, "\(place).\(entry.key)", endpoints, model, resources))
            }
            if let made { result.append(made) }
        }
        return result
    }

    private static func kind(
        _ node: JobNode, _ path: String, _ endpoints: [String], _ model: String,
        _ resources: JobResources
    ) throws(JobError) -> TextFeature.Kind {
        guard case .mapping(let entries) = node.content, entries.count == 1 else {
            throw node.expected("a feature such as `{ matches: \"[Pp]eace\" }`", path: path)
        }
        let place = "\(path).\(entries[0].key)"
        let value = entries[0].value
        switch entries[0].key {
        case "matches": return .matches(try pattern(value, place))
        case "found": return .found(try pattern(value, place))
        case "judge": return .judge(try judge(value, place, endpoints, model))
        case "reward":
            var map = JobMapping(value, path: place, keys: ["url", "batch"])
            let address = map.read("url") { (node, path) throws(JobError) -> String in
                try url(node, path)
            }
            let batch = map.integer("batch", in: 1...256, default: 32)
            try map.finish()
            return .reward(RewardSource(url: address ?? "", batch: batch ?? 32))
        case "process":
            return .process(try ExternalReader.process(value, place, resources))
        default:
            throw JobError(
                at: entries[0].keyPosition, path: path,
                "unknown feature `\(entries[0].key)`: "
                    + NearestName.hint(entries[0].key, among: kinds))
        }
    }

    private static func judge(
        _ node: JobNode, _ path: String, _ endpoints: [String], _ model: String
    ) throws(JobError) -> JudgeSource {
        var map = JobMapping(
            node, path: path, keys: ["endpoint", "model", "prompt", "continuation"])
        let own = map.has("endpoint")
        let given = map.read("endpoint", default: endpoints) {
            (node, path) throws(JobError) -> [String] in try urls(node, path)
        }
        let name = map.string("model", default: own ? "" : model) ?? ""
        let prompt = map.string("prompt") ?? ""
        let continuation = map.string("continuation") ?? ""
        if map.has("prompt"), !prompt.contains("{text}") {
            map.note("prompt", "no `{text}` stands in it, so every text is judged alike")
        }
        if map.has("continuation"), continuation.isEmpty {
            map.note("continuation", "expected a text, as \" yes\"")
        }
        try map.finish()
        return JudgeSource(
            endpoints: given ?? [], model: name, prompt: prompt, continuation: continuation)
    }

    private static func pattern(_ node: JobNode, _ path: String) throws(JobError) -> Pattern {
        let text = try node.string(path: path)
        do throws(PatternError) {
            return try Pattern(text)
        } catch {
            throw JobError(at: node.position, path: path, error.message)
        }
    }

    // MARK: Parts

    private static func strings(
        _ node: JobNode, _ path: String, limit: Int
    ) throws(JobError) -> [String] {
        guard case .sequence = node.content else { return [try node.string(path: path)] }
        var result: [String] = []
        for (i, item) in try node.list(path: path, limit: limit).enumerated() {
            result.append(try item.string(path: "\(path)[\(i)]"))
        }
        return result
    }

    private static func urls(_ node: JobNode, _ path: String) throws(JobError) -> [String] {
        guard case .sequence = node.content else { return [try url(node, path)] }
        var result: [String] = []
        for (i, item) in try node.list(path: path, limit: 64).enumerated() {
            result.append(try url(item, "\(path)[\(i)]"))
        }
        guard !result.isEmpty, Set(result).count == result.count else {
            throw node.expected("one or more endpoints, each once", path: path)
        }
        return result
    }

    private static func url(_ node: JobNode, _ path: String) throws(JobError) -> String {
        let text = try node.string(path: path)
        guard let url = PluginPolicy.plainURL(text) else {
            throw node.expected(
                "a URL such as http://127.0.0.1:8000/v1, without a user, a password, a query or "
                    + "`..`: keys are given to workers, never to a job", path: path)
        }
        return url
    }

    private static func contexts(
        _ node: JobNode, _ path: String
    ) throws(JobError) -> [TextSource.Context] {
        var result: [TextSource.Context] = []
        if case .mapping(let entries) = node.content {
            for entry in entries.prefix(contexts + 1) {
                result.append(
                    .init(
                        name: entry.key,
                        text: try entry.value.string(path: "\(path).\(entry.key)")))
            }
        } else {
            result = try strings(node, path, limit: contexts).map { .init(name: $0, text: $0) }
        }
        guard (1...contexts).contains(result.count),
            Set(result.map(\.name)).count == result.count
        else { throw node.expected("1 to \(contexts) contexts, each once", path: path) }
        return result
    }

    private static func parameters(
        _ node: JobNode, _ path: String
    ) throws(JobError) -> [TextSource.Parameter] {
        guard case .mapping(let entries) = node.content, entries.count <= 64 else {
            throw node.expected("a mapping of parameters, as { top_k: 0 }", path: path)
        }
        let own = [
            "model", "prompt", "messages", "max_tokens", "temperature", "top_p", "stop", "seed",
            "logprobs", "top_logprobs", "stream", "n", "echo",
        ]
        var result: [TextSource.Parameter] = []
        for entry in entries {
            guard !own.contains(entry.key) else {
                throw JobError(
                    at: entry.keyPosition, path: path,
                    "`\(entry.key)` is set by the job's own keys")
            }
            result.append(.init(name: entry.key, json: JSON(entry.value).text()))
        }
        return result.sorted { $0.name < $1.name }
    }
}
