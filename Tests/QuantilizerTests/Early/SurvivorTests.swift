// SPDX-License-Identifier: Apache-2.0
import TestMarks
import Testing

@testable import Quantilizer

/// Samples that are given up early: what is kept is what evaluating all of them keeps, to the bit.
@Suite struct SurvivorTests {
    struct Problem: Sendable, CustomTestStringConvertible {
        var base: JobNode
        var utility: String
        var costs: [String] = []
        var testDescription: String { "\(utility) of \(base.content)".prefix(120) + "" }
    }

    static let problems = [
        Problem(
            base: ["normal": ["dimension": 10]],
            utility: "-(x[0]-1)^2 - sum((x-0.5)^2) + sin(3*x[1])"),
        Problem(base: ["exponential": ["rate": 1]], utility: "x[0]"),
        Problem(base: ["exponential": ["rate": 3]], utility: "-abs(x[0] - 1)"),
        Problem(base: ["normal": ["dimension": 1]], utility: "x[0]", costs: ["x[0] > 3"]),
        Problem(
            base: ["normal": ["dimension": 3]], utility: "-norm(x)", costs: ["x[2]^2", "x[0]"]),
        Problem(base: ["normal": ["mean": [0, 5, 1], "sd": [1, 0.1, 3]]], utility: "-sum(x^2)"),
        // The last decides most, and the first is not read.
        Problem(base: ["uniform": ["dimension": 7]], utility: "x[1] + 10*x[5] - x[6]^2"),
        Problem(base: ["beta": ["a": 0.5, "b": 2, "dimension": 5]], utility: "prod(1 - x)"),
        Problem(base: ["poisson": ["mean": 4, "dimension": 3]], utility: "x[0] - x[1] - x[2]"),
        // Not numbers, infinities, ties.
        Problem(
            base: ["uniform": ["lower": -1, "upper": 1, "dimension": 2]],
            utility: "sqrt(x[0]) - x[1]^2"),
        Problem(
            base: ["uniform": ["dimension": 2]], utility: "x[0] > 0.999 ? inf : floor(x[1]*9)"),
        Problem(base: ["normal": ["dimension": 100]], utility: "-sum(x^2)"),
        Problem(
            base: [
                "product": [
                    "a": ["normal": ["dimension": 3]], "b": ["gamma": ["shape": 2]],
                    "c": ["weibull": ["shape": 1.5, "dimension": 2]],
                ]
            ], utility: "-norm(x[0:3] - x[3]) - x[5]"),
        // Nothing to be decided: unbounded, made together, or drawn by rows.
        Problem(base: ["normal": ["dimension": 2]], utility: "x[0] / x[1]"),
        Problem(
            base: ["normal": ["mean": [0, 1], "covariance": [[1, 0.5], [0.5, 1]]]],
            utility: "-sum(x^2)"),
        Problem(
            base: ["categorical": ["probabilities": [0.5, 0.3, 0.2]]], utility: "-(x[0] - 1)^2"),
    ]

    private static func job(_ problem: Problem, samples: UInt64 = 1 << 24) throws -> CompiledJob {
        var node: JobNode = [
            "seed": 17, "base": problem.base, "utility": .init(stringLiteral: problem.utility),
            "quantile": 0.001, "samples": .init(integerLiteral: Int(samples)), "draws": 4,
        ]
        if !problem.costs.isEmpty {
            let here = SourcePosition(line: 1, column: 1)
            node = node.with(
                "costs",
                JobNode(
                    .mapping(
                        problem.costs.enumerated().map {
                            ("c\($0)", here, JobNode(stringLiteral: $1))
                        }), at: here))
        }
        return try JobSpec.parse(node).job
    }

