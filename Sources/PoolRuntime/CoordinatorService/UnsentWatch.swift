// SPDX-License-Identifier: Apache-2.0
internal import PoolCore

/// Bounds the memory that answers take which nobody fetches.
///
/// libzmq bounds a connection's queue by messages, and a piece of a result has a megabyte. So what was
/// sent to each connection is compared with what the system says its other end has taken. It costs a
/// look at the connection for each megabyte sent, and nothing where little is.
///
/// A connection holds at most its budget and one answer more. Where all together hold more than
/// `PoolLimits.unreadBytes`, none that holds much gets another answer.
struct UnsentWatch: Sendable {
    private struct Account {
        let descriptor: Int32
        let peerPort: UInt16
        /// What its other end had taken when this was looked at last.
        var taken: UInt64
        /// Bytes sent and not known to be taken, about: framing and encryption are left out.
        var sent: UInt64 = 0
        /// Whether it was cut: whatever else was asked by it is not answered.
        var isCut = false
    }

    /// What becomes of an answer.
    enum Verdict {
        case send
        /// The connection is cut now, and the answer dropped.
        case cut
        /// It was cut before.
        case drop
    }

    /// Bytes after which a connection is looked at.
    private static let look: UInt64 = 1 << 20
    /// Accounts that are kept; beyond it all begin anew.
    private static let most = 1 << 16

    /// Bytes that a connection may leave.
    let budget: UInt64
    private var accounts: [Route: Account] = [:]
    private var total: UInt64 = 0

    init(budget: UInt64) { self.budget = budget }

    /// A message came from a peer by a connection.
    mutating func heard(_ route: Route, _ descriptor: Int32) {
        if accounts[route]?.descriptor == descriptor { return }
        if accounts.count >= Self.most {
            accounts = [:]
            total = 0
        }
        guard let taken = Connections.acknowledged(descriptor) else { return }
        forget(route)
        accounts[route] = Account(
            descriptor: descriptor, peerPort: Connections.peerPort(descriptor), taken: taken)
    }

    /// Whether a peer may be sent these frames; where not its connection is cut.
    mutating func take(_ frames: [[UInt8]], _ route: Route) -> Verdict {
        guard let account = accounts[route] else { return .send }
        guard !account.isCut else { return .drop }
        let bytes = frames.reduce(UInt64(0)) { $0 + UInt64($1.count) + 2 }
        if account.sent >= Self.look {
            let left = refresh(route)
            if left > Self.look, total > PoolLimits.unreadBytes {
                for other in accounts.keys where other != route { _ = refresh(other) }
            }
            if left > budget || left > Self.look && total > PoolLimits.unreadBytes {
                Connections.cut(account.descriptor, peerPort: account.peerPort)
                total -= left
                accounts[route]?.sent = 0
                accounts[route]?.isCut = true
                return .cut
            }
        }
        accounts[route]?.sent += bytes
        total += bytes
        return .send
    }

    /// Looks at a connection; what it leaves now.
    private mutating func refresh(_ route: Route) -> UInt64 {
        guard var account = accounts[route], account.sent > 0 else { return 0 }
        guard let taken = Connections.acknowledged(account.descriptor), taken >= account.taken
        else {
            // Another connection by now.
            forget(route)
            return 0
        }
        let less = min(account.sent, taken - account.taken)
        account.sent -= less
        account.taken = taken
        total -= less
        accounts[route] = account
        return account.sent
    }

    private mutating func forget(_ route: Route) {
        total -= accounts.removeValue(forKey: route)?.sent ?? 0
    }
}
