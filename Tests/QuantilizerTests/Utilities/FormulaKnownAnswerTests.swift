// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Quantilizer

@Suite struct FormulaKnownAnswerTests {
    /// Formulas over x = (1, 2, 3, 4, -5).
    @Test(
        arguments: [
            // Numbers.
            ("1e-3", 0.001), ("1_000", 1000), (".5", 0.5), ("5.", 5), ("1_0.2_5e+0_1", 102.5),
            ("1E2", 100), ("4.9e-324", 0x1p-1074), ("1e-999", 0),
            ("1.7976931348623157e308", .greatestFiniteMagnitude),
            ("0.1 + 0.2", 0.30000000000000004), ("pi", .pi), ("e", 2.718281828459045),
            ("-inf", -.infinity),
            // Precedence.
            ("1 + 2 * 3", 7), ("(1 + 2) * 3", 9), ("10 - 4 - 3", 3), ("24 / 4 / 2", 3),
            ("2 * 7 % 4", 2),
            ("-2^2", -4), ("(-2)^2", 4), ("2^-1", 0.5), ("2^3^2", 512), ("2^-2^2", 0.0625),
            ("-x[0]^2", -1), ("2 - -3", 5), ("--3", 3), ("+-+3", -3), ("1 - 2 < 0", 1),
            ("1 < 2 == 0 or 1", nil), ("not 1 == 2", 1), ("!1 == 2", 0), ("!0 + 1", 2),
            ("not 0 and 0", 0),
            ("1 or 0 and 0", 1), ("(1 or 0) and 0", 0), ("0 || 3", 1), ("2 && -1", 1),
            ("not not 5", 1),
            ("0 ? 1 : 1 ? 2 : 3", 2), ("1 ? 0 ? 1 : 2 : 3", 2), ("1 + 1 ? 5 : 6", 5),
            ("if(0, 1, 2)", 2),
            ("2 > 1 ? 10 : 20", 10), ("x[1] >= 2 and x[2] != 4", 1),
            // Remainders take the divisor's sign.
            ("7 % 3", 1), ("-7 % 3", 2), ("7 % -3", -2), ("-7 % -3", -1), ("5.5 % 2", 1.5),
            ("1e17 % 3", 1), ("1e300 % 7", 1), ("5 % inf", 5), ("-5 % inf", .infinity),
            ("5 % 0", .nan),
            ("inf % 5", .nan), ("-6 % 3", 0), ("2^60 % 3e-324", 0),
            // Vectors.
            ("sum(x)", 5), ("mean(x)", 1), ("min(x)", -5), ("max(x)", 4), ("prod(x)", -120),
            ("len(x)", 5),
            ("norm(x[2:4])", 5), ("dot(x, x)", 55), ("dot(x[:2], x[1:3])", 8), ("sum(x[1:4])", 9),
            ("sum(x[1:])", 4), ("sum(x[:-1])", 10), ("sum(x[-2:])", -1), ("x[-1]", -5),
            ("x[1:4][0]", 2),
            ("x[1:][1:][-3]", 3), ("x[1 + 1]", 3), ("x[len(x) - 1]", -5), ("any(x > 3)", 1),
            ("any(x > 4)", 0), ("all(x > -6)", 1), ("all(x > 0)", 0), ("sum(x > 1)", 3),
            ("sum((x - 1)^2)", 50), ("sum(x * (x > 0))", 10), ("sum(x > 0 ? x : -x)", 15),
            ("max(x - mean(x))", 3), ("sum(2^x[0:4])", 30), ("sum(-x)", -5), ("sum(x^0)", 5),
            ("min(x[0:1])", 1),
            ("sum(max(x, 0))", 10), ("sum(clamp(x, 0, 2))", 7),
            // Functions.
            ("min(3, 1, 2)", 1), ("max(3, 1, 2)", 3), ("clamp(5, 0, 1)", 1), ("clamp(-5, 0, 1)", 0),
            ("sqrt(16)", 4), ("sqrt(-1)", .nan), ("cbrt(27)", 3), ("hypot(3, 4)", 5),
            ("abs(-3)", 3),
            ("floor(-0.5)", -1), ("ceil(-1.5)", -1), ("round(2.5)", 2), ("round(3.5)", 4),
            ("trunc(-2.7)", -2),
            ("sign(-3)", -1), ("sign(0)", 0), ("sign(inf)", 1), ("exp(0)", 1), ("expm1(0)", 0),
            ("log(1)", 0),
            ("log1p(0)", 0), ("log2(8)", 3), ("log10(1000)", 3), ("log(0)", -.infinity),
            ("log(-1)", .nan),
            ("sin(0)", 0), ("cos(0)", 1), ("tan(0)", 0), ("asin(0)", 0), ("acos(1)", 0),
            ("atan(0)", 0),
            ("atan2(0, 1)", 0), ("sinh(0)", 0), ("cosh(0)", 1), ("tanh(inf)", 1), ("erf(0)", 0),
            ("erfc(0)", 1),
            ("gamma(5)", 24), ("lgamma(1)", 0), ("Phi(0)", 0.5), ("Phi(-inf)", 0), ("Phi(inf)", 1),
            ("pow(2, 10)", 1024), ("4^0.5", 2), ("fma(2, 3, 4)", 10),
            ("relu(-2)", 0),
            ("relu(2)", 2), ("step(-1)", 0), ("step(0)", 1),
            ("fma(1 + 2^-30, 1 - 2^-30, -1)", -0x1p-60),
            ("(1 + 2^-30) * (1 - 2^-30) - 1", 0),
            // Powers.
            ("3^0", 1), ("nan^0", 1), ("x[4]^3", -125), ("x[1]^-2", 0.25), ("0^-1", .infinity),
            // NaN.
            ("nan == nan", 0), ("nan != nan", 1), ("nan < 1", 0), ("nan >= 1", 0),
            ("isnan(nan)", 1),
            ("isnan(1)", 0), ("min(nan, 1)", .nan), ("min(1, nan)", .nan), ("max(1, nan)", .nan),
            ("clamp(nan, 0, 1)", .nan), ("nan ? 1 : 2", .nan), ("not nan", .nan),
            ("nan and 0", .nan),
            ("1 or nan", .nan), ("isnan(nan) ? 7 : 8", 7), ("relu(nan)", .nan), ("step(nan)", 0),
            ("max(x / (x - 1))", .infinity), ("min(0 / (x - 1))", .nan), ("any(0 / (x - 1))", .nan),
            ("sign(nan)", .nan), ("inf - inf", .nan), ("0 * inf", .nan), ("1 / 0", .infinity),
            ("1 / -0", -.infinity), ("0 / 0", .nan), ("1 / min(0, -0)", .infinity),
            ("1 / min(-0, 0)", -.infinity),
        ] as [(String, Double?)])
    func hasTheValue(source: String, expected: Double?) throws {
        let sample: [Double] = [1, 2, 3, 4, -5]
        guard let expected else {
            #expect(throws: FormulaError.self) { try formulaValue(source, sample) }
            return
        }
        let value = try formulaValue(source, sample)
        #expect(value == expected || value.isNaN && expected.isNaN, "\(source) is \(value)")
        let reference = try FormulaReference.evaluate(source, sample: sample)
        #expect(formulaBits(value) == formulaBits(reference), "\(source)")
    }

