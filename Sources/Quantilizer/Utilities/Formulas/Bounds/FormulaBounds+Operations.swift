// SPDX-License-Identifier: Apache-2.0

extension FormulaBounds {
    /// The ends of one operation's value, by the ends of its operands.
    ///
    /// A comparison with what is not a number is false, and `isnan` is the opposite of what is bounded here, so
    /// that of those nothing is said but that they are 0 or 1.
    mutating func apply(
        _ operation: FormulaOperation, _ a: Ends?, _ b: Ends?, _ c: Ends?, isSquare: Bool
    ) -> Ends {
        guard let a else { return everything }
        if a.isExact, b?.isExact ?? true, c?.isExact ?? true {
            let same = graph.apply(operation, a.lower, b?.lower ?? -1, c?.lower ?? -1)
            return Ends(same, same)
        }
        switch operation {
        case .less, .lessOrEqual, .equal, .notEqual, .isnan, .and, .or, .not, .anyOf, .allOf:
            return constants(0, 1)
        case .choose: return b.flatMap { b in c.map { choice(a, b, $0) } } ?? everything
        case .add, .subtract, .multiply, .divide, .minimum, .maximum, .modulo, .pow, .hypot, .atan2:
            guard let b else { return everything }
            return isSquare && operation == .multiply ? square(a) : binary(operation, a, b)
        default: return unary(operation, a)
        }
    }

    private mutating func choice(_ a: Ends, _ b: Ends, _ c: Ends) -> Ends {
        if a.isExact {
            return Ends(
                graph.apply(.choose, a.lower, b.lower, c.lower),
                graph.apply(.choose, a.lower, b.upper, c.upper))
        }
        return Ends(
            graph.apply(.minimum, b.lower, c.lower), graph.apply(.maximum, b.upper, c.upper))
    }

    private mutating func binary(_ operation: FormulaOperation, _ a: Ends, _ b: Ends) -> Ends {
        switch operation {
        case .add, .minimum, .maximum:
            return Ends(
                graph.apply(operation, a.lower, b.lower), graph.apply(operation, a.upper, b.upper))
        case .subtract:
            return Ends(
                graph.apply(.subtract, a.lower, b.upper), graph.apply(.subtract, a.upper, b.lower))
        case .multiply:
            if let factor = graph.constant(b.lower), b.isExact { return scaled(a, by: factor) }
            if let factor = graph.constant(a.lower), a.isExact { return scaled(b, by: factor) }
            return extremes([
                graph.apply(.multiply, a.lower, b.lower), graph.apply(.multiply, a.lower, b.upper),
                graph.apply(.multiply, a.upper, b.lower), graph.apply(.multiply, a.upper, b.upper),
            ])
        case .divide:
            // Between ends of one sign, and by a number that is known: then it is monotone in each operand.
            guard b.isExact || range(b).map({ !$0.hasZero }) == true else { return everything }
            return extremes([
                graph.apply(.divide, a.lower, b.lower), graph.apply(.divide, a.lower, b.upper),
                graph.apply(.divide, a.upper, b.lower), graph.apply(.divide, a.upper, b.upper),
            ])
        case .modulo:
            guard b.isExact, let divisor = graph.constant(b.lower), divisor != 0 else {
                return everything
            }
            return constants(min(divisor, 0), max(divisor, 0))
        case .pow:
            guard b.isExact, let exponent = graph.constant(b.lower), exponent.isFinite,
                let base = graph.constant(a.lower), base >= 0
            else { return everything }
            let first = graph.apply(.pow, a.lower, b.lower)
            let last = graph.apply(.pow, a.upper, b.lower)
            return exponent >= 0 ? padded(first, last) : padded(last, first)
        case .hypot: return constants(0, .infinity)
        default: return constants(-3.1416, 3.1416)
        }
    }

    private mutating func scaled(_ a: Ends, by factor: Double) -> Ends {
        let constant = graph.constant(factor)
        let ends = [a.lower, a.upper].map { graph.apply(.multiply, $0, constant) }
        return factor >= 0 ? Ends(ends[0], ends[1]) : Ends(ends[1], ends[0])
    }

    private mutating func extremes(_ all: [Int]) -> Ends {
        var ends = Ends(all[0], all[0])
        for node in all.dropFirst() {
            ends = Ends(
                graph.apply(.minimum, ends.lower, node), graph.apply(.maximum, ends.upper, node))
        }
        return ends
    }

    /// The distance from 0 of the interval's nearest and farthest point.
    private mutating func magnitudes(_ a: Ends) -> Ends {
        let turned = graph.negate(a.lower)
        let nearest = graph.apply(.maximum, a.lower, graph.negate(a.upper))
        return Ends(
            graph.apply(.maximum, nearest, graph.constant(0)),
            graph.apply(.maximum, turned, a.upper))
    }

    private mutating func square(_ a: Ends) -> Ends {
        let size = magnitudes(a)
        return Ends(
            graph.apply(.multiply, size.lower, size.lower),
            graph.apply(.multiply, size.upper, size.upper))
    }

    private mutating func unary(_ operation: FormulaOperation, _ a: Ends) -> Ends {
        switch operation {
        case .abs: return magnitudes(a)
        case .sqrt:
            let lower = graph.apply(.maximum, a.lower, graph.constant(0))
            return Ends(graph.apply(.sqrt, lower), graph.apply(.sqrt, a.upper))
        case .floor, .ceil, .round, .trunc, .sign:
            return Ends(graph.apply(operation, a.lower), graph.apply(operation, a.upper))
        case .sin, .cos: return constants(-1, 1)
        case .tanh, .erf, .exp, .expm1, .cbrt, .sinh, .atan:
            return padded(graph.apply(operation, a.lower), graph.apply(operation, a.upper))
        case .erfc: return padded(graph.apply(.erfc, a.upper), graph.apply(.erfc, a.lower))
        case .log, .log2, .log10:
            // Below 0 there is no logarithm, and nothing to bound.
            let lower = graph.apply(.maximum, a.lower, graph.constant(0))
            return padded(graph.apply(operation, lower), graph.apply(operation, a.upper))
        case .log1p:
            let lower = graph.apply(.maximum, a.lower, graph.constant(-1))
            return padded(graph.apply(.log1p, lower), graph.apply(.log1p, a.upper))
        case .cosh:
            let size = magnitudes(a)
            return padded(graph.apply(.cosh, size.lower), graph.apply(.cosh, size.upper))
        case .asin: return constants(-1.5708, 1.5708)
        case .acos: return constants(0, 3.1416)
        default: return everything
        }
    }

    /// Ends of a function of the project's own, moved outward by far more than its error.
    private mutating func padded(_ lower: Int, _ upper: Int) -> Ends {
        let (less, more) = (graph.constant(1 - 0x1p-46), graph.constant(1 + 0x1p-46))
        // Where results underflow their error is not relative.
        let least = graph.constant(1e-300)
        let down = graph.apply(
            .minimum, graph.apply(.multiply, lower, less), graph.apply(.multiply, lower, more))
        let up = graph.apply(
            .maximum, graph.apply(.multiply, upper, less), graph.apply(.multiply, upper, more))
        return Ends(graph.apply(.subtract, down, least), graph.apply(.add, up, least))
    }
}
