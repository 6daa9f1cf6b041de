// SPDX-License-Identifier: Apache-2.0

import TestMarks
import Testing

@testable import Quantilizer

/// `method: splitting` from the job file to the result.
@Suite struct SplittingJobTests {
    private static let file: JobNode = [
        "seed": 3, "base": ["normal": ["dimension": 10]], "utility": "sum(x)/sqrt(10)",
        "quantile": 1e-6, "draws": 100, "method": "splitting",
    ]

    private static let small: JobNode = file.with(
        "method", ["splitting": ["particles": 256, "islands": 8]]
    ).with("quantile", 1e-3).with("cost", ["late": "x[0] > 1"])

    private static let event: JobNode = [
        "base": ["normal": ["dimension": 3]], "utility": "x[0]", "event": "x[0] > 3",
        "method": ["splitting": ["particles": 256, "islands": 2]],
    ]

    /// Fewer than 10⁶ evaluations for 100 draws, all beyond their quantile; the weight within five
    /// standard deviations of the true mass above the threshold.
    @Test(.disabled(if: isQuick, "slow without an optimiser"), arguments: [1e-6, 1e-9])
    func gaussianTails(quantile: Double) throws {
        let spec = try JobSpec.parse(Self.file.with("quantile", JobNode(.number(quantile))))
        let result = try #require(run(spec.job).result)
        let selection = result.selections[0]
        let certificate = selection.certificate
        #expect(result.evaluations < 1_000_000)
        #expect(Double(result.evaluations) > 100_000)
        #expect(result.evaluations <= JobPlan(job: spec.job).samples)
        #expect(certificate.amplification == 1 / quantile + 1)
        #expect(certificate.gate == quantile && certificate.fallback == 0)
        #expect(selection.threshold.tailMass >= quantile)
        let truth = SpecialFunctions.normalUpperTail(selection.threshold.value)
        // Four islands, each with a coefficient of variation of about .17.
        #expect(abs(selection.threshold.tailMass / truth - 1) < 5 * 0.17 / 2)
        #expect(truth < 1.6 * quantile)
        #expect(selection.draws.count == 100)
        #expect(Set(selection.draws.map(\.index)).count == 100)
        for draw in selection.draws {
            #expect(draw.utility >= selection.threshold.value && !draw.fallback)
            let sum = draw.value.reduce(0, +) / 10.0.squareRoot()
            #expect(abs(sum - draw.utility) < 1e-12)
        }
        // E[U | U > t] = φ(t)/γ(U > t), between t and t + 1/t.
        #expect(selection.utility.topMean > selection.threshold.value)
        #expect(selection.utility.topMean < selection.threshold.value + 0.3)
        #expect(abs(selection.utility.mean) < 0.1)
        #expect(result.warnings.isEmpty, "\(result.warnings)")
    }

    @Test(.disabled(if: isQuick, "slow without an optimiser")) func anyCutGivesTheSameBits() throws
    {
        let job = try JobSpec.parse(Self.small).job
        let expected = try #require(run(job).result)
        #expect(expected.selections[0].costs[0].bound != nil)
        for seed in 0..<6 as Range<UInt64> {
            let machine = try runShuffled(job, seed: seed, level: seed % 2 == 0 ? 8 : 10)
            #expect(machine.result == expected)
        }
    }

