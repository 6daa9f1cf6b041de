// SPDX-License-Identifier: Apache-2.0

/// A utility or a cost that is computed outside the formula language: by another process, a shared
/// library, or Swift code that a user's program brings.
///
/// It must give a sample the same result however samples are batched, whoever asks and whenever, or
/// the job's answer is not reproducible; `qpool check` tries that.
///
/// It may fail. A batch that it cannot answer is filled with ``FailedSample/marker``, which ranks as
/// any NaN does and is counted apart.
public protocol ExternalFunction: Utility {
    /// Samples it likes to get at once; at least 256 are offered where there are so many.
    var batchLanes: Int { get }
    /// Why it is given up, after too many failures in a row; nil while it is not.
    var trouble: String? { get }
}

extension ExternalFunction {
    /// None.
    public var scratchColumns: Int { 0 }
    /// A block.
    public var batchLanes: Int { BlockSampler.lanes }
    /// None.
    public var trouble: String? { nil }
}

/// What stands in place of the result of a sample whose function failed.
public enum FailedSample {
    /// A NaN of its own bits.
    public static let marker = Double(bitPattern: 0x7FF8_0000_4641_494C)

    /// Fills lanes of a column.
    public static func fill(_ results: inout Columns, column: Int, lanes: Int) {
        for lane in 0..<lanes { results[column, lane] = marker }
    }

    /// A function's own result: all its NaNs are one, and none is the marker.
    public static func clean(_ result: Double) -> Double { result.isNaN ? .nan : result }

    /// Fills in the marker for the functions of samples that failed, which `place` of the values shows:
    /// whatever a function makes of it, such a sample has no utility and no cost.
    static func spread(
        _ values: borrowing Columns, place: Int, to results: inout Columns, column: Int, lanes: Int
    ) {
        for lane in 0..<lanes where values[place, lane].bitPattern == marker.bitPattern {
            results[column, lane] = marker
        }
    }

    /// Lanes of a column that failed.
    static func count(_ results: borrowing Columns, column: Int, lanes: Int) -> UInt64 {
        var count: UInt64 = 0
        for lane in 0..<lanes where results[column, lane].bitPattern == marker.bitPattern {
            count += 1
        }
        return count
    }
}

/// The function of a job that was compiled where plugins do not run, as on a coordinator.
///
/// It is not called there; if it ever were, its samples would count as failed.
public struct AbsentFunction: ExternalFunction {
    /// A function that is elsewhere.
    public init() {}

    /// Fills in ``FailedSample/marker``.
    public func evaluate(
        lanes: Int, values: borrowing Columns, scratch: inout Columns, results: inout Columns,
        column: Int
    ) {
        FailedSample.fill(&results, column: column, lanes: lanes)
    }
}

/// Swift code that a program brings, as a job's utility or cost.
public struct HostedFunction: ExternalFunction {
    private let utility: any Utility

    /// The function of a utility.
    public init(_ utility: any Utility) { self.utility = utility }

    /// Those of the utility.
    public var scratchColumns: Int { utility.scratchColumns }

    /// Evaluates the utility.
    public func evaluate(
        lanes: Int, values: borrowing Columns, scratch: inout Columns, results: inout Columns,
        column: Int
    ) {
        utility.evaluate(
            lanes: lanes, values: values, scratch: &scratch, results: &results, column: column)
        for lane in 0..<lanes {
            results[column, lane] = FailedSample.clean(results[column, lane])
        }
    }
}

/// A utility written as Swift code for one sample.
///
///     let bowl = SampleFunction { x, lane in -(x[0, lane] * x[0, lane] + x[1, lane] * x[1, lane]) }
public struct SampleFunction: Utility {
    private let body: @Sendable (borrowing Columns, Int) -> Double

    /// A function of the value columns and a lane: component i of the sample is `x[i, lane]`.
    public init(_ body: @escaping @Sendable (borrowing Columns, Int) -> Double) {
        self.body = body
    }

    /// None.
    public var scratchColumns: Int { 0 }

    /// Calls the function lane by lane.
    public func evaluate(
        lanes: Int, values: borrowing Columns, scratch: inout Columns, results: inout Columns,
        column: Int
    ) {
        for lane in 0..<lanes { results[column, lane] = body(values, lane) }
    }
}
