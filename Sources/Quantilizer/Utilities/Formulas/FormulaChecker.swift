// SPDX-License-Identifier: Apache-2.0

/// Gives every name its meaning, checks shapes, and turns the tree into a graph.
///
/// **Complexity**: O(nodes), with a search among all names for a wrong one.
struct FormulaChecker {
    private let tree: FormulaTree
    private let schema: FormulaSchema
    private let limits: FormulaLimits
    private var graph = FormulaGraph()
    /// The graph's node of each tree node.
    private var values: [Int] = []
    /// Columns by name; −1 where two share it.
    private var columns: [String: Int] = [:]
    /// The graph's node of each definition that was used.
    private var defined: [String: Int] = [:]
    /// Names that are indexed, so that `x[0]` is the vector's element even if a column is called x.
    private var indexed: Set<Int> = []

    /// The graph of a formula, and its node.
    static func check(
        _ tree: FormulaTree, schema: FormulaSchema, limits: FormulaLimits
    ) throws(FormulaFault) -> (graph: FormulaGraph, root: Int) {
        var checker = FormulaChecker(tree: tree, schema: schema, limits: limits)
        try checker.checkNodes()
        let root = try checker.result()
        return (checker.graph, root)
    }

    /// Checks what may be a vector.
    static func checkDefinition(
        _ tree: FormulaTree, schema: FormulaSchema, limits: FormulaLimits
    ) throws(FormulaFault) {
        var checker = FormulaChecker(tree: tree, schema: schema, limits: limits)
        try checker.checkNodes()
    }

    private mutating func checkNodes() throws(FormulaFault) {
        for node in tree.nodes.indices {
            values.append(try value(of: node))
            if graph.operations > limits.operations {
                throw FormulaFault(
                    tree.nodes[node].mark, "the formula has too many operations",
                    expected: "at most \(limits.operations)")
            }
        }
    }

    private init(tree: FormulaTree, schema: FormulaSchema, limits: FormulaLimits) {
        self.tree = tree
        self.schema = schema
        self.limits = limits
        for (column, name) in schema.names.enumerated() {
            columns[name] = columns[name] == nil ? column : -1
        }
        for node in tree.nodes {
            switch node.form {
            case .element(let vector, _), .slice(let vector, _, _): indexed.insert(vector)
            default: break
            }
        }
    }

    /// The root must be a number; a vector of length 1 is one.
    private mutating func result() throws(FormulaFault) -> Int {
        let root = values[tree.root]
        let length = graph[root].length
        if length == 1 { return graph.reduce(.sumOf, root) }
        guard length == 0 else {
            throw FormulaFault(
                tree.nodes[tree.root].range, "the formula gives \(length) numbers for a sample",
                expected: "one number: take sum, mean, min, max or norm of it, or an element")
        }
        return root
    }

    private mutating func value(of number: Int) throws(FormulaFault) -> Int {
        let node = tree.nodes[number]
        switch node.form {
        case .number(let value): return graph.constant(value)
        case .name(let name): return try named(name, number)
        case .negate(let a): return graph.negate(values[a])
        case .not(let a): return graph.apply(.not, values[a])
        case .binary(let operation, let a, let b):
            try agree([a, b], node.mark)
            return binary(operation, values[a], values[b])
        case .choose(let condition, let yes, let no):
            try agree([condition, yes, no], node.mark)
            return graph.apply(.choose, values[condition], values[yes], values[no])
        case .call(let name, let arguments): return try call(name, arguments, node.mark)
        case .element(let vector, let index): return try element(vector, index)
        case .slice(let vector, let from, let upTo):
            return try slice(vector, from, upTo, node.mark)
        }
    }

    private mutating func binary(_ operation: FormulaBinary, _ a: Int, _ b: Int) -> Int {
        switch operation {
        case .or: graph.apply(.or, a, b)
        case .and: graph.apply(.and, a, b)
        case .less: graph.apply(.less, a, b)
        case .lessOrEqual: graph.apply(.lessOrEqual, a, b)
        case .greater: graph.apply(.less, b, a)
        case .greaterOrEqual: graph.apply(.lessOrEqual, b, a)
        case .equal: graph.apply(.equal, a, b)
        case .notEqual: graph.apply(.notEqual, a, b)
        case .add: graph.apply(.add, a, b)
        case .subtract: graph.apply(.subtract, a, b)
        case .multiply: graph.apply(.multiply, a, b)
        case .divide: graph.apply(.divide, a, b)
        case .modulo: graph.apply(.modulo, a, b)
        case .power: power(a, b)
        }
    }

    /// Whole exponents known beforehand, of at most 16, are repeated multiplication.
    private mutating func power(_ base: Int, _ exponent: Int) -> Int {
        guard let known = graph.constant(exponent), let whole = Int(exactly: known), whole != 0,
            whole.magnitude <= 16
        else { return graph.apply(.pow, base, exponent) }
        return graph.power(base, whole)
    }

