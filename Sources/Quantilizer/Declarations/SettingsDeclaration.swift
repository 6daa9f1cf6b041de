// SPDX-License-Identifier: Apache-2.0

/// What a job file may say under the name of a method, of an analysis or of another part of a job: declared once,
/// beside what reads it.
///
///     static let cut = JobParameter("cut", .number(.openUnit), "The upper quantile, below `quantile`.")
///     static let declaration = SettingsDeclaration(
///         .method, "band", "Draws between two quantiles.", ParameterGroup([cut]),
///         example: "{ cut: 0.01 }", page: "methods/band.md")
public struct SettingsDeclaration: Sendable {
    /// What it is a part of.
    public enum Kind: String, Sendable {
        /// It stands under `method`.
        case method
        /// It is a key of the job.
        case analysis
        /// It stands where a function may.
        case function
    }

    /// What it is a part of.
    public let kind: Kind
    /// The name in a job file, and in the normalised job.
    public let name: String
    /// Other names that the field uses; a job file may have them in the name's place.
    public let otherNames: [String]
    /// A sentence.
    public let sentence: String
    /// Whether a method estimates the probability of an event, or gives draws.
    public let estimating: Estimating
    /// The settings.
    public let group: ParameterGroup
    /// What stands behind the name in an example, as YAML on one line; empty where the name alone will do. Of a
    /// function the whole.
    public let example: String
    /// The page that tells more, below `docs`.
    public let page: String

    /// A part of a job.
    init(
        _ kind: Kind, _ name: String, _ sentence: String, also otherNames: [String] = [],
        of estimating: Estimating = .never, _ group: ParameterGroup = ParameterGroup(),
        example: String = "", page: String
    ) {
        self.kind = kind
        self.name = name
        self.sentence = sentence
        self.otherNames = otherNames
        self.estimating = estimating
        self.group = group
        self.example = example
        self.page = page
    }

    /// The name and its other names.
    public var allNames: [String] { [name] + otherNames }

    /// Where it stands among the schema's definitions.
    var place: String { "\(kind.rawValue).\(name)" }

    /// An example as a job file has it: `method: { band: { cut: 0.01 } }`.
    public var wholeExample: String {
        switch kind {
        case .method: example.isEmpty ? "method: \(name)" : "method: { \(name): \(example) }"
        case .analysis: "\(name): \(example)"
        case .function: "utility: \(example)"
        }
    }

    /// What may stand behind the name, as JSON Schema.
    var schema: JSON {
        .object([("description", .string(sentence))] + group.schema(at: place))
    }

    /// The page of `qpool help method NAME` and its like.
    public var help: String {
        var lines = ["\(name): \(sentence)", ""]
        if kind == .method { lines += [estimating.words, ""] }
        if !otherNames.isEmpty {
            lines += ["Other names: \(otherNames.joined(separator: ", "))", ""]
        }
        lines += group.helpLines("Settings:")
        lines += ["Example:", "  \(wholeExample)", "", "More: docs/\(page)"]
        return lines.joined(separator: "\n")
    }

    /// Its section of a page of the reference.
    var section: String {
        var lines = ["## \(name)", "", sentence]
        if kind == .method { lines[2] += " " + estimating.words }
        if !otherNames.isEmpty {
            lines += ["", "Also: " + otherNames.map { "`\($0)`" }.joined(separator: ", ") + "."]
        }
        lines += group.tableLines()
        lines += ["", "    \(wholeExample)", "", "[More](../\(page))."]
        return lines.joined(separator: "\n")
    }
}

/// Whether a method estimates the probability of an event, or gives draws.
public enum Estimating: Sendable {
    /// It gives draws alone.
    case never
    /// It estimates alone.
    case always
    /// It does both.
    case too
    /// It does both, and an estimate needs a function that leads towards the event.
    case withLevel

    /// A sentence.
    var words: String {
        switch self {
        case .never: "It gives draws."
        case .always: "It estimates the probability of an `event`."
        case .too: "It gives draws, or estimates the probability of an `event`."
        case .withLevel:
            "It gives draws, or estimates the probability of an `event` that a `utility` leads to."
        }
    }
}