    /// A gate that is not met: every draw is a base draw of its own index, and says so.
    @Test func fallingBackIsMarked() throws {
        let job = try JobSpec.parse(Self.small).job
        let plan = SplittingPlan(levels: [level(100)], steps: [MoveSteps(0.5)])
        let record = try #require(
            IslandRecord.run(
                SplittingPass(phase: .production, plan: plan), island: 0, job: job,
                isCancelled: { false }))
        #expect(record.survivors == [0])
        let report = SplittingReport(
            settings: SplittingSettings(particleBits: 8, islands: 1), plan: plan,
            calibration: SplittingCalibration(), reachedAim: false, records: [record])
        let evaluator = RangeEvaluator(job: job)
        let result = report.result(
            MethodContext(
                job: job, moments: [], issued: 0, evaluations: 256, nextRound: 3,
                evaluator: evaluator))
        let draws = result.selections[0].draws
        #expect(draws.map(\.index) == Array(0..<100))
        #expect(draws.allSatisfy { $0.fallback })
        #expect(draws[7].value == evaluator.regenerate(index: 7))
        #expect(result.selections[0].certificate.fallback == 1)
        #expect(
            Set(result.warnings.map(\.code)).isSuperset(of: ["fell-back", "pilot-stopped-short"]))
    }

    @Test(.disabled(if: isQuick, "slow without an optimiser"))
    func verificationRunsTheIslandsAgain() throws {
        let spec = try JobSpec.parse(Self.small)
        let result = try #require(run(spec.job).result)
        let document = ResultJSON(result, spec: spec).document(id: nil, digest: "d")
        let report = try verify(document, spec)
        #expect(report.isValid, "\(report.findings)")
        #expect(report.draws == 100)
        for change in 0..<3 {
            var altered = result
            switch change {
            case 0: altered.selections[0].draws[5].value[2] += 1e-12
            case 1: altered.selections[0].draws[5].index += 1
            default: altered.selections[0].draws[5].fallback = true
            }
            let document = ResultJSON(altered, spec: spec).document(id: nil, digest: "d")
            let report = try verify(document, spec)
            #expect(report.findings.count == 1, "change \(change)")
        }
    }

    /// A flat utility is all tie: labels alone are gone down, and draws are plain base draws in law.
    @Test(.disabled(if: isQuick, "slow without an optimiser")) func constantUtility() throws {
        let spec = try JobSpec.parse(Self.small.with("utility", "0*x[0]"))
        let result = try #require(run(spec.job).result)
        #expect(result.selections[0].certificate.fallback == 0)
        #expect(result.selections[0].tieMass == result.selections[0].threshold.tailMass)
        #expect(result.selections[0].draws.allSatisfy { $0.utility == 0 })
    }

    @Test func theWholeBaseIsAQuantileToo() throws {
        let spec = try JobSpec.parse(Self.small.with("quantile", 1))
        let result = try #require(run(spec.job).result)
        #expect(result.selections[0].threshold.tailMass == 1)
        #expect(result.selections[0].certificate.amplification == 2)
    }

    // MARK: Bytes from outside

    @Test(.disabled(if: isQuick, "slow without an optimiser"), arguments: [false, true])
    func hostileBytesNeverTrap(isEstimate: Bool) throws {
        let job = try JobSpec.parse(isEstimate ? Self.event : Self.small).job
        let evaluator = RangeEvaluator(job: job)
        var machine = JobMachine(job: job)
        var random = SplitMix(state: 5)
        while let round = machine.currentRound {
            let range = try #require(round.cover.first)
            let partial = evaluator.evaluate(round: round, range: range)
            let bytes = partial.encode()
            #expect(try Partial(decoding: bytes, round: round, job: job) == partial)
            #expect(try Round(decoding: round.encode(), job: job) == round)
            for _ in 0..<150 {
                var broken = bytes
                for _ in 0...(random.next() % 3) {
                    // Mostly in the fields before the particles.
                    let reach = random.next() % 2 == 0 ? 400 : UInt64(broken.count)
                    broken[Int(random.next() % min(reach, UInt64(broken.count)))] =
                        UInt8(truncatingIfNeeded: random.next())
                }
                if random.next() % 4 == 0 { broken.removeLast(Int(random.next() % 100)) }
                if let read = try? Partial(decoding: broken, round: round, job: job) {
                    var copy = machine
                    _ = copy.merge(read)
                }
                var head = round.encode()
                head[Int(random.next() % UInt64(head.count))] =
                    UInt8(truncatingIfNeeded: random.next())
                _ = try? Round(decoding: head, job: job)
            }
            _ = machine.merge(partial)
        }
        #expect(machine.result != nil)
    }

    // MARK: The job file

    @Test func settingsAreReadAndWritten() throws {
        let spec = try JobSpec.parse(
            Self.file.with(
                "method",
                ["splitting": ["particles": 512, "islands": 6, "levels": 0.1, "moves": 9]]))
        let settings = SplittingSettings(
            particleBits: 9, islands: 6, levelShare: 0.1, moves: 9)
        #expect(spec.job.settings.method == .splitting(settings))
        let again = try JobSpec.parse(JobNode(spec.normalised))
        #expect(again.normalised.text() == spec.normalised.text())
        #expect(again.job.settings == spec.job.settings)
        let plain = try JobSpec.parse(Self.file)
        #expect(plain.job.settings.method == .splitting(SplittingSettings()))
    }

    /// An event has chains, unless moves of every particle are asked for.
    @Test func settingsOfAnEvent() throws {
        func settings(_ method: JobNode) throws -> SplittingSettings? {
            let spec = try JobSpec.parse(Self.event.with("method", method))
            let again = try JobSpec.parse(JobNode(spec.normalised))
            #expect(again.job.settings == spec.job.settings)
            guard let settings = spec.job.settings.method.splitting else { return nil }
            return settings
        }
        #expect(
            try settings("splitting")
                == SplittingSettings(
                    particleBits: 11, islands: 20, levelShare: 0.125, moves: 7, isChained: true))
        #expect(try settings(["splitting": ["chain": 4]])?.moves == 3)
        #expect(
            try settings(["splitting": ["moves": 4]])
                == SplittingSettings(particleBits: 11, islands: 10, levelShare: 0.2, moves: 4))
    }

    /// Nothing moves after an event, so an island takes the moves of one level fewer.
    @Test(.disabled(if: isQuick, "slow without an optimiser")) func evaluationsOfAnEvent() throws {
        for method: JobNode in [["moves": 3], ["chain": 8]] {
            let node = Self.event.with("method", ["splitting": method])
            let job = try JobSpec.parse(node).job
            guard let settings = job.settings.method.splitting else { continue }
            let result = try #require(run(job).result)
            let levels = try #require(
                result.diagnostics.first { $0.name == "levels" }.map { Int($0.value) })
            #expect(levels > 1)
            let island = settings.evaluations(levels: levels - 1)
            #expect(result.evaluations == UInt64(island * (1 + settings.islands)))
            #expect(result.warnings.isEmpty, "\(result.warnings)")
        }
    }

    private static let wrong: [(JobNode, String)] = [
        (file.with("samples", 1000), "splitting does not use `samples`"),
        (file.with("precision", 0.01), "splitting does not use `precision`"),
        (file.with("quantile", nil), "missing key `quantile`"),
        (file.with("quantile", [0.1, 0.2]), "one quantile"),
        (file.with("quantile", "1e-305"), "1e-300"),
        (
            file.with("utility", nil).with("utilities", ["a": "x[0]", "b": "x[1]"]),
            "one utility"
        ),
        (file.with("method", ["splitting": ["particles": 1000]]), "power of two"),
        (file.with("method", ["splitting": ["particles": 128]]), "from 256"),
        (file.with("method", ["splitting": ["islands": 0]]), "whole number"),
        (file.with("method", ["splitting": ["levels": 0.95]]), "at least 0.02 and at most 0.8"),
        (file.with("method", ["splitting": ["moves": 65]]), "whole number"),
        (file.with("method", ["splitting": ["particle": 512]]), "did you mean `particles`?"),
        (file.with("method", "spliting"), "did you mean `splitting`?"),
        (file.with("method", ["splitting": ["chain": 8]]), "chain"),
        (event.with("method", ["splitting": ["chain": 6]]), "power of two from 2 to 64"),
        (
            event.with("method", ["splitting": ["chain": 8, "moves": 7]]),
            "give only one of `moves`, `chain`"
        ),
    ]

    @Test(arguments: wrong.indices) func wrongJobsAreRefused(_ number: Int) {
        let (node, words) = Self.wrong[number]
        let error = #expect(throws: JobError.self) { try JobSpec.parse(node) }
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    }

    @Test func tooLargeAJobFailsWithARemedy() throws {
        let spec = try JobSpec.parse(
            Self.file.with("base", ["normal": ["dimension": 4096]]).with("utility", "x[0]")
                .with("method", ["splitting": ["particles": 65536]]))
        #expect(JobMachine(job: spec.job).failure?.code == "splitting-too-large")
        #expect(JobPlan(job: spec.job).problem?.message.contains("fewer `particles`") == true)
    }
}
