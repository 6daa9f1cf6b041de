// SPDX-License-Identifier: Apache-2.0
public import Quantilizer

/// Tries whether a job's functions give a sample the same result, to the bit, however they are asked:
/// twice, alone or in a batch, in another process.
///
/// It can show that a function is not replayable, and otherwise only that it was so for the samples
/// tried.
public enum ReplayCheck {
    /// What was found of one function.
    public struct Finding: Sendable {
        /// Its name in the job.
        public var name: String
        /// Where it is computed; nil for a formula.
        public var source: String?
        /// Samples at which it failed.
        public var failed: Int
        /// Samples at which it gave no number.
        public var invalid: Int
        /// What differed, a sentence each; empty where it is replayable.
        public var differences: [String]
    }

    /// Asks the functions of a job, compiled twice so that nothing is shared between the two.
    ///
    /// **Complexity**: four batches of `samples`, and `alone` samples one by one.
    public static func check(
        _ job: CompiledJob, again: CompiledJob, samples: Int = 4096, alone: Int = 64
    ) -> [Finding] {
        let first = results(job, 0..<samples, batch: samples)
        let repeated = results(job, 0..<samples, batch: samples)
        let other = results(again, 0..<samples, batch: samples)
        let shifted = results(again, 0..<samples, batch: max(1, samples / 4 - 3))
        let single = results(job, 0..<min(alone, samples), batch: 1)
        let functions: [(name: String, source: String?)] =
            (job.utilities + job.costs).map { ($0.name, $0.external?.description) }
        // Of a base that a process makes, each value is a column too.
        let values = job.recorded.map { recorded in
            (0..<recorded.dimension).map { place in
                (
                    recorded.componentNames.isEmpty
                        ? "x[\(place)]" : recorded.componentNames[place],
                    "base, \(recorded.sources.first?.description ?? "")"
                )
            }
        }
        return (functions + (values ?? [])).enumerated().map { column, function in
            var differences: [String] = []
            func compare(_ others: [[Double]], _ how: String) {
                for (index, value) in others[column].enumerated()
                where value.bitPattern != first[column][index].bitPattern {
                    differences.append(
                        "sample \(index) is \(first[column][index]) at first and \(value) \(how)")
                    return
                }
            }
            compare(repeated, "when asked again")
            compare(other, "in another process")
            compare(shifted, "in a batch of another size")
            compare(single, "alone")
            return Finding(
                name: function.name, source: function.source,
                failed: first[column].count { $0.bitPattern == FailedSample.marker.bitPattern },
                invalid: first[column].count(where: \.isNaN), differences: differences)
        }
    }

    private static func results(
        _ job: CompiledJob, _ indices: Range<Int>, batch: Int
    ) -> [[Double]] {
        let functions = (job.utilities + job.costs).map(\.utility)
        let recorded = job.recorded
        var columns = [[Double]](
            repeating: [], count: functions.count + (recorded?.dimension ?? 0))
        let stream = RandomStream(seed: job.settings.seed, domain: .base)
        var noise = NoiseBlock(job.base.noise, capacity: batch)
        var values = Columns(count: job.base.dimension, capacity: batch)
        let scratchColumns = functions.reduce(job.base.scratchColumns) {
            max($0, $1.scratchColumns)
        }
        var scratch = Columns(count: scratchColumns, capacity: batch)
        var results = Columns(count: functions.count, capacity: batch)
        for start in stride(from: indices.lowerBound, to: indices.upperBound, by: batch) {
            let count = min(batch, indices.upperBound - start)
            stream.fill(&noise, layout: job.base.noise, from: UInt64(start), lanes: count)
            if let recorded {
                _ = recorded.draw(
                    domain: .base, start: UInt64(start), lanes: count, noise: noise,
                    values: &values)
                for place in 0..<recorded.dimension {
                    for lane in 0..<count {
                        columns[functions.count + place].append(values[place, lane])
                    }
                }
            } else {
                job.base.transform(
                    lanes: count, noise: noise, values: &values, scratch: &scratch,
                    at: Placement())
            }
            for (column, function) in functions.enumerated() {
                function.evaluate(
                    lanes: count, values: values, scratch: &scratch, results: &results,
                    column: column)
                for lane in 0..<count { columns[column].append(results[column, lane]) }
            }
        }
        return columns
    }
}
