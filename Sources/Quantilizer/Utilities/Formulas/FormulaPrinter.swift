// SPDX-License-Identifier: Apache-2.0

/// Writes a formula in one normal spelling: one space around operators, the fewest brackets, `and`
/// and `or` in words, `if` as a choice.
///
/// **Complexity**: O(text), texts move into their users.
enum FormulaPrinter {
    private static let choice = 0
    private static let negation = 3
    private static let sign = 7
    private static let atom = 10

    static func print(_ tree: FormulaTree) -> String {
        var texts: [(text: String, level: Int)] = []
        texts.reserveCapacity(tree.nodes.count)
        /// Takes a node's text, in brackets if it binds looser than `least`.
        func take(_ id: Int, _ least: Int) -> String {
            var text = ""
            swap(&text, &texts[id].text)
            return texts[id].level >= least ? text : "(" + text + ")"
        }
        for node in tree.nodes {
            switch node.form {
            case .number(let value): texts.append((number(value), atom))
            case .name(let name): texts.append((name, atom))
            case .negate(let a): texts.append(("-" + take(a, sign), sign))
            case .not(let a): texts.append(("not " + take(a, negation), negation))
            case .binary(let operation, let a, let b):
                let own = operation.precedence
                let compares = own == 4
                let toRight = operation == .power
                var text = take(a, toRight || compares ? own + 1 : own)
                text += toRight ? "^" : " \(operation.rawValue) "
                text += take(b, toRight ? sign : own + 1)
                texts.append((text, own))
            case .choose(let condition, let yes, let no):
                var text = take(condition, choice + 1)
                text += " ? " + take(yes, choice)
                text += " : " + take(no, choice)
                texts.append((text, choice))
            case .call(let name, let arguments):
                let list = arguments.map { take($0, choice) }.joined(separator: ", ")
                texts.append(("\(name)(\(list))", atom))
            case .element(let vector, let index):
                texts.append((take(vector, atom) + "[" + take(index, choice) + "]", atom))
            case .slice(let vector, let from, let upTo):
                var text = take(vector, atom) + "["
                if let from { text += take(from, choice) }
                text += ":"
                if let upTo { text += take(upTo, choice) }
                texts.append((text + "]", atom))
            }
        }
        return texts[tree.root].text
    }

    private static func number(_ value: Double) -> String {
        let text = value.description
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}
