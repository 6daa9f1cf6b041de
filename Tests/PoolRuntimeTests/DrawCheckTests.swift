// SPDX-License-Identifier: Apache-2.0
import PoolCore
import PoolRuntime
import Quantilizer
import Testing

/// What is given away is made again first.
@Suite struct DrawCheckTests {
    private static func package(seed: Int, method: String) -> JobPackage {
        JobPackage(
            text: """
                seed: \(seed)
                base: { normal: { dimension: 2 } }
                utilities: { a: "x[0] + x[1]", b: "-norm(x)" }
                \(method)
                draws: 5
                """, resources: JobResources())
    }

    @Test(arguments: [
        "{quantiles: [0.1, 0.01], samples: 5000}", "{samples: 16, method: best-of-n}",
        "{quantile: 0.1, method: {threshold: {pilot: 2000}}}",
    ])
    func aFalseUtilityIsNotGivenAway(method: String) throws {
        let lines = String(method.dropFirst().dropLast()).replacing(", method", with: "\nmethod")
            .replacing(", samples", with: "\nsamples")
        let compiler = JobCompiler()
        let package = Self.package(seed: 1, method: lines)
        let honest = try compiler.compile(package).get()
        let other = try compiler.compile(Self.package(seed: 2, method: lines)).get()
        for (job, isHonest) in [(honest.job, true), (other.job, false)] {
            var machine = JobMachine(job: honest.job)
            let evaluator = RangeEvaluator(job: job)
            while let round = machine.currentRound, let range = machine.missing(limit: 1).first {
                _ = machine.merge(evaluator.evaluate(round: round, range: range))
            }
            switch compiler.document(
                of: machine, package: package, jobDigest: honest.digest, assurance: nil)
            {
            case .success: #expect(isHonest)
            case .failure(let failure):
                #expect(!isHonest && failure.code == .fault, "\(failure)")
                #expect(failure.remedy.contains("verify"))
            }
        }
    }
}
