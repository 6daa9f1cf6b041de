// SPDX-License-Identifier: Apache-2.0
internal import Quantilizer

/// A program that scores texts, a JSON document a line. A batch that failed twice has no scores; who
/// draws the texts decides when that is too much.
final class ProcessScorer: TextScorer {
    private let team: ProcessTeam

    init(_ team: ProcessTeam) { self.team = team }

    func scores(_ samples: [(text: String, context: String)]) -> [Double]? {
        var result: [Double] = []
        for start in stride(from: 0, to: samples.count, by: team.source.batch) {
            let part = samples[start..<min(start + team.source.batch, samples.count)]
            let scores = team.ask(samples: part.count) { process throws(FunctionRefusal) in
                try process.scores(part)
            }
            guard let scores else { return nil }
            result += scores
        }
        return result
    }
}
