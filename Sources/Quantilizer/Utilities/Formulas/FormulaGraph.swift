// SPDX-License-Identifier: Apache-2.0

/// A formula as values and what they are computed from, each kept once.
///
/// Constants are folded by the machine that runs formulas, so folding changes no bit. Operands have
/// smaller numbers than what uses them.
struct FormulaGraph: Sendable {
    struct Node: Sendable, Hashable {
        var operation: FormulaOperation
        /// Operands; the column of a column, the first column of a slice.
        var a = -1
        var b = -1
        var c = -1
        /// A constant's bits.
        var bits: UInt64 = 0
        /// 0 for a number, else a vector's length.
        var length = 0
    }

    private(set) var nodes: [Node] = []
    /// Nodes that can only be 0 or 1.
    private(set) var isBoolean: [Bool] = []
    /// Nodes that are computed: neither constants nor columns.
    private(set) var operations = 0
    private var known: [Node: Int] = [:]

    subscript(id: Int) -> Node { nodes[id] }

    /// The constant's value, if the node is one.
    func constant(_ id: Int) -> Double? {
        nodes[id].operation == .constant ? Double(bitPattern: nodes[id].bits) : nil
    }

    // MARK: - Leaves

    mutating func constant(_ value: Double) -> Int {
        let bits = value.isNaN ? Double.nan.bitPattern : value.bitPattern
        return add(Node(operation: .constant, bits: bits))
    }

    mutating func column(_ number: Int) -> Int { add(Node(operation: .column, a: number)) }

    mutating func slice(_ first: Int, length: Int) -> Int {
        add(Node(operation: .slice, a: first, length: length))
    }

    // MARK: - Operations

    /// One elementwise operation; operands are numbers or vectors of one length.
    mutating func apply(_ operation: FormulaOperation, _ a: Int, _ b: Int = -1, _ c: Int = -1)
        -> Int
    {
        let operands = [a, b, c].filter { $0 >= 0 }
        let length = operands.map { nodes[$0].length }.max() ?? 0
        let values = operands.compactMap { constant($0) }
        if values.count == operands.count {
            return constant(FormulaMachine.fold(operation, values))
        }
        if (operation == .add || operation == .multiply) && constant(a) != nil {
            return apply(operation, b, a)
        }
        if let same = simplified(operation, a, b) { return same }
        return add(Node(operation: operation, a: a, b: b, c: c, length: length))
    }

    /// A reduction of a vector.
    mutating func reduce(_ operation: FormulaOperation, _ vector: Int) -> Int {
        var kind = operation
        if isBoolean[vector] {
            if operation == .anyOf { kind = .maximumOf }
            if operation == .allOf { kind = .minimumOf }
        }
        return add(Node(operation: kind, a: vector))
    }

    mutating func negate(_ a: Int) -> Int { apply(.multiply, a, constant(-1)) }

    /// Repeated multiplication, the exponent's binary digits from the left; negative ones divide 1.
    mutating func power(_ base: Int, _ exponent: Int) -> Int {
        var result = base
        let count = exponent.magnitude
        for bit in stride(from: count.bitWidth - count.leadingZeroBitCount - 2, through: 0, by: -1)
        {
            result = apply(.multiply, result, result)
            if count >> bit & 1 == 1 { result = apply(.multiply, result, base) }
        }
        return exponent < 0 ? apply(.divide, constant(1), result) : result
    }

    /// Another node with the same bits, computed with less.
    private mutating func simplified(_ operation: FormulaOperation, _ a: Int, _ b: Int) -> Int? {
        switch operation {
        case .add:
            if let positive = negated(b) { return apply(.subtract, a, positive) }
            if let positive = negated(a) { return apply(.subtract, b, positive) }
        case .subtract:
            if let positive = negated(b) { return apply(.add, a, positive) }
        case .multiply:
            if constant(b) == -1, let positive = negated(a) { return positive }
        case .and where isBoolean[a] && isBoolean[b]: return apply(.multiply, a, b)
        case .or where isBoolean[a] && isBoolean[b]: return apply(.maximum, a, b)
        case .not where isBoolean[a]: return apply(.subtract, constant(1), a)
        default: break
        }
        return nil
    }

    private func negated(_ id: Int) -> Int? {
        let node = id >= 0 ? nodes[id] : Node(operation: .constant)
        return node.operation == .multiply && constant(node.b) == -1 ? node.a : nil
    }

    private mutating func add(_ node: Node) -> Int {
        if let id = known[node] { return id }
        nodes.append(node)
        isBoolean.append(is01(node))
        if node.operation.rawValue > FormulaOperation.slice.rawValue { operations += 1 }
        known[node] = nodes.count - 1
        return nodes.count - 1
    }

    private func is01(_ node: Node) -> Bool {
        switch node.operation {
        case .less, .lessOrEqual, .equal, .notEqual, .isnan: true
        case .constant: node.bits == 0 || node.bits == (1.0).bitPattern
        case .multiply, .minimum, .maximum: isBoolean[node.a] && isBoolean[node.b]
        case .subtract: constant(node.a) == 1 && isBoolean[node.b]
        case .choose: isBoolean[node.a] && isBoolean[node.b] && isBoolean[node.c]
        case .and, .or: false
        case .minimumOf, .maximumOf, .productOf: isBoolean[node.a]
        default: false
        }
    }
}
