// SPDX-License-Identifier: Apache-2.0

/// A formula with a name, to be used in other formulas as if it stood there in brackets.
///
/// Unlike a ``Formula`` it may be a vector: `d: "x[0:3] - 1"`, then `norm(d)`.
public struct FormulaDefinition: Sendable, Hashable {
    /// The formula as it was written.
    public let source: String
    let tree: FormulaTree

    /// Reads and checks a definition against what it may refer to, earlier definitions included.
    ///
    /// **Complexity**: O(source).
    ///
    /// - Throws: the first mistake, with its place.
    public static func compile(
        _ source: String, schema: FormulaSchema, limits: FormulaLimits = .default
    ) throws(FormulaError) -> FormulaDefinition {
        let bytes = Array(source.utf8)
        do throws(FormulaFault) {
            guard bytes.count <= limits.sourceBytes else {
                throw FormulaFault(
                    FormulaRange(start: 0, end: 0), "the formula has \(bytes.count) bytes",
                    expected: "at most \(limits.sourceBytes)")
            }
            let tree = try FormulaParser.parse(bytes, limits: limits)
            try FormulaChecker.checkDefinition(tree, schema: schema, limits: limits)
            return FormulaDefinition(source: source, tree: tree)
        } catch {
            throw FormulaError(error, in: Array(bytes.prefix(limits.sourceBytes)))
        }
    }

    /// Why a name cannot be given to a definition; nil where it can.
    ///
    /// It must be an identifier that means nothing yet, so that no formula changes its meaning.
    public static func problem(withName name: String, schema: FormulaSchema) -> String? {
        guard FormulaNames.isName(name), name.utf8.count <= 64 else {
            return "expected a name of letters, digits and `_`, not beginning with a digit"
        }
        if ["x", "pi", "e", "inf", "nan", "and", "or", "not", "if"].contains(name)
            || FormulaFunction.names.contains(name)
        {
            return "`\(name)` means something in formulas already"
        }
        if schema.names.contains(name) { return "`\(name)` is a value of the base already" }
        if schema.constants[name] != nil { return "`\(name)` is a parameter already" }
        if schema.definitions[name] != nil { return "`\(name)` is given twice" }
        return nil
    }

    /// Definitions are equal where their sources are.
    public static func == (a: FormulaDefinition, b: FormulaDefinition) -> Bool {
        a.source == b.source
    }

    /// Hashes the source.
    public func hash(into hasher: inout Hasher) { hasher.combine(source) }
}
