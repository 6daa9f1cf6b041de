// SPDX-License-Identifier: Apache-2.0
internal import Quantilizer

/// What a result is about: the job in words.
struct Subject {
    private let parsed: ParsedResult

    init(_ parsed: ParsedResult) { self.parsed = parsed }

    private var job: JSON { parsed.job }

    /// The job's name; of a job without one, what it is.
    var name: String {
        if case .string(let name)? = job["name"], !name.isEmpty { return name }
        return "A job without a name"
    }

    /// The method by its name in the job, or the analysis; where `auto` chose one, that.
    var method: String {
        if let chosen = parsed.reasons.first(where: { $0.name == "method" }) { return chosen.text }
        return switch job["method"] {
        case .string(let name): name
        case .object(let members): members.first?.0 ?? "exact"
        default: parsed.method ?? "exact"
        }
    }

    /// What that method does.
    var nature: MethodNature { JobLanguage.nature(ofMethod: method) }

    /// What kind of result it is.
    var kind: String {
        if parsed.result.estimate != nil { return "estimate by \(method)" }
        if let table = parsed.result.table, table.name != "audit" { return table.name }
        return parsed.result.table == nil ? method : "\(method), with an audit"
    }

    /// The base by its kind, with its settings where they are short.
    var base: String {
        guard let base = job["base"] else { return "?" }
        let whole = Self.phrase(base)
        guard whole.utf8.count > 240, case .object(let members) = base, let kind = members.first?.0
        else { return whole }
        return kind
    }

    /// Settings as people write them: `product (value: normal, heavy: student-t (df: 3))`.
    private static func phrase(_ json: JSON) -> String {
        switch json {
        case .string(let text): return text
        case .object(let members): return members.map(member).joined(separator: ", ")
        case .array(let items):
            let words = items.map { item in
                if case .object = item { "(" + phrase(item) + ")" } else { phrase(item) }
            }
            return "[" + words.joined(separator: ", ") + "]"
        default: return json.text()
        }
    }

    private static func member(_ name: String, _ value: JSON) -> String {
        switch value {
        case .null: return name
        case .array: return name + " " + phrase(value)
        case .object(let members):
            if members.isEmpty { return name }
            if members.count == 1, case .object = members[0].1 {
                return name + ": " + phrase(value)
            }
            return name + " (" + phrase(value) + ")"
        default: return name + ": " + phrase(value)
        }
    }

    /// The formula or the source of a utility.
    func formula(_ utility: String) -> String? {
        guard let value = job["utilities"]?[utility] else { return nil }
        if case .string(let formula) = value { return formula }
        let words = value.text()
        return words.utf8.count > 200 ? nil : words
    }

    /// The question, in a sentence; what stands between backticks is the job's own.
    var question: String {
        let result = parsed.result
        if result.estimate != nil {
            return "How likely is `\(text(job["event"]))` where samples come from `\(base)`?"
        }
        if let table = result.table {
            switch table.name {
            case "sweep":
                return
                    "What does every quantile of `\(base)` give, ordered by `\(utilities)`: how much utility, at what cost?"
            case "attack":
                return
                    "Which shift of `\(base)`, within \(text(job["attack"]?["kl"])) nats, makes `\(text(job["event"]))` most likely?"
            case "search":
                return
                    "Which parameters of a reward let its quantilizer do well by `\(text(job["search"]?["criterion"]))`, which it never sees?"
            case "audit":
                return
                    "What do samples of `\(base)` say about the harm of a draw from the top by `\(utilities)`?"
            default: break
            }
        }
        let first = result.selections.first
        let draws = first?.draws.count ?? 0
        let what = draws == 1 ? "A draw" : "\(Figures.grouped(UInt64(draws))) draws"
        let from: String
        switch nature.kept {
        case .winners:
            let group = first.map { Figures.typeset($0.certificate.amplification) } ?? "several"
            return
                "\(what), each the best of \(group) samples of `\(base)` by `\(utilities)`: which, and at what risk?"
        case .weighted:
            return
                "\(what) from `\(base)`, the likelier the more there is of `\(utilities)`: which, and at what risk?"
        case .capped:
            return
                "\(what) from `\(base)` by `\(utilities)`, with little impact: which, and at what risk?"
        case .none, .best, .reached, .part:
            from = first?.quantile.map { "the top \(Figures.typeset($0)) of" } ?? "what is best in"
        }
        return "\(what) from \(from) `\(base)`, ordered by `\(utilities)`: which, and at what risk?"
    }

    /// How a sample of the result is made again.
    enum Again {
        /// From its receipt.
        case receipt
        /// With the whole job.
        case job
        /// Not at all: it was drawn once.
        case never
    }

    /// How a draw is made again.
    var again: Again {
        if parsed.result.usage != nil { return .never }
        if case .bool(false)? = job["base"]?["process"]?["replayable"] { return .never }
        return nature.drawsHaveReceipts ? .receipt : .job
    }

    private var utilities: String {
        let names = parsed.result.selections.map(\.utilityName)
        if names.count == 1, let formula = formula(names[0]) { return formula }
        guard case .object(let members)? = job["utilities"] else { return "its utility" }
        if members.count == 1 { return formula(members[0].0) ?? members[0].0 }
        return members.map(\.0).joined(separator: "`, `")
    }

    private func text(_ json: JSON?) -> String {
        if case .string(let text)? = json { return text }
        return json?.text() ?? "the event"
    }
}
