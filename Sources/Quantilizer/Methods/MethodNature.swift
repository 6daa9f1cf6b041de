// SPDX-License-Identifier: Apache-2.0

/// What a method does whatever its settings are.
///
/// A job's ``MethodRoom`` has it, and so does the name alone (``AskedMethod``): a refusal tells of the
/// methods that would do, and a report knows no job but the name in it.
package struct MethodNature: Sendable, Hashable {
    /// Which samples are kept.
    package enum Kept: Sendable, Hashable {
        /// None: it estimates or analyses.
        case none
        /// All that reach the threshold, of those that were issued.
        case best
        /// All that reach the threshold; what was issued is the work that it took.
        case reached
        /// A part of what reaches the threshold.
        case part
        /// The best of each group, so that there is no threshold.
        case winners
        /// Those that their weight admits.
        case weighted
        /// The best under a cap on the law of one variable.
        case capped
    }

    /// Where samples that are drawn once and kept will do.
    enum Recorded: Sendable, Hashable {
        /// Nowhere.
        case never
        /// Of texts; with a setting, where it needs one for that.
        case ofTexts(with: String?)
        /// Of whatever is drawn.
        case always
    }

    /// Which samples are kept.
    package var kept = Kept.none
    /// Whether draws follow from their receipts, without the whole job.
    package var drawsHaveReceipts = false
    /// Whether every function is measured on samples of the base, so that they can be counted by value.
    var measuresEverySample = false
    /// Whether samples that only a process can make will do, where it makes the same ones again.
    var takesReplayed = false
    /// Whether samples that are drawn once and kept will do.
    var takesRecorded = Recorded.never

    /// Whether what was kept is what reaches the threshold.
    package var keepsAboveThreshold: Bool { kept == .best || kept == .reached }
}