    @Test func namesComeFirst() throws {
        let names = ["x", "y", "e", "delay"]
        let sample: [Double] = [10, 20, 30, 40]
        #expect(try formulaValue("x + y + e + delay", sample, names: names) == 100)
        #expect(try formulaValue("x[1]", sample, names: names) == 20)
        #expect(try formulaValue("sum(x[:])", sample, names: names) == 100)
        #expect(try formulaValue("exp(0 * e)", sample, names: names) == 1)
        #expect(try formulaValue("sin", [0.5], names: ["sin"]) == 0.5)
        #expect(throws: FormulaError.self) { try formulaValue("a", [1, 2], names: ["a", "a"]) }
    }

    @Test func aVectorOfOneIsANumber() throws {
        #expect(try formulaValue("x", [7]) == 7)
        #expect(try formulaValue("-x^2 + 1", [7]) == -48)
        #expect(try formulaValue("x > 3 and x < 9", [7]) == 1)
        #expect(formulaBits(try formulaValue("x", [-0.0])) == formulaBits(-0.0))
    }

    @Test(
        arguments: [
            ("((1+2))*3", "(1 + 2) * 3"), ("a:b", nil), ("-(x[0]-1)^2", "-(x[0] - 1)^2"),
            ("(2^3)^2", "(2^3)^2"), ("2^(3^2)", "2^3^2"), ("2^(-x[1])", "2^-x[1]"),
            ("(-2)^2", "(-2)^2"),
            ("-(2*3)", "-(2 * 3)"), ("(-2)*3", "-2 * 3"), ("a", nil), ("!x[0]+1", "(not x[0]) + 1"),
            ("not (x[0]==1)", "not x[0] == 1"), ("not (1 and 0)", "not (1 and 0)"),
            ("1&&0||1", "1 and 0 or 1"),
            ("1 and (0 or 1)", "1 and (0 or 1)"), ("if(x[0]>0,1,2)", "x[0] > 0 ? 1 : 2"),
            ("(1?2:3)+4", "(1 ? 2 : 3) + 4"), ("(1?2:3)?4:5", "(1 ? 2 : 3) ? 4 : 5"),
            ("1?2:(3?4:5)", "1 ? 2 : 3 ? 4 : 5"), ("sum(x[1:3])", "sum(x[1:3])"),
            ("x[ : 2 ][0]", "x[:2][0]"),
            ("1e3", "1000"), ("1e-7", "1e-07"), ("1-(2-3)", "1 - (2 - 3)"),
            ("(1<2)==1", "(1 < 2) == 1"),
            ("hypot ( 1 ,2 )", "hypot(1, 2)"),
        ] as [(String, String?)])
    func hasOneSpelling(source: String, expected: String?) throws {
        let schema = FormulaSchema(dimension: 3)
        guard let expected else {
            #expect(throws: FormulaError.self) { try Formula.compile(source, schema: schema) }
            return
        }
        let formula = try Formula.compile(source, schema: schema)
        #expect(formula.description == expected)
        #expect(try Formula.compile(expected, schema: schema).description == expected)
    }

