// SPDX-License-Identifier: Apache-2.0
import Quantilizer
import Simulation
import Testing

@testable import PoolCore

/// A client that submits without waiting must not keep others out.
@Suite struct SubmissionLimitTests {
    @Test func aFloodOfOneConnectionLeavesRoomForOthers() {
        var core = Coordinator(options: CoordinatorOptions())
        func submit(_ id: String, from number: UInt8) -> (taken: Bool, PoolFailure?) {
            var submit = WireSubmit()
            submit.request = 1
            submit.job = id
            submit.text = ModelJob(seed: 1, samples: 300, quantile: 0.1).text
            var effects = CoordinatorEffects()
            core.step(
                .received(CoordinatorDriver.route(number), .submit(submit, [])), at: .zero,
                into: &effects)
            for case (_, .errorReply(let error)) in effects.outgoing {
                return (!effects.tasks.isEmpty, PoolFailure(error.failure))
            }
            return (!effects.tasks.isEmpty, nil)
        }
        // None of them is compiled yet.
        for number in 0..<PoolLimits.submissionsPerClient {
            #expect(submit("flood-\(number)", from: 1).taken)
        }
        let refused = submit("one-too-many", from: 1)
        #expect(!refused.taken && refused.1?.code == .limit)
        #expect(submit("honest", from: 2).taken)
    }
}
