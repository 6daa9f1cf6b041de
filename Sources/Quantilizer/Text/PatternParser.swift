// SPDX-License-Identifier: Apache-2.0

/// Reads a pattern's notation into a program.
struct PatternParser {
    private static let nesting = 50
    private static let instructions = 20_000
    private static let repeats = 1_000

    private indirect enum Node {
        case empty
        case set(ScalarSet)
        case assertion(PatternInstruction)
        case sequence([Node])
        case either([Node])
        case times(Node, least: Int, most: Int?, isLazy: Bool)
    }

    private let scalars: [Unicode.Scalar]
    private var position = 0
    private var isCaseless = false
    private var code: [PatternInstruction] = []

    init(_ source: String) { scalars = Array(source.unicodeScalars) }

    mutating func program() throws(PatternError) -> [PatternInstruction] {
        if scalars.starts(with: "(?i)".unicodeScalars) {
            isCaseless = true
            position = 4
        }
        let node = try either(depth: 0)
        guard position == scalars.count else { throw wrong("a `)` without its `(`") }
        try emit(node)
        code.append(.match)
        return code
    }

    private func wrong(_ what: String) -> PatternError {
        PatternError("\(what), at character \(position + 1) of the pattern")
    }

    private var next: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard next == scalar else { return false }
        position += 1
        return true
    }

    // MARK: Reading

    private mutating func either(depth: Int) throws(PatternError) -> Node {
        guard depth <= Self.nesting else { throw wrong("groups are nested too deep") }
        var choices = [try sequence(depth: depth)]
        while take("|") { choices.append(try sequence(depth: depth)) }
        return choices.count == 1 ? choices[0] : .either(choices)
    }

    private mutating func sequence(depth: Int) throws(PatternError) -> Node {
        var items: [Node] = []
        while let scalar = next, scalar != "|", scalar != ")" {
            items.append(try repeated(try atom(depth: depth)))
        }
        return items.isEmpty ? .empty : .sequence(items)
    }

    private mutating func repeated(_ node: Node) throws(PatternError) -> Node {
        var node = node
        while let scalar = next {
            let least: Int
            var most: Int?
            switch scalar {
            case "*": least = 0
            case "+": least = 1
            case "?":
                least = 0
                most = 1
            case "{":
                guard let bounds = try bounds() else { return node }
                (least, most) = bounds
                position -= 1
            default: return node
            }
            position += 1
            if case .assertion = node { throw wrong("nothing there to repeat") }
            node = .times(node, least: least, most: most, isLazy: take("?"))
        }
        return node
    }

    /// `{2}`, `{2,}`, `{2,5}`; nil where the brace is a literal one.
    private mutating func bounds() throws(PatternError) -> (Int, Int?)? {
        let begin = position
        position += 1
        guard let least = number() else {
            position = begin
            return nil
        }
        var most: Int? = least
        if take(",") { most = next == "}" ? nil : number() ?? -1 }
        guard take("}") else {
            position = begin
            return nil
        }
        guard least <= Self.repeats, most.map({ (least...Self.repeats).contains($0) }) ?? true
        else {
            throw wrong("a repetition goes from a number to a larger one, up to \(Self.repeats)")
        }
        return (least, most)
    }

    private mutating func number() -> Int? {
        var value: Int?
        while let scalar = next, ("0"..."9").contains(scalar), value ?? 0 < 1_000_000 {
            value = (value ?? 0) * 10 + Int(scalar.value - 48)
            position += 1
        }
        return value
    }

    private mutating func atom(depth: Int) throws(PatternError) -> Node {
        guard let scalar = next else { throw wrong("the pattern ends early") }
        position += 1
        switch scalar {
        case "(":
            if take("?") {
                guard take(":") else { throw wrong("only `(?:` and, at the beginning, `(?i)`") }
            }
            let inner = try either(depth: depth + 1)
            guard take(")") else { throw wrong("a `(` without its `)`") }
            return inner
        case "[": return .set(cased(try bracket()))
        case ".": return .set(.anything)
        case "^": return .assertion(.start)
        case "$": return .assertion(.end)
        case "\\":
            guard let escaped = next else { throw wrong("nothing after `\\`") }
            position += 1
            if escaped == "b" { return .assertion(.edge(isWanted: true)) }
            if escaped == "B" { return .assertion(.edge(isWanted: false)) }
            return .set(cased(try set(escaped)))
        case "*", "+", "?": throw wrong("nothing there to repeat")
        // A brace that is no repetition is itself.
        default: return .set(cased(ScalarSet(ranges: [scalar.value...scalar.value])))
        }
    }

    private func cased(_ set: ScalarSet) -> ScalarSet { isCaseless ? set.caseless : set }

    /// What stands behind a backslash.
    private func set(_ scalar: Unicode.Scalar) throws(PatternError) -> ScalarSet {
        func not(_ set: ScalarSet) -> ScalarSet {
            ScalarSet(ranges: set.ranges, isNegated: true)
        }
        switch scalar {
        case "d": return .digits
        case "D": return not(.digits)
        case "w": return .words
        case "W": return not(.words)
        case "s": return .spaces
        case "S": return not(.spaces)
        case "n": return ScalarSet(ranges: [10...10])
        case "r": return ScalarSet(ranges: [13...13])
        case "t": return ScalarSet(ranges: [9...9])
        case "a"..."z", "A"..."Z", "0"..."9":
            throw wrong("`\\\(scalar)` means nothing here")
        default: return ScalarSet(ranges: [scalar.value...scalar.value])
        }
    }

    private mutating func bracket() throws(PatternError) -> ScalarSet {
        var result = ScalarSet(ranges: [], isNegated: take("^"))
        var isFirst = true
        while let scalar = next, scalar != "]" || isFirst {
            isFirst = false
            position += 1
            var low = scalar.value
            if scalar == "\\" {
                guard let escaped = next else { break }
                position += 1
                let set = try set(escaped)
                guard !set.isNegated else {
                    throw wrong("`\\\(escaped)` cannot stand in brackets")
                }
                guard set.ranges.count == 1, set.ranges[0].count == 1 else {
                    result.ranges += set.ranges
                    continue
                }
                low = set.ranges[0].lowerBound
            }
            var high = low
            if next == "-", position + 1 < scalars.count, scalars[position + 1] != "]" {
                position += 1
                high = scalars[position].value
                position += 1
                if high == 92 {
                    guard let escaped = next else { break }
                    high = escaped.value
                    position += 1
                }
            }
            guard low <= high else { throw wrong("a range in brackets runs backwards") }
            result.ranges.append(low...high)
        }
        guard take("]") else { throw wrong("a `[` without its `]`") }
        return result
    }

    // MARK: Writing

    private mutating func emit(_ node: Node) throws(PatternError) {
        guard code.count < Self.instructions else { throw PatternError("the pattern is too large") }
        switch node {
        case .empty: break
        case .set(let set): code.append(.scalar(set))
        case .assertion(let instruction): code.append(instruction)
        case .sequence(let items): for item in items { try emit(item) }
        case .either(let choices):
            var jumps: [Int] = []
            for (number, choice) in choices.enumerated() {
                let split = code.count
                let isLast = number == choices.count - 1
                if !isLast { code.append(.jump(0)) }
                try emit(choice)
                if isLast { break }
                jumps.append(code.count)
                code.append(.jump(0))
                code[split] = .split(split + 1, code.count)
            }
            for jump in jumps { code[jump] = .jump(code.count) }
        case .times(let inner, let least, let most, let isLazy):
            for _ in 0..<least { try emit(inner) }
            func split(_ into: Int, _ past: Int) -> PatternInstruction {
                isLazy ? .split(past, into) : .split(into, past)
            }
            guard let most else {
                let start = code.count
                code.append(.jump(0))
                try emit(inner)
                code.append(.jump(start))
                code[start] = split(start + 1, code.count)
                return
            }
            var splits: [Int] = []
            for _ in least..<most {
                splits.append(code.count)
                code.append(.jump(0))
                try emit(inner)
            }
            for place in splits { code[place] = split(place + 1, code.count) }
        }
    }
}
