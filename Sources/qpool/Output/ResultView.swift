// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A result document as the tables read it: the fields of `docs/results.md` that people look at.
struct ResultView: Decodable {
    struct Threshold: Decodable {
        var value: Figure?
        var interval: [Figure]?
        var confidence: Figure?
        var tail_mass: Figure?
        var tail_mass_interval: [Figure]?
    }
    struct Utility: Decodable {
        var mean: Figure?
        var sd: Figure?
        var top_mean: Figure?
        var top_mean_interval: [Figure]?
        var max: Figure?
    }
    struct Cost: Decodable {
        var base: Figure?
        var top: Figure?
        var bound: Figure?
        /// `limit`, or `estimate` where nothing limits the cost.
        var bound_kind: String?
    }
    struct Certificate: Decodable {
        var amplification: Figure?
        var kind: String
        var bits: Figure?
        var statement: String
    }
    struct Draw: Decodable {
        var index: UInt64
        var utility: Figure
        var value: [Figure]
        var fallback: Bool
        /// Of a base whose samples are texts.
        var text: String?
        /// Why such a sample failed.
        var failure: String?
    }
    struct Warning: Decodable {
        var code: String
        var message: String
    }
    /// The probability of an event.
    struct Estimate: Decodable {
        var p: Figure
        var log_p: Figure
        var interval: [Figure]
        var confidence: Figure
        var cv: Figure
        var effective_samples: Figure
        var naive_floor: Figure
        var method: String
    }
    /// One utility with one quantile.
    struct Selection: Decodable {
        var utility_name: String?
        var quantile: Figure?
        var kept: UInt64
        var invalid: UInt64?
        var tie_mass: Figure?
        var threshold: Threshold?
        var utility: Utility?
        var costs: OrderedPairs<Cost>?
        var certificate: Certificate
        var draws: [Draw]
    }

    /// What drawing texts took.
    struct Usage: Decodable {
        var redrawn: UInt64
        var failed: UInt64
        var prompt_tokens: UInt64
        var completion_tokens: UInt64
        var judge_tokens: UInt64
        var spend: Figure?
    }

    private struct Timings: Decodable { var requests: UInt64? }

    var version: Int
    var id: String?
    var state: String
    var digest: String?
    var issued: UInt64
    var evaluations: UInt64?
    /// nil of an estimate and of analyses.
    var primary: Selection?
    var estimate: Estimate?
    var further: [Selection]
    var warnings: [Warning]
    var names: [String]
    var usage: Usage?
    /// Requests that were sent for texts.
    var requests: UInt64

    private enum Keys: String, CodingKey {
        case version, id, state, digest, issued, evaluations, further, warnings, components,
            estimate, usage, certificate, timings
    }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: Keys.self)
        version = try fields.decode(Int.self, forKey: .version)
        id = try fields.decodeIfPresent(String.self, forKey: .id)
        state = try fields.decode(String.self, forKey: .state)
        digest = try fields.decodeIfPresent(String.self, forKey: .digest)
        issued = try fields.decode(UInt64.self, forKey: .issued)
        evaluations = try fields.decodeIfPresent(UInt64.self, forKey: .evaluations)
        estimate = try fields.decodeIfPresent(Estimate.self, forKey: .estimate)
        primary =
            fields.contains(.certificate) ? try Selection(from: decoder) : nil
        further = try fields.decodeIfPresent([Selection].self, forKey: .further) ?? []
        warnings = try fields.decodeIfPresent([Warning].self, forKey: .warnings) ?? []
        usage = try fields.decodeIfPresent(Usage.self, forKey: .usage)
        let timings = try fields.decodeIfPresent(Timings.self, forKey: .timings)
        requests = timings?.requests ?? 0
        names = try fields.decodeIfPresent([String].self, forKey: .components) ?? []
    }

    /// Reads a result document.
    init(json: String) throws {
        self = try JSONDecoder().decode(ResultView.self, from: Data(json.utf8))
    }

    var selections: [Selection] { (primary.map { [$0] } ?? []) + further }
}

/// A number of a result document; what is not finite stands there as a word.
struct Figure: Decodable {
    var value: Double

    init(from decoder: any Decoder) throws {
        let single = try decoder.singleValueContainer()
        if let number = try? single.decode(Double.self) {
            value = number
        } else {
            value = Double(try single.decode(String.self)) ?? .nan
        }
    }

    var text: String { Figures.short(value) }
}

/// The members of a JSON object, by name.
struct OrderedPairs<Value: Decodable>: Decodable {
    var pairs: [(name: String, value: Value)]

    private struct Name: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: Name.self)
        pairs = try fields.allKeys.sorted { $0.stringValue < $1.stringValue }
            .map { ($0.stringValue, try fields.decode(Value.self, forKey: $0)) }
    }
}
