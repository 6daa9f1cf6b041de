// SPDX-License-Identifier: Apache-2.0

/// Turns a formula into a program for an upper bound of its *computed* value, where some values of a sample are
/// known and of the others only where they lie.
///
/// Interval arithmetic with the formula's own operations in its own order. Rounding to nearest is monotone, so an
/// end that is computed as the formula is, from ends of its operands, is an end of what is computed: sums,
/// products, quotients and roots need no outward rounding. The project's own functions are monotone up to their
/// errors, at most 6 units of the last place; their ends are moved outward by 2^-46 of their size, at least 64 such
/// units. What is not known here has every value.
///
/// The bound says nothing of a value that is not a number, which ranks lowest; where an end is not a number,
/// the bound is none, and whoever compares has to take that for "not below".
///
/// **Source**: Moore, *Interval Analysis*, 1966; rounding: IEEE 754-2019, section 4.3.1.
///
/// **Complexity**: O(operations), and O(length · operations of an element) for a vector of which not all is known.
struct FormulaBounds {
    /// A node's ends, as nodes of the bound's own graph; of what is known exactly they are one.
    struct Ends: Hashable {
        var lower: Int
        var upper: Int
        var isExact: Bool { lower == upper }

        init(_ lower: Int, _ upper: Int) {
            self.lower = lower
            self.upper = upper
        }
    }

    /// Larger programs than this would cost more than they save.
    private static let mostNodes = 20_000

    private let source: FormulaGraph
    private let columns: (Int) -> ColumnBounds
    var graph = FormulaGraph()
    private var numbers: [Int: Ends] = [:]

    /// The program of an upper bound; nil where there is none, or only infinity.
    static func upper(
        of source: FormulaGraph, root: Int, columns: (Int) -> ColumnBounds
    ) -> FormulaMachine? {
        withoutActuallyEscaping(columns) { columns in
            var bounds = FormulaBounds(source: source, columns: columns)
            return bounds.run(root)
        }
    }

    private init(source: FormulaGraph, columns: @escaping (Int) -> ColumnBounds) {
        self.source = source
        self.columns = columns
    }

    private mutating func run(_ root: Int) -> FormulaMachine? {
        let needed = FormulaEmitter.reachable(source, root: root)
        for id in 0...root where needed[id] && source[id].length == 0 {
            let node = source[id]
            if node.operation.isReduction {
                guard let ends = reduction(node) else { return nil }
                numbers[id] = ends
            } else {
                numbers[id] = ends(of: node, element: 0, [:])
            }
            guard graph.nodes.count <= Self.mostNodes else { return nil }
        }
        guard let upper = numbers[root]?.upper else { return nil }
        if let known = graph.constant(upper), !(known < .infinity) { return nil }
        let machine = FormulaEmitter.emit(graph, root: upper)
        return machine.registers <= FormulaLimits.default.registers ? machine : nil
    }

    /// The ends of a node, or of one element of a vector, whose vector operands' are given.
    private mutating func ends(
        of node: FormulaGraph.Node, element: Int, _ vectors: [Int: Ends]
    ) -> Ends {
        switch node.operation {
        case .constant:
            let same = graph.constant(Double(bitPattern: node.bits))
            return Ends(same, same)
        case .column, .slice: return ends(ofColumn: node.a + element)
        default:
            let operands = [node.a, node.b, node.c].map { operand in
                operand < 0 ? nil : vectors[operand] ?? numbers[operand]
            }
            return apply(
                node.operation, operands[0], operands[1], operands[2],
                isSquare: node.a == node.b)
        }
    }

    private mutating func ends(ofColumn column: Int) -> Ends {
        switch columns(column) {
        case .exact:
            let same = graph.column(column)
            return Ends(same, same)
        case .between(let lower, let upper): return Ends(graph.column(lower), graph.column(upper))
        case .range(let range):
            return Ends(graph.constant(range.lower), graph.constant(range.upper))
        }
    }

    // MARK: - Reductions

    /// A vector and what it is computed from, as far as those are vectors, operands first.
    private func members(of vector: Int) -> [Int] {
        var found: Set<Int> = [vector]
        var waiting = [vector]
        while let id = waiting.popLast() {
            for operand in FormulaEmitter.operands(source[id]) where source[operand].length > 0 {
                if found.insert(operand).inserted { waiting.append(operand) }
            }
        }
        return found.sorted()
    }

    /// Nil where the program would be too long.
    private mutating func reduction(_ node: FormulaGraph.Node) -> Ends? {
        let vector = node.a
        let length = source[vector].length
        let members = members(of: vector)
        let known = exactLength(members, length)
        var whole: Ends?
        if known > 0 {
            let prefix = graph.reduce(node.operation, trimmed(members, to: known))
            whole = Ends(prefix, prefix)
        }
        if known == length { return whole }
        let fold: FormulaOperation
        switch node.operation {
        case .sumOf: fold = .add
        case .minimumOf: fold = .minimum
        case .maximumOf: fold = .maximum
        case .anyOf, .allOf: return constants(0, 1)
        default: return everything
        }
        guard (length - known) * members.count <= Self.mostNodes else { return nil }
        for element in known..<length {
            var local: [Int: Ends] = [:]
            for member in members {
                local[member] = ends(of: source[member], element: element, local)
            }
            guard let own = local[vector], graph.nodes.count <= Self.mostNodes else { return nil }
            guard let before = whole else {
                whole = own
                continue
            }
            whole = Ends(
                folded(fold, before.lower, own.lower), folded(fold, before.upper, own.upper))
        }
        return whole
    }

    /// Adding nothing changes nothing.
    private mutating func folded(_ fold: FormulaOperation, _ a: Int, _ b: Int) -> Int {
        fold == .add && graph.constant(b) == 0 ? a : graph.apply(fold, a, b)
    }

    /// How many of the first elements are known exactly.
    private func exactLength(_ members: [Int], _ length: Int) -> Int {
        var known = length
        for id in members {
            let node = source[id]
            if node.operation == .slice {
                known = (0..<known).first { columns(node.a + $0) != .exact } ?? known
            }
            for operand in FormulaEmitter.operands(node) where source[operand].length == 0 {
                if numbers[operand]?.isExact != true { return 0 }
            }
        }
        return known
    }

    /// The first elements of a vector that are known exactly, as a vector.
    private mutating func trimmed(_ members: [Int], to length: Int) -> Int {
        var local: [Int: Int] = [:]
        var last = 0
        for id in members {
            let node = source[id]
            if node.operation == .slice {
                last = graph.slice(node.a, length: length)
            } else {
                func operand(_ id: Int) -> Int {
                    id < 0 ? -1 : local[id] ?? numbers[id]?.lower ?? -1
                }
                last = graph.apply(
                    node.operation, operand(node.a), operand(node.b), operand(node.c))
            }
            local[id] = last
        }
        return last
    }

    // MARK: - Ends that are known beforehand

    mutating func constants(_ lower: Double, _ upper: Double) -> Ends {
        Ends(graph.constant(lower), graph.constant(upper))
    }

    var everything: Ends {
        mutating get { constants(-.infinity, .infinity) }
    }

    /// The range of both ends where they do not depend on the sample.
    func range(_ ends: Ends) -> ValueRange? {
        guard let lower = graph.constant(ends.lower), let upper = graph.constant(ends.upper),
            lower <= upper
        else { return nil }
        return ValueRange(lower: lower, upper: upper)
    }
}