    /// Vectors that meet in one operation have one length.
    private func agree(_ operands: [Int], _ mark: FormulaRange) throws(FormulaFault) {
        var length = 0
        for operand in operands {
            let own = graph[values[operand]].length
            if own == 0 || own == length { continue }
            guard length == 0 else {
                throw FormulaFault(
                    mark, "vectors of \(length) and \(own) elements meet",
                    expected: "vectors of one length, or a number")
            }
            length = own
        }
    }

    // MARK: - Names

    private mutating func named(_ name: String, _ number: Int) throws(FormulaFault) -> Int {
        let mark = tree.nodes[number].mark
        if let column = columns[name], !(name == "x" && indexed.contains(number)) {
            guard column >= 0 else {
                throw FormulaFault(
                    mark, "several values are called `\(name)`",
                    expected: "`x[i]`, the value's number from 0")
            }
            return graph.column(column)
        }
        if let value = schema.constants[name] { return graph.constant(value) }
        if let definition = schema.definitions[name] {
            return try value(of: definition, name, mark)
        }
        switch name {
        case "x":
            guard schema.dimension > 0 else {
                throw FormulaFault(mark, "a sample here has no values", expected: "a number")
            }
            return graph.slice(0, length: schema.dimension)
        case "pi": return graph.constant(Double.pi)
        case "e": return graph.constant(2.718281828459045)
        case "inf": return graph.constant(.infinity)
        case "nan": return graph.constant(.nan)
        default: throw unknown(name, mark)
        }
    }

    /// A definition's node, in the same graph, so that what formulas share is computed once.
    ///
    /// A definition refers to earlier ones only, so this ends.
    private mutating func value(
        of definition: FormulaDefinition, _ name: String, _ mark: FormulaRange
    ) throws(FormulaFault) -> Int {
        if let known = defined[name] { return known }
        var inner = FormulaChecker(tree: definition.tree, schema: schema, limits: limits)
        swap(&inner.graph, &graph)
        swap(&inner.defined, &defined)
        do throws(FormulaFault) {
            try inner.checkNodes()
        } catch {
            // Its own places are in another text.
            throw FormulaFault(
                mark,
                "in `\(name)`, which stands for `\(definition.source.prefix(200))`: "
                    + error.message, expected: error.expected, suggestion: error.suggestion)
        }
        swap(&inner.graph, &graph)
        swap(&inner.defined, &defined)
        let root = inner.values[definition.tree.root]
        defined[name] = root
        return root
    }

    private func unknown(_ name: String, _ mark: FormulaRange) -> FormulaFault {
        if FormulaFunction.names.contains(name) {
            let usage = FormulaFunction(rawValue: name)?.usage ?? "if(condition, then, else)"
            return FormulaFault(
                mark, "`\(name)` is a function and needs its arguments", expected: "`\(usage)`")
        }
        let digits = name.dropFirst().drop { $0 == "_" }
        var suggestion: String?
        if name.first == "x", let index = Int(digits), index >= 0 {
            suggestion = index < schema.dimension ? "`x[\(index)]`" : nil
        } else {
            let all =
                schema.names + schema.definitions.keys.sorted()
                + ["x", "pi", "e", "inf", "nan"] + FormulaFunction.names
            let found = FormulaNames.synonyms[name] ?? FormulaNames.nearest(to: name, among: all)
            suggestion = found.map { "`\($0)`" }
        }
        return FormulaFault(
            mark, "there is no value called `\(name.prefix(40))`", expected: values(known: schema),
            suggestion: suggestion)
    }

    private func values(known schema: FormulaSchema) -> String {
        let vector =
            schema.dimension == 0 ? "pi, e, inf or nan" : "`x[0]` to `x[\(schema.dimension - 1)]`"
        guard !schema.names.isEmpty else { return vector }
        let shown = schema.names.prefix(6).map { "`\($0)`" }.joined(separator: ", ")
        return schema.names.count > 6 ? "\(shown), …" : shown
    }

    // MARK: - Elements and slices

    private func vector(_ node: Int) throws(FormulaFault) -> FormulaGraph.Node {
        let value = graph[values[node]]
        guard value.operation == .slice else {
            let what = value.length == 0 ? "a number has no elements" : "only `x` can be indexed"
            throw FormulaFault(
                tree.nodes[node].range, what, expected: "`x`, or a slice of it, before `[`")
        }
        return value
    }

    private func whole(_ node: Int) throws(FormulaFault) -> Int {
        guard let value = graph.constant(values[node]), let whole = Int(exactly: value) else {
            throw FormulaFault(
                tree.nodes[node].range, "an index must be known beforehand",
                expected: "a whole number")
        }
        return whole
    }

    private mutating func element(_ base: Int, _ index: Int) throws(FormulaFault) -> Int {
        let vector = try vector(base)
        let place = try whole(index)
        guard (-vector.length..<vector.length).contains(place) else {
            throw FormulaFault(
                tree.nodes[index].range, "there is no element \(place)",
                expected: "0 to \(vector.length - 1), or -1 to -\(vector.length) from the end")
        }
        return graph.column(vector.a + (place < 0 ? place + vector.length : place))
    }

