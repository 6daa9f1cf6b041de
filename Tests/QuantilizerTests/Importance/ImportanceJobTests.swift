// SPDX-License-Identifier: Apache-2.0

import TestMarks
import Testing

@testable import Quantilizer

/// `importance` and `cross-entropy` from the job file to the result.
@Suite struct ImportanceJobTests {
    static let file: JobNode = [
        "seed": 3, "base": ["normal": ["dimension": 10]], "utility": "sum(x)/sqrt(10)",
        "quantile": 1e-6, "draws": 100, "method": "cross-entropy",
    ]
    private static let small: JobNode = [
        "seed": 4, "base": ["normal": ["dimension": 2]], "utility": "x[0]", "quantile": 1e-4,
        "draws": 20, "cost": ["late": "x[1] > 1"],
        "method": [
            "importance": ["proposal": ["normal": ["mean": [4, 0], "sd": 1]], "samples": 2048]
        ],
    ]

    /// Draws beyond the quantile in about thirty thousand evaluations; the weight within five standard
    /// errors of the true mass above the threshold.
    @Test(arguments: [1e-3, 1e-6, 1e-9]) func gaussianTails(quantile: Double) throws {
        let spec = try JobSpec.parse(Self.file.with("quantile", JobNode(.number(quantile))))
        let result = try #require(run(spec.job).result)
        let selection = result.selections[0]
        #expect(result.evaluations < 60_000)
        #expect(result.evaluations <= JobPlan(job: spec.job).samples)
        #expect(selection.certificate.amplification == 1 / quantile + 1)
        #expect(selection.certificate.gate == quantile && selection.certificate.fallback == 0)
        let truth = SpecialFunctions.normalUpperTail(selection.threshold.value)
        #expect(abs(selection.threshold.tailMass / truth - 1) < 5 * 0.02)
        #expect(truth >= quantile && truth < 1.3 * quantile)
        #expect(selection.threshold.tailMassInterval.lower < truth)
        #expect(selection.threshold.tailMassInterval.upper > truth)
        #expect(Set(selection.draws.map(\.index)).count == 100)
        for draw in selection.draws {
            #expect(draw.utility >= selection.threshold.value && !draw.fallback)
            #expect(abs(draw.value.reduce(0, +) / 10.0.squareRoot() - draw.utility) < 1e-12)
        }
        // E[U | U > t] = φ(t)/γ(U > t); its spread is less than 1/t.
        let t = selection.threshold.value
        let mean = Kernels.exp(-0.5 * t * t) * 0.3989422804014327 / truth
        #expect(abs(selection.utility.topMean - mean) < 5 / (t * 2_500.0.squareRoot()))
        #expect(result.warnings.map(\.code) == ["unchecked"], "\(result.warnings)")
    }

    /// A given proposal, on continuous and on discrete values.
    @Test func givenProposals() throws {
        let result = try #require(run(try JobSpec.parse(Self.small).job).result)
        let selection = result.selections[0]
        let truth = SpecialFunctions.normalUpperTail(selection.threshold.value)
        #expect(abs(selection.threshold.tailMass / truth - 1) < 0.2)
        #expect(selection.certificate.fallback == 0)
        #expect(selection.draws.allSatisfy { $0.value[0] >= selection.threshold.value })
        // Nothing is done to the second value: P(x > 1) among some 1,300 draws above.
        #expect(abs(selection.costs[0].top - 0.15865525) < 5 * 0.0125)
        #expect(selection.costs[0].bound != nil)
        // Binomial(10, ½), q = 0.02: all of 10 and 9, and 0.0093 of the 0.0439 at 8.
        let discrete = try JobSpec.parse([
            "base": ["binomial": ["trials": 10, "probability": 0.5]], "utility": "x",
            "quantile": 0.02, "draws": 4000, "cost": ["eight": "x == 8", "ten": "x == 10"],
            "method": [
                "importance": [
                    "proposal": ["binomial": ["trials": 10, "probability": 0.8]],
                    "samples": 16384,
                ]
            ],
        ])
        let ties = try #require(run(discrete.job).result?.selections[0])
        #expect(ties.threshold.value == 8 && ties.tieMass > 0.005)
        #expect(abs(ties.threshold.tailMass - 0.02) < 0.003)
        let mass = ties.threshold.tailMass
        #expect(abs(ties.costs[1].top - 0.0009765625 / mass) < 0.01)
        #expect(abs(ties.costs[0].top - (mass - 0.0107421875) / mass) < 0.05)
        let tens = ties.draws.count { $0.value[0] == 10 }
        #expect(abs(Double(tens) / 4000 - ties.costs[1].top) < 0.002)
    }

