// SPDX-License-Identifier: Apache-2.0

/// How the members of an ensemble of utilities are joined to one number.
public enum EnsembleRule: Sendable, Hashable {
    /// The mean less k times the standard deviation (n − 1) of the members.
    case meanMinusSD(k: Double)
    /// The ⌈level · n⌉-th smallest of n members.
    case lowerQuantile(level: Double)

    /// The rules' names in job files.
    public static let names = ["mean-minus-sd", "lower-quantile"]

    var normalised: [(String, JSON)] {
        switch self {
        case .meanMinusSD(let k):
            [("rule", .string("mean-minus-sd")), ("k", .number(k))]
        case .lowerQuantile(let level):
            [("rule", .string("lower-quantile")), ("level", .number(level))]
        }
    }

    /// Joins the members' results; NaN where one of them is.
    func join(_ members: inout [Double]) -> Double {
        let n = Double(members.count)
        if members.contains(where: \.isNaN) { return .nan }
        switch self {
        case .meanMinusSD(let k):
            let mean = members.reduce(0, +) / n
            // Of one member, and where k is 0, an infinite mean stays what it is.
            if members.count == 1 || k == 0 { return mean }
            // In units of the largest deviation, whose square may be no number of ordinary size.
            let largest = members.reduce(0) { max($0, ($1 - mean).magnitude) }
            let isOrdinary = largest == 0 || (0x1p-300...0x1p400).contains(largest)
            let unit = isOrdinary || !largest.isFinite ? 0 : Int(largest.exponent)
            let squares = members.reduce(0) {
                let deviation = Deviation.of($1, mean, in: unit)
                return $0 + deviation * deviation
            }
            return mean - k * (squares / (n - 1)).squareRoot().timesPowerOfTwo(unit)
        case .lowerQuantile(let level):
            members.sort()
            let rank = max(1, min(members.count, Int((level * n).rounded(.up))))
            return members[rank - 1]
        }
    }
}

/// Several utilities as one that is careful where they disagree: for true utilities that are known
/// through several fits or several models.
///
/// **Determinism**: one rounding an operation, members in their order.
public struct EnsembleUtility: Utility {
    let members: [any Utility]
    let rule: EnsembleRule

    /// An ensemble of at least one member.
    public init(_ members: [any Utility], rule: EnsembleRule) {
        precondition(!members.isEmpty, "an ensemble has a member")
        self.members = members
        self.rule = rule
    }

    private var ownScratch: Int { members.reduce(0) { max($0, $1.scratchColumns) } }

    /// The widest member's, and a column for each.
    public var scratchColumns: Int { ownScratch + members.count }

    /// Evaluates every member, then joins them lane by lane.
    public func evaluate(
        lanes: Int, values: borrowing Columns, scratch: inout Columns, results: inout Columns,
        column: Int
    ) {
        let first = ownScratch
        for (number, member) in members.enumerated() {
            member.evaluate(
                lanes: lanes, values: values, scratch: &scratch, results: &results, column: column)
            for lane in 0..<lanes { scratch[first + number, lane] = results[column, lane] }
        }
        var row = [Double](repeating: 0, count: members.count)
        for lane in 0..<lanes {
            for number in row.indices { row[number] = scratch[first + number, lane] }
            results[column, lane] = rule.join(&row)
        }
    }
}

/// An ensemble with members that are computed outside the formula language: it fails where one does.
struct ExternalEnsemble: ExternalFunction {
    private let ensemble: EnsembleUtility

    init(_ members: [any Utility], rule: EnsembleRule) {
        ensemble = EnsembleUtility(members, rule: rule)
    }

    private var externals: [any ExternalFunction] {
        ensemble.members.compactMap { $0 as? any ExternalFunction }
    }

    var scratchColumns: Int { ensemble.scratchColumns }
    var batchLanes: Int { externals.reduce(Kernels.blockLanes) { max($0, $1.batchLanes) } }
    var trouble: String? { externals.lazy.compactMap(\.trouble).first }

    func evaluate(
        lanes: Int, values: borrowing Columns, scratch: inout Columns, results: inout Columns,
        column: Int
    ) {
        ensemble.evaluate(
            lanes: lanes, values: values, scratch: &scratch, results: &results, column: column)
        let first = scratchColumns - ensemble.members.count
        for lane in 0..<lanes where results[column, lane].isNaN {
            let failed = ensemble.members.indices.contains {
                scratch[first + $0, lane].bitPattern == FailedSample.marker.bitPattern
            }
            results[column, lane] = failed ? FailedSample.marker : .nan
        }
    }
}
