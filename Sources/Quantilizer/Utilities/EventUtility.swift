// SPDX-License-Identifier: Apache-2.0

/// A level function and an event as one utility: +∞ in the event, the level function elsewhere.
///
/// So the event is at the top of the order, and methods that go up to a level go up to the event.
public struct EventUtility: Utility {
    private let event: any Utility
    private let level: (any Utility)?

    /// An event, true where it is neither 0 nor NaN; without a level function other outcomes have
    /// utility 0.
    public init(event: any Utility, level: (any Utility)? = nil) {
        self.event = event
        self.level = level
    }

    /// What the needier function takes.
    public var scratchColumns: Int { max(event.scratchColumns, level?.scratchColumns ?? 0) }

    /// Both functions, then the event over the level.
    public func evaluate(
        lanes: Int, values: borrowing Columns, scratch: inout Columns, results: inout Columns,
        column: Int
    ) {
        var truth = Columns(count: 1, capacity: lanes)
        event.evaluate(
            lanes: lanes, values: values, scratch: &scratch, results: &truth, column: 0)
        level?.evaluate(
            lanes: lanes, values: values, scratch: &scratch, results: &results, column: column)
        for lane in 0..<lanes {
            let isEvent = truth[0, lane] != 0 && !truth[0, lane].isNaN
            if isEvent {
                results[column, lane] = .infinity
            } else if level == nil {
                results[column, lane] = truth[0, lane].isNaN ? .nan : 0
            } else if results[column, lane] == .infinity {
                results[column, lane] = .greatestFiniteMagnitude
            }
        }
    }
}
