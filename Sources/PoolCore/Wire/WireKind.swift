// SPDX-License-Identifier: Apache-2.0

/// The kinds of messages, by the number that names each in the first frame.
package enum WireKind: UInt16, Sendable, CaseIterable {
    case hello = 1
    case welcome = 2
    case refused = 3
    case partial = 4
    case lease = 5
    case heartbeat = 6
    case drain = 7
    case cancelLease = 8
    case handBack = 9
    case fetch = 10
    case jobText = 11
    case goodbye = 12
    case acknowledged = 13
    case submit = 32
    case submitted = 33
    case statusRequest = 34
    case statusReply = 35
    case watch = 36
    case update = 37
    case resultRequest = 38
    case resultReply = 39
    case cancel = 40
    case listRequest = 42
    case jobList = 43
    case workersRequest = 44
    case workerList = 45
    case priority = 46
    case errorReply = 47
    case extend = 48
    case retry = 49
    case forget = 50

    /// All that the protocol says of the kind.
    package var row: WireRow { Self.rows[Int(rawValue)]! }

    private static let rows: [WireRow?] = {
        var rows = [WireRow?](repeating: nil, count: Int(allCases.map(\.rawValue).max()!) + 1)
        for kind in allCases { rows[Int(kind.rawValue)] = kind.makeRow() }
        return rows
    }()
}
