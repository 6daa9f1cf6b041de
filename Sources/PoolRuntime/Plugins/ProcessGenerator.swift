// SPDX-License-Identifier: Apache-2.0
internal import Quantilizer

/// A program that makes samples of noise.
final class ProcessGenerator: SampleGenerator {
    private let team: ProcessTeam
    private let dimension: Int

    init(_ team: ProcessTeam, dimension: Int) {
        self.team = team
        self.dimension = dimension
    }

    var trouble: String? { team.trouble }

    func fill(lanes: Int, noise: borrowing Columns, values: inout Columns) -> Bool {
        for offset in stride(from: 0, to: lanes, by: team.source.batch) {
            let count = min(team.source.batch, lanes - offset)
            let done: Void? = team.ask(samples: count) { process throws(FunctionRefusal) in
                try process.generate(
                    offset: offset, lanes: count, noise: noise, values: &values, width: dimension)
            }
            if done == nil { return false }
        }
        return true
    }
}
