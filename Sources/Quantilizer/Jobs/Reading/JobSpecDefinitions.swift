// SPDX-License-Identifier: Apache-2.0

/// `define: { g: "x[0]*x[1] - 146" }`: formulas with names, for every other formula of the job.
extension JobSpecReader {
    /// Reads the definitions in their order; each may use those before it.
    mutating func readDefinitions(_ base: (any BaseDistribution)?) {
        guard let node = map["define"] else { return }
        guard case .mapping(let entries) = node.content, !entries.isEmpty else {
            map.note("define", "expected names with formulas, as `{ g: \"x[0] - 2\" }`")
            return
        }
        if entries.count > Limits.definitions {
            map.note("define", "at most \(Limits.definitions) definitions")
        }
        // Without a base there are no names to check against: the base's error is enough.
        guard let base else { return }
        for entry in entries.prefix(Limits.definitions) {
            let path = "define.\(entry.key)"
            let schema = schema(of: base)
            let definition = map.collect { () throws(JobError) -> FormulaDefinition in
                if let problem = FormulaDefinition.problem(withName: entry.key, schema: schema) {
                    throw JobError(at: entry.keyPosition, path: path, problem)
                }
                guard case .scalar(let text, _) = entry.value.content else {
                    throw entry.value.expected("a formula", path: path)
                }
                do throws(FormulaError) {
                    return try FormulaDefinition.compile(text, schema: schema)
                } catch {
                    throw JobError(at: entry.value.position, path: path, error.rendered)
                }
            }
            if let definition {
                definitions[entry.key] = definition
                definitionOrder.append(entry.key)
            }
        }
    }

    /// Lets costs and events name the job's utilities: one that is a formula, by its name.
    ///
    /// A value of the base, a parameter and a definition of that name win, as they did before.
    mutating func defineUtilities(
        _ utilities: [NamedUtility], _ base: (any BaseDistribution)?
    ) {
        guard let base else { return }
        for utility in utilities where utility.utility is Formula {
            let schema = schema(of: base)
            guard FormulaDefinition.problem(withName: utility.name, schema: schema) == nil
            else { continue }
            // It compiled as a formula, so it does as a definition.
            definitions[utility.name] = map.collect { () throws(JobError) -> FormulaDefinition in
                do throws(FormulaError) {
                    return try FormulaDefinition.compile(utility.source, schema: schema)
                } catch {
                    throw JobError(at: nil, path: utility.name, error.rendered)
                }
            }
        }
    }

    /// What the job's formulas may refer to.
    func schema(of base: any BaseDistribution) -> FormulaSchema {
        var schema = FormulaSchema(
            dimension: base.dimension, names: base.componentNames, constants: constants)
        schema.definitions = definitions
        return schema
    }

    /// The definitions as the normalised job has them; nil of a job without.
    var normalisedDefinitions: JSON? {
        guard !definitionOrder.isEmpty else { return nil }
        return .object(definitionOrder.map { ($0, .string(definitions[$0]?.source ?? "")) })
    }
}
