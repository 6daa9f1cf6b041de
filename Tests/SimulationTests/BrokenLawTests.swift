// SPDX-License-Identifier: Apache-2.0
import PoolCore
import Simulation
import TestMarks
import Testing

/// Coordinators with a fault: the laws that the simulator checks can break, and a seed replays it.
///
/// `ops/planted` does the same with faults in the sources themselves.
@Suite struct BrokenLawTests {
    enum Fault: String, CaseIterable {
        case answersBeforeTheCommit = "not on the disk"
        case partialsNotWritten = "acknowledged"
        case partialsCountedTwice = "merged twice"
        case leaseNumbersFromZero = "the number of another"
        case endingsNotWritten = "the disk says otherwise"
        case extensionsNotWritten = "what it is said to be"

        var sabotage: @Sendable (inout CoordinatorEffects) -> Void {
            switch self {
            case .answersBeforeTheCommit:
                { effects in
                    effects.outgoing += effects.held
                    effects.held = []
                }
            case .partialsNotWritten:
                { effects in
                    effects.records.removeAll { if case .merged = $0 { true } else { false } }
                }
            case .partialsCountedTwice:
                { effects in
                    for case .merged(let job, let partial) in effects.records {
                        effects.records.append(.merged(job: job, partial: partial))
                    }
                }
            case .leaseNumbersFromZero:
                { effects in
                    for place in effects.outgoing.indices {
                        guard
                            case (let route, .lease(var lease, let payload)) = effects.outgoing[
                                place]
                        else { continue }
                        lease.lease &= 0xFFFF_FFFF
                        effects.outgoing[place] = (route, .lease(lease, payload))
                    }
                }
            case .endingsNotWritten:
                { effects in
                    effects.records.removeAll { if case .ended = $0 { true } else { false } }
                }
            case .extensionsNotWritten:
                { effects in
                    effects.records.removeAll { if case .extended = $0 { true } else { false } }
                }
            }
        }
    }

    @Test(.disabled(if: isQuick, "slow without an optimiser"), arguments: Fault.allCases)
    func aFaultIsFoundAndItsSeedReplaysIt(_ fault: Fault) throws {
        var options = SimulationOptions()
        options.faults.extensions = 0.5
        options.sabotage = fault.sabotage
        let cache = EvaluationCache()
        var found: SimulationFailure?
        var schedules: UInt64 = 0
        while found == nil, schedules < 100 {
            schedules += 1
            do throws(SimulationFailure) {
                _ = try Simulator.run(seed: schedules, options: options, cache: cache)
            } catch {
                found = error
            }
        }
        let failure = try #require(found, "100 schedules held")
        #expect(failure.reason.contains(fault.rawValue), "\(failure)")
        let again = #expect(throws: SimulationFailure.self) {
            try Simulator.run(seed: failure.seed, options: options, cache: EvaluationCache())
        }
        #expect(again?.reason == failure.reason && again?.event == failure.event)
        print("\(fault): schedule \(schedules), \(failure)")
    }
}