    /// Bases of words, discrete ones, mixtures: the noise is adapted, whatever the values are.
    @Test(
        .disabled(if: isQuick, "slow without an optimiser"),
        arguments: [
            (["poisson": ["mean": 4, "dimension": 5]] as JobNode, "sum(x)", 54.0, 3.6e-10, 2e-7),
            (["exponential": ["dimension": 3]] as JobNode, "sum(x)", 16.0, 0, 1e-3),
            (
                [
                    "mixture": [
                        ["weight": 1, "normal": [:]], ["weight": 1, "student-t": ["df": 3]],
                    ]
                ]
                    as JobNode, "x", 5.0, 0, 1e-2
            ),
        ])
    func otherBases(
        base: JobNode, utility: String, low: Double, least: Double, most: Double
    ) throws {
        let spec = try JobSpec.parse([
            "seed": 9, "base": base, "utility": JobNode(stringLiteral: utility),
            "quantile": 1e-5, "draws": 50, "method": "cross-entropy",
        ])
        let result = try #require(run(spec.job).result)
        let selection = result.selections[0]
        #expect(selection.certificate.fallback == 0, "\(result.warnings)")
        #expect(selection.draws.count == 50)
        // Plain sampling of the same base agrees about the mass above the threshold.
        let plain = try JobSpec.parse([
            "seed": 1, "base": base, "samples": 4_000_000,
            "event": JobNode(
                stringLiteral: "\(utility) > \(Number.text(selection.threshold.value))"),
        ])
        let estimate = try #require(run(plain.job, level: 20).result?.estimate)
        #expect(selection.threshold.tailMass > estimate.interval.lower / 1.2, "\(estimate)")
        let tied = selection.tieMass
        #expect(
            selection.threshold.tailMass - tied < estimate.interval.upper * 1.2, "\(estimate)")
    }

    @Test(.disabled(if: isQuick, "slow without an optimiser")) func anyCutGivesTheSameBits() throws
    {
        for node in [Self.small, Self.file.with("quantile", 1e-3)] {
            let job = try JobSpec.parse(node).job
            let expected = try #require(run(job).result)
            for seed in 0..<4 as Range<UInt64> {
                let machine = try runShuffled(job, seed: seed, level: seed % 2 == 0 ? 8 : 11)
                #expect(machine.result == expected)
            }
        }
    }

    @Test func verificationRunsTheJobAgain() throws {
        let spec = try JobSpec.parse(Self.small)
        let result = try #require(run(spec.job).result)
        let document = ResultJSON(result, spec: spec).document(id: nil, digest: "d")
        #expect(try verify(document, spec).isValid)
        var altered = result
        altered.selections[0].draws[5].value[1] += 1e-12
        let wrong = ResultJSON(altered, spec: spec).document(id: nil, digest: "d")
        #expect(
            try !verify(wrong, spec).isValid)
    }

    /// A proposal far from the tail: the gate turns it down, draws are base draws, and it says so.
    @Test(.disabled(if: isQuick, "slow without an optimiser")) func badProposalsSaySo() throws {
        var codes: Set<String> = []
        for (mean, seed) in [(-3, 1), (-3, 2), (2, 3), (9, 4), (9, 5)] {
            let spec = try JobSpec.parse(
                Self.small.with("seed", JobNode(integerLiteral: seed)).with(
                    "method",
                    [
                        "importance": [
                            "proposal": ["normal": ["mean": [JobNode(integerLiteral: mean), 0]]],
                            "samples": 1024,
                        ]
                    ]))
            let result = try #require(run(spec.job).result)
            let own = Set(result.warnings.map(\.code))
            #expect(!own.isEmpty, "mean \(mean)")
            codes.formUnion(own)
            let isBase = result.selections[0].certificate.fallback == 1
            #expect(own.contains("fell-back") == isBase)
            #expect(result.selections[0].draws.allSatisfy { $0.fallback == isBase })
            if isBase {
                let evaluator = RangeEvaluator(job: spec.job)
                #expect(result.selections[0].draws[7].value == evaluator.regenerate(index: 7))
            }
        }
        #expect(codes.isSuperset(of: ["low-ess", "fell-back", "heavy-weight"]), "\(codes)")
        // A shell in a hundred dimensions: no Gaussian fits it, and no round gets there.
        let shell = try JobSpec.parse(
            Self.file.with("utility", "sum(x^2)").with("base", ["normal": ["dimension": 100]]))
        let lost = try #require(run(shell.job).result).warnings.map(\.code)
        #expect(Set(lost).isSuperset(of: ["level-unreached", "low-ess"]), "\(lost)")
    }

    @Test func paretoShapes() {
        // Quantiles of Pareto laws: weights u^(−k).
        for k in [0.2, 0.5, 0.9] {
            let weights = (1...4_000).map { Kernels.pow((Double($0) - 0.5) / 4_000, -k) }
            #expect(abs(ParetoTail.shape(of: weights) - k) < 0.1, "\(k)")
        }
        #expect(ParetoTail.shape(of: [Double](repeating: 1, count: 100)) < 0)
        #expect(ParetoTail.shape(of: [1, 2, 3]).isNaN)
    }

    // MARK: Bytes from outside

    @Test(.disabled(if: isQuick, "slow without an optimiser")) func hostileBytesNeverTrap() throws {
        for node in [Self.small, Self.file.with("quantile", 0.01)] {
            let job = try JobSpec.parse(node).job
            let evaluator = RangeEvaluator(job: job)
            var machine = JobMachine(job: job)
            var random = SplitMix(state: 5)
            while let round = machine.currentRound {
                let bytesOfRound = round.encode()
                #expect(try Round(decoding: bytesOfRound, job: job) == round)
                for range in round.cover {
                    let partial = evaluator.evaluate(round: round, range: range)
                    let bytes = partial.encode()
                    #expect(try Partial(decoding: bytes, round: round, job: job) == partial)
                    for _ in 0..<30 {
                        var broken = bytes
                        for _ in 0...(random.next() % 3) {
                            broken[Int(random.next() % UInt64(broken.count))] =
                                UInt8(truncatingIfNeeded: random.next())
                        }
                        if random.next() % 4 == 0 { broken.removeLast(Int(random.next() % 90)) }
                        if let read = try? Partial(decoding: broken, round: round, job: job) {
                            var copy = machine
                            _ = copy.merge(read)
                        }
                        var head = bytesOfRound
                        head[Int(random.next() % UInt64(head.count))] =
                            UInt8(truncatingIfNeeded: random.next())
                        if let other = try? Round(decoding: head, job: job),
                            other.range.upperBound == round.range.upperBound
                        {
                            _ = evaluator.evaluate(
                                round: other, range: try #require(other.cover.last))
                        }
                        var snapshot = machine.snapshot()
                        snapshot[Int(random.next() % UInt64(snapshot.count))] ^= 1 << 3
                        _ = try? JobMachine(job: job, snapshot: snapshot)
                    }
                    _ = machine.merge(partial)
                }
            }
            #expect(machine.result != nil)
        }
    }

    // MARK: The job file

    @Test func settingsAreReadAndWritten() throws {
        let jobs: [JobNode] = [
            Self.small, Self.file,
            Self.file.with(
                "method",
                [
                    "cross-entropy": [
                        "round": 512, "elite": 0.2, "family": "direction", "components": 3,
                        "defensive": 0.2, "samples": 4096,
                    ]
                ]),
            Self.event, Self.event.with("method", "cross-entropy"),
            Self.event.with("method", "splitting"),
        ]
        for node in jobs {
            let spec = try JobSpec.parse(node)
            let again = try JobSpec.parse(JobNode(spec.normalised))
            #expect(again.normalised.text() == spec.normalised.text())
            #expect(again.job.settings == spec.job.settings)
            #expect(again.job.isEstimate == spec.job.isEstimate)
        }
    }

    private static let event: JobNode = [
        "base": ["normal": ["dimension": 2]], "event": "x[0] > 4", "utility": "x[0]",
    ]
    private static let wrong: [(JobNode, String)] = [
        (file.with("samples", 1000), "cross-entropy does not use `samples`"),
        (file.with("quantile", nil), "missing key `quantile`"),
        (file.with("quantile", [0.1, 0.2]), "one quantile"),
        (file.with("method", "importance"), "missing key `proposal`"),
        (
            small.with("method", ["importance": ["proposal": "normal"]]),
            "the proposal has 1 values, the base 2"
        ),
        (
            small.with(
                "method", ["importance": ["proposal": ["poisson": ["mean": 1, "dimension": 2]]]]),
            "continuous where the base is"
        ),
        (
            [
                "base": [
                    "mixture": [["normal": [:]], ["label": "b", "poisson": ["mean": 1]]]
                ], "utility": "x", "quantile": 0.1,
                "method": ["importance": ["proposal": "normal"]],
            ], "the base has no density"
        ),
        (file.with("method", ["cross-entropy": ["family": "ful"]]), "did you mean `full`?"),
        (file.with("method", ["cross-entropy": ["elite": 0.9]]), "at least 0.01 and at most 0.5"),
        (file.with("method", ["cross-entropy": ["components": 9]]), "whole number from 1 to 8"),
        (
            file.with("method", ["cross-entropy": ["defensive": 0.95]]),
            "at least 0.001 and at most 0.9"
        ),
        (file.with("method", "plain"), "give one"),
        (event.with("quantile", 0.1), "has no `quantile`"),
        (event.with("draws", 2), "has no `draws`"),
        (event.with("cost", "x[0]"), "has no `cost`"),
        (event.with("method", "exact"), "the methods that estimate"),
        (event.with("utility", nil).with("method", "splitting"), "needs a `utility`"),
        (event.with("event", "x[0] >"), "^"),
    ]

    @Test(arguments: wrong.indices) func wrongJobsAreRefused(_ number: Int) {
        let (node, words) = Self.wrong[number]
        let error = #expect(throws: JobError.self) { try JobSpec.parse(node) }
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    }
}
