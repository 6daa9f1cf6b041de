// SPDX-License-Identifier: Apache-2.0

/// Reads a formula's words into a tree.
///
/// The stack is bounded by `FormulaLimits.nesting`: every bracket, sign, power and choice inside
/// another counts.
///
/// **Complexity**: O(source).
struct FormulaParser {
    private var lexer: FormulaLexer
    private var token = FormulaToken.end
    private var range = FormulaRange(start: 0, end: 0)
    private var depth = 0
    private let nesting: Int
    private var tree = FormulaTree()

    private static let operandExpected = "a number, a name, a function or `(`"

    /// The tree of a whole formula.
    static func parse(
        _ source: [UInt8], limits: FormulaLimits
    ) throws(FormulaFault) -> FormulaTree {
        var parser = FormulaParser(lexer: FormulaLexer(source), nesting: limits.nesting)
        try parser.advance()
        if parser.token == .end {
            throw FormulaFault(parser.range, "the formula is empty", expected: operandExpected)
        }
        _ = try parser.choice()
        if parser.token != .end { throw parser.unexpectedAfterOperand() }
        return parser.tree
    }

    private init(lexer: FormulaLexer, nesting: Int) {
        self.lexer = lexer
        self.nesting = nesting
    }

    private mutating func advance() throws(FormulaFault) { (token, range) = try lexer.next() }

    private mutating func take(_ symbol: FormulaSymbol) throws(FormulaFault) -> Bool {
        guard token == .symbol(symbol) else { return false }
        try advance()
        return true
    }

    private mutating func deeper() throws(FormulaFault) {
        depth += 1
        if depth > nesting { throw nestedTooDeeply() }
    }

    // MARK: - Levels, loosest first

    /// `c ? a : b`, to the right.
    private mutating func choice() throws(FormulaFault) -> Int {
        try deeper()
        defer { depth -= 1 }
        let condition = try operators()
        let mark = range
        guard try take(.question) else { return condition }
        let yes = try choice()
        guard try take(.colon) else { throw missing("`:` of the choice", opened: mark, "?") }
        let no = try choice()
        return node(.choose(condition, yes, no), condition, no, mark: mark)
    }

    /// An operator that waits for its right operand; no operation is `not`.
    private struct Pending {
        var operation: FormulaBinary?
        var mark: FormulaRange
        var precedence: Int { operation?.precedence ?? 3 }
    }

    /// Operators from `or` to `*`, to the left, and `not`: by a list of those that wait, not by
    /// recursion, so that a bracket costs few stack frames.
    private mutating func operators() throws(FormulaFault) -> Int {
        var operands: [Int] = []
        var pending: [Pending] = []
        while true {
            while token == .symbol(.not) {
                if let last = pending.last, last.precedence > 3 { throw bareNegation() }
                pending.append(Pending(operation: nil, mark: range))
                if depth + pending.count > nesting { throw nestedTooDeeply() }
                try advance()
            }
            operands.append(try prefix())
            guard let operation = infix() else { break }
            while let last = pending.last, last.precedence >= operation.precedence {
                if last.precedence == 4, operation.precedence == 4 { throw chained() }
                reduce(&operands, &pending)
            }
            pending.append(Pending(operation: operation, mark: range))
            try advance()
        }
        while !pending.isEmpty { reduce(&operands, &pending) }
        return operands[0]
    }

    private mutating func reduce(_ operands: inout [Int], _ pending: inout [Pending]) {
        let last = pending.removeLast()
        let right = operands.removeLast()
        guard let operation = last.operation else {
            operands.append(node(.not(right), last.mark, right, mark: last.mark))
            return
        }
        let left = operands.removeLast()
        operands.append(node(.binary(operation, left, right), left, right, mark: last.mark))
    }

    /// Signs and `!`, looser than a power.
    private mutating func prefix() throws(FormulaFault) -> Int {
        let mark = range
        guard case .symbol(let symbol) = token, [.minus, .plus, .exclamation].contains(symbol)
        else { return try power() }
        try deeper()
        defer { depth -= 1 }
        try advance()
        let operand = try prefix()
        switch symbol {
        case .minus: return node(.negate(operand), mark, operand, mark: mark)
        case .plus: return operand
        default: return node(.not(operand), mark, operand, mark: mark)
        }
    }

    /// `a ^ b`, to the right; the exponent may have a sign.
    private mutating func power() throws(FormulaFault) -> Int {
        let base = try postfix()
        let mark = range
        guard try take(.power) else { return base }
        try deeper()
        defer { depth -= 1 }
        let exponent = try prefix()
        return node(.binary(.power, base, exponent), base, exponent, mark: mark)
    }

    /// An operand with indices and slices after it.
    private mutating func postfix() throws(FormulaFault) -> Int {
        var operand = try primary()
        while token == .symbol(.openIndex) { operand = try bracket(operand) }
        return operand
    }

