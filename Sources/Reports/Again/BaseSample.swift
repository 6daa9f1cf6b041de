// SPDX-License-Identifier: Apache-2.0
internal import Quantilizer

/// Utilities of the first samples of a result's base, made again from seed and index: what a histogram
/// is made of.
///
/// It is not part of the result: the document's job is compiled and evaluated here.
///
/// **Determinism**: equal documents give equal numbers, wherever and by however many they were computed.
struct BaseSample: Sendable {
    /// The most samples that are made again.
    static let most = 1 << 18
    private static let chunk = 4096

    /// For each utility, its values in the order of the indices.
    let utilities: [String: [Double]]
    /// How many samples.
    let count: Int

    /// Nil where the document alone does not make its samples: they were drawn once, or need files or
    /// programs that it names.
    ///
    /// **Complexity**: evaluates ``most`` samples.
    init?(_ parsed: ParsedResult) {
        guard parsed.result.estimate == nil, !parsed.result.selections.isEmpty,
            let job = parsed.jobAlone
        else { return nil }
        count = Int(min(UInt64(Self.most), parsed.result.issued))
        let evaluator = RangeEvaluator(job: job)
        var columns = [[Double]](repeating: [], count: job.utilities.count)
        for start in stride(from: 0, to: count, by: Self.chunk) {
            let end = min(count, start + Self.chunk)
            for sample in evaluator.evaluate(indices: UInt64(start)..<UInt64(end)) {
                for (number, utility) in sample.utilities.enumerated() {
                    columns[number].append(utility)
                }
            }
        }
        utilities = Dictionary(
            zip(job.utilities.map(\.name), columns), uniquingKeysWith: { first, _ in first })
    }
}
