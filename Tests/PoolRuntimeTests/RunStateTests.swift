// SPDX-License-Identifier: Apache-2.0
import Foundation
import PoolCore
import Quantilizer
import Testing

@testable import PoolRuntime

@Suite struct RunStateTests {
    /// Parts of one answer come from programs that compute the same bits.
    @Test func workOfAnotherArithmeticIsRefused() throws {
        let text = """
            base: { normal: { dimension: 1 } }
            utility: "x[0]"
            quantile: 0.5
            samples: 1000
            """
        let spec = try JobCompiler.compile(try JobText.parse(text), resources: JobResources())
        let state = RunState(spec, JobResources(), machine: JobMachine(job: spec.job))
        let path = FileManager.default.temporaryDirectory
            .appendingPathComponent("\(UUID().uuidString).qstate").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try state.write(to: path)
        #expect(try RunState(path: path).digest == state.digest)
        try state.write(to: path, fingerprint: "other")
        let failure = #expect(throws: PoolFailure.self) { try RunState(path: path) }
        #expect(failure?.code == .stateFile)
        #expect(failure?.message.hasSuffix("is work of a qpool that computes other bits") == true)
    }

    /// The arithmetic of before jobs measured a part of their samples: the same for jobs that measure all.
    @Test(arguments: [("1000", "", true), ("1e7", "", false), ("1e7", "cost: \"x[0] > 1\"", true)])
    func beforePartsOnlyWhatMeasuresAllIsOpened(
        _ samples: String, _ more: String, _ isOpened: Bool
    ) throws {
        let text = """
            base: { normal: { dimension: 1 } }
            utility: "x[0]"
            quantile: 0.5
            samples: \(samples)
            \(more)
            """
        let spec = try JobCompiler.compile(try JobText.parse(text), resources: JobResources())
        let state = RunState(spec, JobResources(), machine: JobMachine(job: spec.job))
        let path = FileManager.default.temporaryDirectory
            .appendingPathComponent("\(UUID().uuidString).qstate").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try state.write(to: path, fingerprint: Sentinel.beforeParts)
        if isOpened {
            #expect(try RunState(path: path).digest == state.digest)
        } else {
            let failure = #expect(throws: PoolFailure.self) { try RunState(path: path) }
            #expect(failure?.message.hasSuffix("computes other bits") == true)
        }
    }
}