    private mutating func bracket(_ vector: Int) throws(FormulaFault) -> Int {
        let opened = range
        try advance()
        var from: Int?
        var upTo: Int?
        if token != .symbol(.colon) { from = try choice() }
        let isSlice = try take(.colon)
        if isSlice, token != .symbol(.closeIndex) { upTo = try choice() }
        let closed = range
        guard try take(.closeIndex) else { throw missing("`]`", opened: opened, "[") }
        let whole = tree.nodes[vector].range.through(closed)
        let mark = opened.through(closed)
        if let from, !isSlice { return tree.add(.element(vector, from), whole, mark: mark) }
        return tree.add(.slice(vector, from: from, upTo: upTo), whole, mark: mark)
    }

    private mutating func primary() throws(FormulaFault) -> Int {
        let mark = range
        switch token {
        case .number(let value):
            try advance()
            return tree.add(.number(value), mark, mark: mark)
        case .name(let name):
            try advance()
            guard token == .symbol(.open) else { return tree.add(.name(name), mark, mark: mark) }
            return try call(name, mark)
        case .symbol(.open):
            try advance()
            let inner = try choice()
            let closed = range
            guard try take(.close) else { throw missing("`)`", opened: mark, "(") }
            tree.nodes[inner].range = mark.through(closed)
            return inner
        default:
            throw operandMissing()
        }
    }

    private mutating func call(_ name: String, _ mark: FormulaRange) throws(FormulaFault) -> Int {
        let opened = range
        try advance()
        var arguments: [Int] = []
        if token != .symbol(.close) {
            repeat { arguments.append(try choice()) } while try take(.comma)
        }
        let closed = range
        guard try take(.close) else { throw missing("`,` or `)`", opened: opened, "(") }
        let whole = mark.through(closed)
        guard name == "if" else { return tree.add(.call(name, arguments), whole, mark: mark) }
        guard arguments.count == 3 else {
            throw FormulaFault(
                mark, "`if` has \(arguments.count) arguments",
                expected: "three: if(condition, then, else)")
        }
        let form = FormulaForm.choose(arguments[0], arguments[1], arguments[2])
        return tree.add(form, whole, mark: mark)
    }

    // MARK: - Nodes

    private mutating func node(
        _ form: FormulaForm, _ first: Int, _ last: Int, mark: FormulaRange
    ) -> Int { node(form, tree.nodes[first].range, last, mark: mark) }

    private mutating func node(
        _ form: FormulaForm, _ start: FormulaRange, _ last: Int, mark: FormulaRange
    ) -> Int { tree.add(form, start.through(tree.nodes[last].range), mark: mark) }

    private func infix() -> FormulaBinary? {
        guard case .symbol(let symbol) = token else { return nil }
        return FormulaBinary(rawValue: symbol.rawValue).flatMap { $0 == .power ? nil : $0 }
    }

    // MARK: - Faults

    private var found: String {
        switch token {
        case .end: "the end"
        case .symbol(let symbol): "`\(symbol.rawValue)`"
        case .number: "a number"
        case .name(let name): "`\(name.prefix(40))`"
        }
    }

    private func nestedTooDeeply() -> FormulaFault {
        FormulaFault(
            range, "the formula is nested too deeply", expected: "at most \(nesting) levels")
    }

    private func bareNegation() -> FormulaFault {
        FormulaFault(
            range, "`not` takes the whole comparison after it", expected: "brackets: `(not …)`")
    }

    private func chained() -> FormulaFault {
        FormulaFault(range, "comparisons do not chain", expected: "`a < b and b < c`")
    }

    private func operandMissing() -> FormulaFault {
        switch token {
        case .end:
            FormulaFault(range, "the formula ends too early", expected: Self.operandExpected)
        default:
            FormulaFault(range, "\(found) cannot stand here", expected: Self.operandExpected)
        }
    }

    /// At the end of the source the caret goes to the bracket; elsewhere to what stands in the way.
    private func missing(
        _ what: String, opened: FormulaRange, _ bracket: String
    ) -> FormulaFault {
        token == .end
            ? FormulaFault(opened, "the `\(bracket)` is never closed", expected: what)
            : FormulaFault(range, "\(found) cannot stand here", expected: what)
    }

    private func unexpectedAfterOperand() -> FormulaFault {
        switch token {
        case .symbol(.close), .symbol(.closeIndex):
            return FormulaFault(
                range, "\(found) closes nothing", expected: "an operator or the end")
        case .number, .name, .symbol(.open):
            return FormulaFault(
                range, "an operator is missing before \(found)",
                expected: "an operator, as `*`, or the end")
        default:
            return FormulaFault(
                range, "\(found) cannot stand here", expected: "an operator or the end")
        }
    }
}
