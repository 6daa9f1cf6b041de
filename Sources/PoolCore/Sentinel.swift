// SPDX-License-Identifier: Apache-2.0
internal import Quantilizer

/// Samples whose bits tell the arithmetic of this release: whoever shares a job has it in common.
///
/// A worker that shows another fingerprint than the coordinator's is refused, and a store or a state
/// file with unfinished work of another is not gone on with. It is no signature: it finds builds that
/// differ, not peers that lie.
///
/// **Determinism**: a constant of the release; `SentinelTests` pins it, and a change of it is a change
/// of bits.
/// **Complexity**: 306 million instructions, some 0.1 s, once a process, when it is asked for.
public enum Sentinel {
    /// Counts up where a method draws or stores otherwise than before and the samples below stay.
    private static let revision: UInt64 = 5

    /// The fingerprint of before jobs took means over a part of their samples (docs/proposals/0051): the bits of jobs
    /// that measure all of theirs are the same.
    public static let beforeParts =
        "0b681e5c8abe39023ed8df67e1c8b2ef66afa6385025ce945da2248c0cb1e386"

    /// Samples of each job: whole blocks, as workers compute them.
    private static let samples: UInt64 = 1_024

    /// SHA-256 over the revision, and of two jobs the values and functions of each sample and the
    /// first round's partial, which adds them up and keeps the best.
    public static let fingerprint: String = digest(of: [laws, structures])

    /// The digest of jobs' samples. Traps where a job does not compile: a fingerprint that was not
    /// computed would let everybody in.
    static func digest(of jobs: [JobNode]) -> String {
        var bytes: [UInt8] = []
        bytes.appendLittleEndian(revision)
        for job in jobs {
            let compiled: CompiledJob
            do throws(JobError) {
                compiled = try JobSpec.parse(job).job
            } catch {
                preconditionFailure("a sentinel job does not compile: \(error)")
            }
            let evaluator = RangeEvaluator(job: compiled)
            for sample in evaluator.evaluate(indices: 0..<samples) {
                for value in sample.value + sample.utilities {
                    bytes.appendLittleEndian(value.bitPattern)
                }
            }
            let machine = JobMachine(job: compiled)
            guard let round = machine.currentRound else {
                preconditionFailure("a sentinel job has no round")
            }
            for range in round.cover {
                bytes += evaluator.evaluate(round: round, range: range).encode()
            }
        }
        return Digest.hexadecimal(bytes)
    }

    /// Every law of one value, and every function that rounds.
    static let laws = job(
        base: [
            "product": .mapping([
                "n": ["normal": .empty], "m": ["normal": ["mean": "1", "sd": "2"]],
                "u": ["uniform": .empty], "ln": ["lognormal": ["sigma": "0.7"]],
                "ex": ["exponential": ["rate": "1.3"]], "ga": ["gamma": ["shape": "2.5"]],
                "be": ["beta": ["a": "0.7", "b": "2.2"]], "st": ["student-t": ["df": "3"]],
                "ca": ["cauchy": .empty], "pa": ["pareto": ["shape": "2.5"]],
                "gu": ["gumbel": .empty], "we": ["weibull": ["shape": "1.5"]],
                "po": ["poisson": ["mean": "4"]],
                "bi": ["binomial": ["trials": "20", "probability": "0.3"]],
                "cg": ["categorical": ["probabilities": ["0.2", "0.5", "0.3"]]],
            ])
        ],
        utilities: [
            "exp(n)", "expm1(0.1*n)", "log(ga)", "log1p(ex)", "log2(we)", "log10(pa)", "sin(7*n)",
            "cos(7*n)", "tan(m)", "sin(1e6*m)", "asin(2*u-1)", "acos(2*u-1)", "atan(st)",
            "sinh(n)", "cosh(m)", "tanh(n)", "erf(n)", "erfc(m)", "lgamma(ga)", "gamma(1+be)",
            "Phi(n)", "sqrt(ex)", "cbrt(m)", "pow(ga, st)", "atan2(n, m)", "hypot(n, m)",
            "fma(n, m, u)", "n/m", "bi*u+cg-po", "norm(x[0:5])", "mean(x[0:9])", "ca+gu+ln",
        ])

    /// Bases made of bases, and vectors with a covariance.
    static let structures = job(
        base: [
            "product": .mapping([
                "v": ["normal": ["covariance": [["1", "0.5"], ["0.5", "2"]]]],
                "t": [
                    "truncated": ["base": ["gamma": ["shape": "3"]], "lower": "1", "upper": "4"]
                ],
                "c": [
                    "copula": [
                        "marginals": [
                            "a": ["exponential": .empty], "b": ["student-t": ["df": "4"]],
                        ],
                        "correlation": "0.6", "df": "5",
                    ]
                ],
                "k": [
                    "markov": [
                        "transition": [["0.9", "0.1"], ["0.5", "0.5"]], "initial": ["1", "0"],
                        "length": "4",
                    ]
                ],
                "x2": [
                    "mixture": [
                        ["weight": "2", "normal": .empty],
                        ["weight": "1", "normal": ["mean": "3"]],
                    ]
                ],
            ])
        ],
        utilities: ["sum(x)", "x[0]*x[1] - x[2]", "prod(x[2:5])", "max(x)"])

    private static func job(base: Tree, utilities: [String]) -> JobNode {
        let named = utilities.enumerated().map { ("u\($0.offset)", Tree.scalar($0.element)) }
        return Tree.mapping([
            "seed": "20261120", "base": base,
            "utilities": .entries(named), "quantile": "0.05",
            "samples": .scalar("\(samples)"), "method": "exact", "draws": "8",
        ]).node
    }
}

/// A job's tree, written down as a literal.
private indirect enum Tree: ExpressibleByStringLiteral, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral
{
    case scalar(String)
    case sequence([Tree])
    case entries([(String, Tree)])

    static let empty = Tree.entries([])

    init(stringLiteral value: String) { self = .scalar(value) }
    init(arrayLiteral elements: Tree...) { self = .sequence(elements) }
    init(dictionaryLiteral elements: (String, Tree)...) { self = .entries(elements) }

    static func mapping(_ elements: KeyValuePairs<String, Tree>) -> Tree {
        .entries(elements.map { ($0.key, $0.value) })
    }

    var node: JobNode {
        let place = SourcePosition(line: 1, column: 1)
        return switch self {
        case .scalar(let text): JobNode(.scalar(text, quoted: false), at: place)
        case .sequence(let elements): JobNode(.sequence(elements.map(\.node)), at: place)
        case .entries(let entries):
            JobNode(
                .mapping(
                    entries.map { (key: $0.0, keyPosition: place, value: $0.1.node) }), at: place)
        }
    }
}
