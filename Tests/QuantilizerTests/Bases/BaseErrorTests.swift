// SPDX-License-Identifier: Apache-2.0
import Quantilizer
import TestMarks
import Testing

/// Wrong parameters are errors with a place and a remedy; none traps.
@Suite struct BaseErrorTests {
    func message(_ node: Node, _ resources: JobResources = JobResources()) -> String {
        do {
            _ = try node.base(resources)
            return "accepted"
        } catch let error as JobError {
            return error.diagnostics.map { "\($0.path): \($0.message)" }.joined(separator: " | ")
        } catch {
            return "\(error)"
        }
    }

    @Test func messagesNameThePlaceAndTheRemedy() {
        #expect(
            message(["nromal": [:]])
                == "base: unknown base `nromal`: did you mean `normal`?")
        #expect(
            message(["gamma": ["shpae": 1, "scale": -1]])
                == "base.gamma: unknown key `shpae`: did you mean `shape`? | "
                + "base.gamma: missing key `shape`: the shape | "
                + "base.gamma.scale: expected a number above 0, found `-1`")
        #expect(
            message(["normal": ["mean": [0, 1], "covariance": [[1, 2], [2, 1]]]])
                == "base.normal.covariance: not positive definite: the pivot of row 1 is -3.0; "
                + "leave out the component that the earlier ones determine")
        #expect(
            message(["normal": ["covariance": [[1, 0.5], [0.4, 1]]]])
                == "base.normal.covariance: not symmetric: [1][0] is 0.4, but [0][1] is 0.5")
        #expect(
            message(["normal": ["mean": [0, 1, 2], "sd": [1, 2]]])
                == "base.normal.sd: expected dimension 3, found 2")
        #expect(message(["normal": ["dimension": 5000]]).contains("from 1 to 4096"))
        #expect(message(["exponential": ["rate": 1, "mean": 2]]).contains("give only one of"))
        #expect(
            message(["categorical": ["probabilities": [0.5, 0.4]]]).contains("sum to 1"))
        #expect(
            message(["markov": ["transition": [[0.9, 0.3], [0.5, 0.5]], "length": 3]])
                .contains(
                    "base.markov.transition: expected probabilities that sum to 1, found that "
                        + "row 0 sums to 1.2"))
        #expect(
            message([
                "markov": [
                    "transition": [[0.5, 0.5], [0.5, 0.5]], "initial": [1, 1], "length": 3,
                ]
            ]).contains("base.markov.initial: expected probabilities that sum to 1"))
        #expect(
            message(["markov": ["transition": [[0.5, 0.4999999], [0.5, 0.5]], "length": 3]])
                .contains("sum to 1"))
        #expect(message(["uniform": ["lower": 2, "upper": 2]]).contains("above `lower`"))
        #expect(message(["pareto": ["shape": 0.01]]).contains("too large for a double"))
        #expect(message(["poisson": ["mean": 1e14]]).contains("use a normal"))
        #expect(
            message(["geometric": ["p": 1e-9]])
                == "base.geometric.p: too small for an exact table of counts: "
                + "use an exponential with mean 1/p")
        #expect(
            message(["negative-binomial": ["successes": 1e15, "probability": 1e-300]])
                .contains("use a gamma"))
        #expect(
            message(["hypergeometric": ["population": 5, "successes": 6, "draws": 1]])
                == "base.hypergeometric.successes: expected at most `population`, 5, found 6")
        #expect(
            message(["triangular": ["mode": 2]])
                == "base.triangular.mode: expected a number from `lower` to `upper`, found 2.0")
        #expect(
            message(["discrete-uniform": ["lower": 3, "upper": 2]]).contains("not below `lower`"))
        #expect(
            message(["inverse-gaussian": ["mean": 1e9]]).contains("1e-4 to 1e10 times the mean"))
        #expect(message(["generalized-pareto": ["shape": 99]]).contains("too large for a double"))
        #expect(message(["dirichlet": ["concentration": [1]]]).contains("2 to 4096 numbers"))
        #expect(
            message(["multinomial": ["trials": 3, "p": [0.5, 0.4]]])
                .contains("base.multinomial.p: expected probabilities that sum to 1"))
        #expect(
            message(["multivariate-student-t": ["df": 3, "scale": [[1, 2], [2, 1]]]])
                .contains("base.multivariate-student-t.scale: not positive definite"))
        #expect(
            message(["mixture": [["normal": [:]], ["normal": ["dimension": 2]]]])
                .contains("has dimension 2, the first has 1"))
        #expect(message(["product": [:]]).contains("a mapping of names to bases"))
        #expect(
            message(["product": ["x": ["gama": [:]], "y": ["beta": ["a": 1]]]])
                == "base.product.x: unknown base `gama`: did you mean `gamma`? | "
                + "base.product.y.beta: missing key `b`: the exponent at 1, plus 1")
        #expect(message([1, 2]).contains("expected a base such as"))
        #expect(message(["normal": [:], "beta": [:]]).contains("found 2 keys"))
    }

    @Test func dataMustFit() {
        #expect(
            message(["empirical": ["file": "none.csv"]])
                == "base.empirical.file: the data of `none.csv` did not come with the job")
        let resources = JobResources(tables: [
            "t": DataTable(columnNames: ["alpha", "beta"], columns: [[1, .nan], [1, -1]])
        ])
        #expect(
            message(["empirical": ["file": "t", "columns": ["alhpa"]]], resources)
                == "base.empirical.columns: `t` has no column `alhpa`: did you mean `alpha`?")
        #expect(
            message(["empirical": ["file": "t", "columns": ["alpha"]]], resources)
                .contains("holds nan in row 2"))
        #expect(
            message(
                ["empirical": ["file": "t", "columns": ["beta"], "weights": "beta"]], resources
            )
            .contains("at least 0"))
    }

    @Test func nestingIsLimited() {
        var node: Node = ["normal": [:]]
        for _ in 0..<40 { node = ["product": ["x": node]] }
        #expect(message(node).contains("nested more than 16 deep"))
    }

    /// Whatever numbers come, there is a base with finite values or an error.
    @Test(.disabled(if: isQuick, "slow without an optimiser")) func fuzzedParametersNeverTrap() {
        let numbers: [Double] = [
            0, -0.0, 1, -1, 0.5, 2, 1e3, .leastNonzeroMagnitude, 1e-300, 1e-12, 1e-3, 0.07, 3.7, 40,
            1e9, 1e15,
            1e16, 1e300, 1.7e308, -1e300, .infinity, -.infinity, .nan,
        ]
        let shapes: [(String, [String])] = [
            ("uniform", ["lower", "upper"]), ("normal", ["mean", "sd"]),
            ("lognormal", ["mu", "sigma"]), ("exponential", ["rate"]), ("exponential", ["mean"]),
            ("gamma", ["shape", "scale"]), ("gamma", ["shape", "rate"]), ("beta", ["a", "b"]),
            ("student-t", ["df", "scale"]), ("cauchy", ["location", "scale"]),
            ("pareto", ["shape", "scale"]), ("gumbel", ["location", "scale"]),
            ("weibull", ["shape", "scale"]), ("poisson", ["mean", "dimension"]),
            ("binomial", ["trials", "probability"]), ("laplace", ["location", "scale"]),
            ("logistic", ["location", "scale"]), ("log-logistic", ["shape", "scale"]),
            ("triangular", ["lower", "mode", "upper"]),
            ("generalized-pareto", ["shape", "scale"]),
            ("generalized-extreme-value", ["shape", "location"]), ("rayleigh", ["scale"]),
            ("chi-squared", ["df"]), ("inverse-gamma", ["shape", "scale"]),
            ("half-normal", ["scale"]), ("inverse-gaussian", ["mean", "shape"]),
            ("geometric", ["probability"]), ("negative-binomial", ["successes", "probability"]),
            ("hypergeometric", ["population", "successes", "draws"]),
            ("discrete-uniform", ["lower", "upper"]),
        ]
        var generator = BaseSamples.Words(state: 3)
        func draw() -> Node { .scalar("\(numbers[Int(generator.next() % 23)])", false) }
        var accepted = 0
        for _ in 0..<1200 {
            let (name, keys) = shapes[Int(generator.next() % UInt64(shapes.count))]
            let node = Node.map([(name, .map(keys.map { ($0, draw()) }))])
            guard let base = try? node.base() else { continue }
            accepted += 1
            for value in BaseSamples.values(base, words: [0, 1 << 62, (1 << 63) + 5, .max]) {
                #expect(value.isFinite, "\(node)")
            }
        }
        #expect(accepted > 120)
    }

    @Test func initialisersThrow() {
        #expect(throws: BaseError.self) { try NormalBase(mean: [], sd: []) }
        #expect(throws: BaseError.self) { try NormalBase(mean: [0], covariance: [[1, 2]]) }
        #expect(throws: BaseError.self) { try NormalBase(dimension: -1) }
        #expect(throws: BaseError.self) { try CategoricalBase(weights: []) }
        #expect(throws: BaseError.self) { try CategoricalBase(weights: [0, 0]) }
        #expect(throws: BaseError.self) { try MixtureBase([]) }
        #expect(throws: BaseError.self) { try ProductBase([]) }
        #expect(throws: BaseError.self) { try BinomialBase(trials: -1, probability: 0.5) }
        #expect(throws: BaseError.self) { try GammaBase(shape: .nan) }
    }
}
