// SPDX-License-Identifier: Apache-2.0

/// A parameter of the job language, declared once: its key, what it may be, what it is where it is not
/// given, and a sentence about it.
///
/// The reader and its errors (``JobMapping``), the JSON Schema, `qpool help` and the pages under
/// `docs/reference` all come from here, so that none of them can say anything else.
///
///     JobParameter("shape", .number(GammaBase.shapes), "The shape.", also: ["k", "alpha"])
public struct JobParameter: Sendable {
    /// What a parameter may be.
    public indirect enum Kind: Sendable {
        /// A number.
        case number(JobRange)
        /// A whole number.
        case whole(ClosedRange<Int>)
        /// A whole number that is a power of two.
        case powerOfTwo(ClosedRange<Int>)
        /// A list of whole numbers, not empty.
        case wholes(ClosedRange<Int>, most: Int)
        /// A number for all components, or a list with one for each.
        case numberOrList(JobRange, most: Int)
        /// A list of numbers, not empty.
        case numbers(JobRange, most: Int)
        /// A square matrix, row by row.
        case matrix(JobRange, most: Int)
        /// A number for all pairs, or a square matrix.
        case numberOrMatrix(JobRange, most: Int)
        /// A number, or one word in its place.
        case numberOr(String, JobRange)
        /// Text.
        case text
        /// A list of texts.
        case texts(most: Int)
        /// One of several words.
        case choice([String])
        /// `true` or `false`.
        case flag
        /// The path of a data file, whose numbers travel with the job.
        case table
        /// A base.
        case base
        /// Names with bases.
        case bases
        /// A formula.
        case formula
        /// A formula, a plugin or an ensemble of such.
        case function
        /// That, or names with such.
        case functions
        /// Settings of its own.
        case group(ParameterGroup)
        /// A list of such.
        case groups(ParameterGroup, most: Int)
        /// One of several things.
        case either([Kind])
        /// What is declared elsewhere: in words, and its place among the schema's definitions.
        case declared(String, place: String)
        /// What its owner reads itself: in words, and as JSON Schema.
        case other(String, schema: JSON)
    }

    /// What a parameter is where it is not given.
    public enum Fallback: Sendable {
        /// It must be given.
        case required
        /// This number.
        case number(Double)
        /// This whole number.
        case whole(Int)
        /// This truth.
        case flag(Bool)
        /// This text.
        case text(String)
        /// Nothing; what that means, in words.
        case nothing(String)
    }

    /// How it differs in a job with an `event`.
    public enum Events: Sendable {
        /// Not at all.
        case same
        /// By what it is where it is not given.
        case fallback(Fallback)
        /// It has no place in other jobs.
        case only
    }

    /// The key in a job file, and in the normalised job.
    public let key: String
    /// Other names that the field uses; a job file may have them in the key's place.
    public let otherKeys: [String]
    /// What it may be.
    public let kind: Kind
    /// What it is where it is not given.
    public let fallback: Fallback
    /// Its unit, where it has one: `value` is the unit of the sample's values.
    public let unit: String?
    /// How it differs in a job with an `event`.
    public let events: Events
    /// A sentence.
    public let sentence: String
    /// An example of its value, as YAML on one line; nil where its owner's example shows it.
    public let example: String?

    /// A parameter.
    public init(
        _ key: String, _ kind: Kind, default fallback: Fallback = .required,
        events: Events = .same, unit: String? = nil, _ sentence: String,
        also otherKeys: [String] = [], example: String? = nil
    ) {
        self.key = key
        self.otherKeys = otherKeys
        self.kind = kind
        self.fallback = fallback
        self.events = events
        self.unit = unit
        self.sentence = sentence
        self.example = example
    }

    /// The numbers that it may be or hold; nil of what is no number.
    var range: JobRange? {
        switch kind {
        case .number(let range), .numberOrList(let range, _), .numbers(let range, _),
            .matrix(let range, _), .numberOrMatrix(let range, _), .numberOr(_, let range):
            range
        case .whole(let range), .powerOfTwo(let range), .wholes(let range, _):
            JobRange(Double(range.lowerBound), Double(range.upperBound))
        case .text, .texts, .choice, .flag, .table, .base, .bases, .formula, .function, .functions,
            .group, .groups, .either, .declared, .other:
            nil
        }
    }

    /// The key and its other names.
    var allKeys: [String] { [key] + otherKeys }

    /// Whether it must be given.
    var isRequired: Bool {
        if case .required = fallback { true } else { false }
    }
}