    @Test func saysWhatItReads() throws {
        let schema = FormulaSchema(dimension: 9, names: (0..<9).map { "v\($0)" })
        #expect(
            try Formula.compile("v7 + x[2] + sum(x[3:5])", schema: schema).usedColumns == [
                2, 3, 4, 7,
            ])
        #expect(try Formula.compile("len(x) + 1", schema: schema).usedColumns == [])
        #expect(try Formula.compile("mean(x)", schema: schema).usedColumns == Array(0..<9))
    }

    /// Sharing and folding leave few operations, and a large dimension does not lengthen a program.
    @Test func programsAreShort() throws {
        func operations(_ source: String, _ dimension: Int) throws -> Int {
            let schema = FormulaSchema(dimension: dimension)
            return try Formula.compile(source, schema: schema).machine.operations.count
        }
        #expect(try operations("1 + 2 * sin(3)", 1) == 1)
        #expect(try operations("x[0]", 1) == 1)
        #expect(try operations("(x[0] - 1)^2", 1) == 1)
        #expect(try operations("sin(x[0]) + sin(x[0])", 1) == 2)
        #expect(try operations("sum((x - 0.5)^2)", 4096) == 3)
        #expect(try operations("sum(sin(x) * x)", 4096) == 4)
        #expect(try operations("-(x[0]-1)^2 - sum((x-0.5)^2) + sin(3*x[1])", 10) == 8)
        let formula = try Formula.compile(
            "sum(sin(x) * cos(x) + exp(x) - log(x)) / sum(x)",
            schema: FormulaSchema(dimension: 4096))
        #expect(formula.scratchColumns <= 5)
    }
}