    private mutating func slice(
        _ base: Int, _ from: Int?, _ upTo: Int?, _ mark: FormulaRange
    ) throws(FormulaFault) -> Int {
        let vector = try vector(base)
        var bounds = [0, vector.length]
        for (end, node) in [from, upTo].enumerated() {
            guard let node else { continue }
            let place = try whole(node)
            guard (-vector.length...vector.length).contains(place) else {
                throw FormulaFault(
                    tree.nodes[node].range, "the slice ends beyond the vector",
                    expected: "at most \(vector.length), or from -\(vector.length) at the end")
            }
            bounds[end] = place < 0 ? place + vector.length : place
        }
        guard bounds[0] < bounds[1] else {
            throw FormulaFault(
                mark, "the slice is empty", expected: "`x[from:upTo]` with from before upTo")
        }
        return graph.slice(vector.a + bounds[0], length: bounds[1] - bounds[0])
    }

    // MARK: - Functions

    private mutating func call(
        _ name: String, _ arguments: [Int], _ mark: FormulaRange
    ) throws(FormulaFault) -> Int {
        guard let function = FormulaFunction(rawValue: name) else {
            throw unknownFunction(name, mark)
        }
        guard function.arity.contains(arguments.count) else {
            let count = arguments.count == 1 ? "1 argument" : "\(arguments.count) arguments"
            throw FormulaFault(mark, "`\(name)` has \(count)", expected: "`\(function.usage)`")
        }
        let a = values[arguments[0]]
        if let operation = function.elementwise { return graph.apply(operation, a) }
        switch function {
        case .sum, .mean, .prod, .norm, .any, .all, .len, .dot:
            return try reduction(function, arguments, mark)
        case .min, .max:
            if arguments.count == 1 { return try reduction(function, arguments, mark) }
            try agree(arguments, mark)
            let operation = function == .min ? FormulaOperation.minimum : .maximum
            return arguments.dropFirst().reduce(a) { graph.apply(operation, $0, values[$1]) }
        case .clamp:
            try agree(arguments, mark)
            let raised = graph.apply(.maximum, a, values[arguments[1]])
            return graph.apply(.minimum, raised, values[arguments[2]])
        case .fma:
            try agree(arguments, mark)
            return graph.apply(.fma, a, values[arguments[1]], values[arguments[2]])
        case .relu: return graph.apply(.maximum, a, graph.constant(0))
        case .step: return graph.apply(.lessOrEqual, graph.constant(0), a)
        case .Phi:
            let turned = graph.apply(.multiply, a, graph.constant(-0.7071067811865476))
            return graph.apply(.multiply, graph.apply(.erfc, turned), graph.constant(0.5))
        case .pow:
            try agree(arguments, mark)
            return power(a, values[arguments[1]])
        default:
            try agree(arguments, mark)
            let operation = function == .atan2 ? FormulaOperation.atan2 : .hypot
            return graph.apply(operation, a, values[arguments[1]])
        }
    }

    private mutating func reduction(
        _ function: FormulaFunction, _ arguments: [Int], _ mark: FormulaRange
    ) throws(FormulaFault) -> Int {
        for argument in arguments where graph[values[argument]].length == 0 {
            throw FormulaFault(
                tree.nodes[argument].range, "`\(function.rawValue)` needs a vector, not a number",
                expected: "`\(function.usage)`, with `x` or a slice of it")
        }
        try agree(arguments, mark)
        let a = values[arguments[0]]
        switch function {
        case .sum: return graph.reduce(.sumOf, a)
        case .mean:
            let count = graph.constant(Double(graph[a].length))
            return graph.apply(.divide, graph.reduce(.sumOf, a), count)
        case .prod: return graph.reduce(.productOf, a)
        case .norm: return graph.apply(.sqrt, graph.reduce(.sumOf, graph.apply(.multiply, a, a)))
        case .dot: return graph.reduce(.sumOf, graph.apply(.multiply, a, values[arguments[1]]))
        case .min: return graph.reduce(.minimumOf, a)
        case .max: return graph.reduce(.maximumOf, a)
        case .any: return graph.reduce(.anyOf, a)
        case .all: return graph.reduce(.allOf, a)
        default: return graph.constant(Double(graph[a].length))
        }
    }

    private func unknownFunction(_ name: String, _ mark: FormulaRange) -> FormulaFault {
        if columns[name] != nil || ["x", "pi", "e", "inf", "nan"].contains(name) {
            return FormulaFault(
                mark, "`\(name)` is a value, not a function",
                expected: "an operator, as `*`, before `(`")
        }
        let found =
            FormulaNames.synonyms[name]
            ?? FormulaNames.nearest(to: name, among: FormulaFunction.names)
        return FormulaFault(
            mark, "there is no function called `\(name.prefix(40))`", expected: "a function's name",
            suggestion: found.map { "`\($0)`" })
    }
}
