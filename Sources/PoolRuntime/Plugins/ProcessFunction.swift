// SPDX-License-Identifier: Apache-2.0
internal import Quantilizer

/// A program as a utility or a cost. Samples of a batch that failed twice count as failed.
final class ProcessFunction: ExternalFunction {
    private let team: ProcessTeam

    init(_ team: ProcessTeam) { self.team = team }

    var batchLanes: Int { team.source.batch }
    var trouble: String? { team.trouble }

    func evaluate(
        lanes: Int, values: borrowing Columns, scratch: inout Columns, results: inout Columns,
        column: Int
    ) {
        for offset in stride(from: 0, to: lanes, by: batchLanes) {
            let count = min(batchLanes, lanes - offset)
            let done: Void? = team.ask(samples: count) { process throws(FunctionRefusal) in
                try process.call(
                    offset: offset, lanes: count, values: values, results: &results,
                    column: column)
            }
            if done == nil {
                for lane in offset..<offset + count { results[column, lane] = FailedSample.marker }
            }
        }
    }
}
