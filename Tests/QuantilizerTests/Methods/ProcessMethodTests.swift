// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import Quantilizer

/// A process's map from noise to samples, without the process. What its caller fails to make is as if
/// the process had failed twice.
private struct Maker: SampleGenerator {
    enum Map { case same, exponentials, failing }
    let map: Map
    var trouble: String? { nil }

    func fill(lanes: Int, noise: borrowing Columns, values: inout Columns) -> Bool {
        // A batch by its noise alone: about one in eight.
        if map == .failing, noise[0, 0].bitPattern % 8 == 0 { return false }
        for column in 0..<values.count {
            for lane in 0..<lanes {
                let x = noise[column, lane]
                values[column, lane] = map == .exponentials ? -Foundation.log(x) : x
            }
        }
        return true
    }
}

private struct Makers: FunctionProvider {
    let map: Maker.Map
    var policy: PluginPolicy { .everything }
    func function(
        _ source: ExternalSource, dimension: Int, name: String
    ) throws(FunctionRefusal) -> any ExternalFunction { AbsentFunction() }
    func generator(
        _ source: ProcessSource, noise: Int, dimension: Int
    ) throws(FunctionRefusal) -> any SampleGenerator { Maker(map: map) }
}

/// Methods that move noise, on a base that a process makes of noise: with a built-in base's map they
/// give its very draws, and whoever merges needs no process.
@Suite struct ProcessMethodTests {
    private static let methods: [JobNode] = [
        ["splitting": ["particles": 256, "islands": 3]],
        ["cross-entropy": ["round": 1024, "samples": 2048]],
    ]

    private static func spec(
        _ map: Maker.Map?, evaluates: Bool = true, _ more: JobNode
    ) throws -> JobSpec {
        var resources = JobResources()
        resources.extensions.provider = Makers(map: map ?? .same)
        resources.extensions.evaluates = evaluates
        let noise = map == .exponentials ? "uniforms" : "normals"
        let process: JobNode = [
            "process": ["command": ["maker"], "dimension": 2, noise: 2]
        ]
        var node: JobNode = [
            "seed": 5, "base": map == nil ? ["normal": ["dimension": 2]] : process,
        ]
        if case .mapping(let entries) = more.content {
            for entry in entries { node = node.with(entry.key, entry.value) }
        }
        return try JobSpec.parse(node, resources: resources)
    }

    /// As on a pool: evaluated where the process is, merged where it is not, over the wire, with
    /// snapshots.
    private func onAPool(_ map: Maker.Map, _ more: JobNode) throws -> JobResult {
        let worker = try Self.spec(map, more).job
        let job = try Self.spec(map, evaluates: false, more).job
        let evaluator = RangeEvaluator(job: worker)
        var machine = JobMachine(job: job)
        while let round = machine.currentRound {
            for range in machine.missing(limit: 1) {
                let bytes = evaluator.evaluate(round: round, range: range).encode()
                #expect(
                    machine.merge(try Partial(decoding: bytes, round: round, job: job)) == .merged)
                if !machine.hasEnded {
                    machine = try JobMachine(job: job, snapshot: machine.snapshot())
                }
            }
        }
        return try #require(machine.result)
    }

    @Test(arguments: methods)
    func theDrawsAreThoseOfTheBuiltInBase(_ method: JobNode) throws {
        let more: JobNode = [
            "utility": "x[0] + x[1]", "quantile": 1e-3, "draws": 20, "method": method,
            "cost": "x[0] > 3",
        ]
        let expected = try #require(run(try Self.spec(nil, more).job).result).selections[0]
        let whole = try #require(run(try Self.spec(.same, more).job).result)
        let result = try onAPool(.same, more)
        #expect(result == whole)
        let found = result.selections[0]
        #expect(found.draws == expected.draws && found.draws.contains { !$0.fallback })
        #expect(found.draws.allSatisfy { $0.value[0] + $0.value[1] == $0.utility })
        #expect(found.certificate == expected.certificate)
        #expect(found.threshold.value == expected.threshold.value)
        #expect(result.warnings.allSatisfy { $0.code != "samples-failed" })
        // The threshold is √2 · 3.0902, and its mass as it was found.
        let mass = SpecialFunctions.normalUpperTail(found.threshold.value / 2.0.squareRoot())
        #expect(abs(Foundation.log(found.threshold.tailMass / mass)) < 1)
    }

    /// A gate that turns all down: the fall-back draws are base samples, with value and utility.
    @Test(arguments: methods)
    func whereTheGateFallsBack(_ method: JobNode) throws {
        // Nothing moves: the utility is a needle that the noise jumps over.
        for seed in 0..<40 {
            let more: JobNode = [
                "seed": .init(integerLiteral: seed), "utility": "0 - abs(floor(x[0]*1e6) % 7919)",
                "quantile": 1e-5, "draws": 5, "method": method,
            ]
            let expected = try #require(run(try Self.spec(nil, more).job).result)
            guard expected.selections[0].draws.contains(where: \.fallback) else { continue }
            let found = try onAPool(.same, more)
            #expect(found.selections[0].draws == expected.selections[0].draws)
            #expect(found.selections[0].draws.allSatisfy { $0.utility.isFinite })
            return
        }
        Issue.record("no seed falls back")
    }

    /// Uniform noise: P[x + y > 20] of two exponentials is 21 e^−20; of an event with splitting and
    /// cross-entropy. Five standard errors each, or of 0.3 where few islands seem to agree.
    @Test(arguments: methods)
    func rareEvents(_ method: JobNode) throws {
        let result = try onAPool(
            .exponentials,
            ["event": "x[0] + x[1] > 20", "utility": "x[0] + x[1]", "method": method])
        let estimate = try #require(result.estimate)
        let truth = 21 * Foundation.exp(-20.0)
        #expect(
            abs(Foundation.log(estimate.p / truth)) < 5 * max(estimate.variation, 0.3),
            "\(estimate.p) \(truth)")
    }

    @Test(arguments: methods)
    func whatFailsIsCounted(_ method: JobNode) throws {
        let result = try onAPool(
            .failing,
            ["utility": "x[0]", "quantile": 0.01, "draws": 3, "method": method])
        #expect(result.warnings.contains { $0.code == "samples-failed" }, "\(result.warnings)")
        #expect(result.selections[0].draws.allSatisfy { $0.fallback || $0.value[0].isFinite })
        #expect(result.selections[0].certificate.amplification <= 101)
    }

    @Test func whatTakesADensityIsRefused() {
        for method in ["importance", "band", "tilt"] {
            #expect(throws: JobError.self) {
                try Self.spec(
                    .same,
                    ["utility": "x[0]", "quantile": 0.1, "method": .init(stringLiteral: method)])
            }
        }
    }
}
