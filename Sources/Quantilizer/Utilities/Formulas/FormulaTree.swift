// SPDX-License-Identifier: Apache-2.0

/// An operator between two operands.
enum FormulaBinary: String, Sendable, CaseIterable {
    case or
    case and
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case equal = "=="
    case notEqual = "!="
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case modulo = "%"
    case power = "^"

    /// How tightly it binds: larger is tighter. `not` stands at 3, signs at 7, a choice at 0.
    var precedence: Int {
        switch self {
        case .or: 1
        case .and: 2
        case .less, .lessOrEqual, .greater, .greaterOrEqual, .equal, .notEqual: 4
        case .add, .subtract: 5
        case .multiply, .divide, .modulo: 6
        case .power: 8
        }
    }
}

/// What one node of a formula is; operands are the numbers of earlier nodes.
enum FormulaForm: Sendable, Hashable {
    case number(Double)
    case name(String)
    case negate(Int)
    case not(Int)
    case binary(FormulaBinary, Int, Int)
    case choose(Int, Int, Int)
    case call(String, [Int])
    case element(Int, Int)
    case slice(Int, from: Int?, upTo: Int?)
}

/// A parsed formula as a list of nodes, operands before their users.
///
/// Every pass over it is a loop, so that a chain of ten thousand additions needs no stack.
struct FormulaTree: Sendable {
    struct Node: Sendable {
        var form: FormulaForm
        /// The whole expression in the source.
        var range: FormulaRange
        /// The operator, name or bracket that makes it what it is.
        var mark: FormulaRange
    }

    var nodes: [Node] = []
    /// The whole formula; always the last node.
    var root: Int { nodes.count - 1 }

    mutating func add(_ form: FormulaForm, _ range: FormulaRange, mark: FormulaRange) -> Int {
        nodes.append(Node(form: form, range: range, mark: mark))
        return nodes.count - 1
    }
}