    /// Both ways over some ranges, with floors from none to one that nothing reaches.
    @Test(.disabled(if: isQuick, "draws millions"), arguments: problems) func theSameIsKept(
        _ problem: Problem
    ) throws {
        let job = try Self.job(problem)
        let evaluator = RangeEvaluator(job: job)
        let utilities = evaluator.evaluate(indices: 0..<4_096).map(\.utilities[0])
        let order = utilities.map { Kernels.key($0) }.sorted(by: >)
        let floors: [UInt64] = [
            0, order[2_000], order[400], order[40], order[4], order[0], .max - 1,
        ]
        for (number, bits) in floors.enumerated() {
            let floor = Key(bits: bits, label: 0, index: .max)
            let tasks: [RoundTask] = [
                .select([Sieve(utility: 0, floor: floor, capacity: 500, picks: 3)]),
                .accept([Acceptance(utility: 0, floor: floor, count: 30)]),
                .select([
                    Sieve(utility: 0, floor: floor, capacity: 64),
                    Sieve(
                        utility: 0, selection: 1, floor: floor,
                        ceiling: Key(bits: order[3], label: 0, index: 0), capacity: 900, picks: 7),
                ]),
            ]
            for (place, task) in tasks.enumerated() {
                // Before, at and after the point where the index's lower half begins again.
                for start in [1 << 18, (1 << 32) - (1 << 14), 1 << 32] as [UInt64] {
                    let range = try #require(
                        DyadicRange.cover(start..<start + (1 << 14)).first)
                    let rounds = [true, false].map {
                        Round(
                            number: number, domain: .base, range: start..<start + (1 << 14),
                            task: task, measures: $0)
                    }
                    // Measured samples below 2^22 are drawn whole; beyond, those of a job with costs.
                    let whole = Self.whole(job, rounds[0], range)
                    let early = evaluator.evaluate(round: rounds[1], range: range)
                    #expect(
                        early.channels == whole.channels,
                        "floor \(number), task \(place), at \(start)")
                    #expect(early.tally.channels == whole.tally.channels)
                }
            }
        }
    }

    /// The partial of a job that measures every sample.
    private static func whole(
        _ job: CompiledJob, _ round: Round, _ range: DyadicRange
    ) -> Partial {
        var settings = job.settings
        settings.measured = .all
        let all = CompiledJob(
            settings: settings, base: job.base, utilities: job.utilities, costs: job.costs)
        return RangeEvaluator(job: all).evaluate(round: round, range: range)
    }

    /// Whether samples are given up at all where they can be, so that the comparison says something.
    @Test func mostAreGivenUp() throws {
        let job = try Self.job(Self.problems[0])
        guard
            var sampler = SurvivorSampler(
                job.workload, functions: job.functions.map(\.utility))
        else {
            Issue.record("nothing can be given up")
            return
        }
        let lanes = sampler.lanes
        let pays = sampler.isWorthwhile(.base, from: 0, least: -1.62)
        #expect(pays)
        var left = 0
        for block in 0..<50 {
            sampler.evaluate(
                domain: .base, start: UInt64(block * lanes), count: lanes, least: -1.62)
            left += sampler.left.count
            sampler.forget()
        }
        // 0.1 % are kept; the last bounds leave a few times as many.
        #expect(left > 50 * lanes / 1_500 && left < 50 * lanes / 10)
        let paysForAll = sampler.isWorthwhile(.base, from: 0, least: -.infinity)
        #expect(!paysForAll)
    }

    /// Whole jobs: with and without statistics of all samples, cut anyhow, the same answer but for the means.
    @Test(.disabled(if: isQuick, "draws millions")) func jobsKeepTheSame() throws {
        let samples: UInt64 = (1 << 22) + (1 << 21) + 777
        for problem in [Self.problems[0], Self.problems[1], Self.problems[4]] {
            var part = try Self.job(problem, samples: samples)
            var settings = part.settings
            settings.measured = .part
            part = CompiledJob(
                settings: settings, base: part.base, utilities: part.utilities, costs: part.costs)
            settings.measured = .all
            let all = CompiledJob(
                settings: settings, base: part.base, utilities: part.utilities, costs: part.costs)
            let a = try #require(run(part, level: 16).result?.selections.first)
            let b = try #require(run(all, level: 18).result?.selections.first)
            #expect(a.draws == b.draws)
            #expect(a.threshold == b.threshold)
            #expect(a.kept == b.kept)
            #expect(a.utility.topMean == b.utility.topMean)
            #expect(a.costs.map(\.top) == b.costs.map(\.top))
            let measured = MeasuredShare.part.count(in: 0..<samples)
            #expect(a.utility.measured == measured)
            #expect(b.utility.measured == nil)
            let error = b.utility.standardDeviation / Double(measured).squareRoot()
            #expect(abs(a.utility.mean - b.utility.mean) < 3 * error)
            #expect(try runShuffled(part, seed: 5, level: 17).result?.selections == [a])
        }
    }

    /// Measured samples, counted one by one.
    @Test func sharesCount() {
        let share = MeasuredShare.part
        let from = MeasuredShare.whole - 3_000
        var counted: UInt64 = 0
        for index in from..<from + 400_000 {
            if index % 10_007 == 0 {
                #expect(share.count(in: from..<index) == counted, "\(index)")
            }
            let (isMeasured, until) = share.measures(index)
            #expect(until > index && until % 1_024 == 0)
            if until < from + 300_000 {
                #expect(share.measures(until - 1).0 == isMeasured)
            }
            if isMeasured { counted += 1 }
        }
        #expect(share.count(in: 0..<1 << 30) == (1 << 22) + ((1 << 30) - (1 << 22)) / 64)
        #expect(MeasuredShare.all.count(in: 5..<1 << 30) == (1 << 30) - 5)
    }
}
