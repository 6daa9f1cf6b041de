// SPDX-License-Identifier: Apache-2.0
import CKernels

@testable import Quantilizer

/// Evaluates a formula's tree for one sample, a node at a time: the oracle of the compiled program.
///
/// It shares the parser and the scalar elementary functions, and nothing of graph, emitter and
/// column kernels.
struct FormulaReference {
    let tree: FormulaTree
    let names: [String]
    let sample: [Double]

    struct Value {
        var elements: [Double]
        var isVector = false
        var isConstant = false
        /// First column, for what can be indexed.
        var first: Int?
    }

    static func evaluate(_ source: String, names: [String] = [], sample: [Double]) throws -> Double
    {
        let tree = try FormulaParser.parse(Array(source.utf8), limits: .default)
        let reference = FormulaReference(tree: tree, names: names, sample: sample)
        return reference.value(tree.root).elements[0]
    }

    static func number(_ value: Double) -> Value { Value(elements: [value], isConstant: true) }

    func value(_ id: Int, indexed: Bool = false) -> Value {
        switch tree.nodes[id].form {
        case .number(let number): return Self.number(number)
        case .name(let name):
            if let column = names.firstIndex(of: name), !(name == "x" && indexed) {
                return Value(elements: [sample[column]])
            }
            switch name {
            case "pi": return Self.number(.pi)
            case "e": return Self.number(2.718281828459045)
            case "inf": return Self.number(.infinity)
            case "nan": return Self.number(.nan)
            default: return Value(elements: sample, isVector: true, first: 0)
            }
        case .negate(let a): return map(value(a)) { -$0 }
        case .not(let a): return map(value(a)) { $0.isNaN ? .nan : $0 == 0 ? 1 : 0 }
        case .binary(.power, let a, let b): return power(value(a), value(b))
        case .binary(let operation, let a, let b):
            return zip(value(a), value(b)) { Self.binary(operation, $0, $1) }
        case .choose(let c, let a, let b):
            return map3(value(c), value(a), value(b)) { $0.isNaN ? .nan : $0 != 0 ? $1 : $2 }
        case .call(let name, let arguments): return call(name, arguments.map { value($0) })
        case .element(let vector, let index):
            let base = value(vector, indexed: true)
            let place = Int(value(index).elements[0])
            return Value(elements: [base.elements[place < 0 ? place + base.elements.count : place]])
        case .slice(let vector, let from, let upTo):
            let base = value(vector, indexed: true)
            func bound(_ node: Int?, _ otherwise: Int) -> Int {
                guard let node else { return otherwise }
                let place = Int(value(node).elements[0])
                return place < 0 ? place + base.elements.count : place
            }
            let range = bound(from, 0)..<bound(upTo, base.elements.count)
            return Value(
                elements: Array(base.elements[range]), isVector: true, first: range.lowerBound)
        }
    }

    // MARK: - Elementwise

    func map(_ a: Value, _ f: (Double) -> Double) -> Value {
        Value(elements: a.elements.map(f), isVector: a.isVector, isConstant: a.isConstant)
    }

    func zip(_ a: Value, _ b: Value, _ f: (Double, Double) -> Double) -> Value {
        map3(a, b, a) { x, y, _ in f(x, y) }
    }

    func map3(_ a: Value, _ b: Value, _ c: Value, _ f: (Double, Double, Double) -> Double) -> Value
    {
        let isVector = a.isVector || b.isVector || c.isVector
        let count = [a, b, c].map(\.elements.count).max() ?? 1
        func at(_ v: Value, _ i: Int) -> Double { v.isVector ? v.elements[i] : v.elements[0] }
        return Value(
            elements: (0..<count).map { f(at(a, $0), at(b, $0), at(c, $0)) }, isVector: isVector,
            isConstant: a.isConstant && b.isConstant && c.isConstant)
    }

    static func binary(_ operation: FormulaBinary, _ a: Double, _ b: Double) -> Double {
        switch operation {
        case .or: a.isNaN || b.isNaN ? .nan : a != 0 || b != 0 ? 1 : 0
        case .and: a.isNaN || b.isNaN ? .nan : a != 0 && b != 0 ? 1 : 0
        case .less: a < b ? 1 : 0
        case .lessOrEqual: a <= b ? 1 : 0
        case .greater: a > b ? 1 : 0
        case .greaterOrEqual: a >= b ? 1 : 0
        case .equal: a == b ? 1 : 0
        case .notEqual: a != b ? 1 : 0
        case .add: a + b
        case .subtract: a - b
        case .multiply: a * b
        case .divide: a / b
        case .modulo: modulo(a, b)
        case .power: qk_pow_1(a, b)
        }
    }

    /// The exact remainder, then one addition if the signs differ.
    static func modulo(_ a: Double, _ b: Double) -> Double {
        let r = a.truncatingRemainder(dividingBy: b)
        if r.isNaN { return .nan }
        if r == 0 { return Double(signOf: b, magnitudeOf: 0) }
        return (r < 0) != (b < 0) ? r + b : r
    }

    func power(_ a: Value, _ b: Value) -> Value {
        guard b.isConstant, let n = Int(exactly: b.elements[0]), n != 0, abs(n) <= 16 else {
            return zip(a, b) { qk_pow_1($0, $1) }
        }
        return map3(a, a, b) { base, _, _ in
            let digits = String(abs(n), radix: 2)
            var result = base
            for digit in digits.dropFirst() {
                result = result * result
                if digit == "1" { result = result * base }
            }
            return n < 0 ? 1 / result : result
        }
    }

    static func minimum(_ a: Double, _ b: Double) -> Double {
        a.isNaN || b.isNaN ? .nan : b < a ? b : a
    }

    static func maximum(_ a: Double, _ b: Double) -> Double {
        a.isNaN || b.isNaN ? .nan : b > a ? b : a
    }

    // MARK: - Functions

    static let unary: [String: @Sendable (Double) -> Double] = [
        "abs": { Swift.abs($0) }, "floor": { $0.rounded(.down) }, "ceil": { $0.rounded(.up) },
        "round": { $0.rounded(.toNearestOrEven) }, "trunc": { $0.rounded(.towardZero) },
        "sqrt": { $0.squareRoot() }, "sign": { $0 > 0 ? 1 : $0 < 0 ? -1 : $0 },
        "isnan": { $0.isNaN ? 1 : 0 }, "relu": { maximum($0, 0) }, "step": { $0 >= 0 ? 1 : 0 },
        "Phi": { qk_erfc_1($0 * -0.7071067811865476) * 0.5 },
        "exp": qk_exp_1, "expm1": qk_expm1_1, "log": qk_log_1, "log1p": qk_log1p_1,
        "log2": qk_log2_1, "log10": qk_log10_1, "sin": qk_sin_1, "cos": qk_cos_1, "tan": qk_tan_1,
        "asin": qk_asin_1, "acos": qk_acos_1, "atan": qk_atan_1, "sinh": qk_sinh_1,
        "cosh": qk_cosh_1, "tanh": qk_tanh_1, "cbrt": qk_cbrt_1, "erf": qk_erf_1,
        "erfc": qk_erfc_1, "lgamma": qk_lgamma_1, "gamma": qk_tgamma_1,
    ]

    func call(_ name: String, _ a: [Value]) -> Value {
        if let f = Self.unary[name] { return map(a[0], f) }
        func reduce(_ v: Value, _ f: (Double, Double) -> Double) -> Value {
            Value(elements: [v.elements.dropFirst().reduce(v.elements[0], f)])
        }
        func truth(_ v: Value) -> Value { map(v) { $0.isNaN ? .nan : $0 != 0 ? 1 : 0 } }
        switch name {
        case "sum": return reduce(a[0], +)
        case "mean":
            let total = reduce(a[0], +).elements[0]
            return Value(elements: [total / Double(a[0].elements.count)])
        case "prod": return reduce(a[0], *)
        case "norm":
            let total = reduce(map(a[0]) { $0 * $0 }, +)
            return map(total) { $0.squareRoot() }
        case "any": return reduce(truth(a[0])) { Self.binary(.or, $0, $1) }
        case "all": return reduce(truth(a[0])) { Self.binary(.and, $0, $1) }
        case "len": return Self.number(Double(a[0].elements.count))
        case "dot": return reduce(zip(a[0], a[1]) { $0 * $1 }, +)
        case "min":
            if a.count == 1 { return reduce(a[0], Self.minimum) }
            return a.dropFirst().reduce(a[0]) { zip($0, $1, Self.minimum) }
        case "max":
            if a.count == 1 { return reduce(a[0], Self.maximum) }
            return a.dropFirst().reduce(a[0]) { zip($0, $1, Self.maximum) }
        case "clamp": return map3(a[0], a[1], a[2]) { Self.minimum(Self.maximum($0, $1), $2) }
        case "fma": return map3(a[0], a[1], a[2]) { $2.addingProduct($0, $1) }
        case "pow": return power(a[0], a[1])
        case "atan2": return zip(a[0], a[1]) { qk_atan2_1($0, $1) }
        default: return zip(a[0], a[1]) { qk_hypot_1($0, $1) }
        }
    }
}
