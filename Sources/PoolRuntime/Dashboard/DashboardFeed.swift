// SPDX-License-Identifier: Apache-2.0
internal import Foundation
internal import PoolCore
internal import Synchronization

/// What the coordinator's thread leaves for the server's: one view, shared by all who look.
///
/// The coordinator makes a view only when it is asked for one, at most a few times a second however
/// many look, and never waits.
final class DashboardFeed: Sendable {
    /// A view, and what the shell adds to it.
    struct Published: Sendable {
        /// Counts the views, from 1.
        var number: UInt64
        var view: PoolView
        var shell: Shell
        /// The time of day of the view, in seconds since 1970.
        var wallSeconds: Double
    }

    /// What the coordinator's thread counts beside the state machine.
    struct Shell: Sendable {
        /// Records and answers that wait for the store.
        var commits = 0
        var receivedBytes: UInt64 = 0
        var sentBytes: UInt64 = 0
    }

    private let latest = Mutex<Published?>(nil)
    private let pipe: WakePipe

    init(pipe: WakePipe) { self.pipe = pipe }

    /// The latest view; nil before the first.
    var published: Published? { latest.withLock { $0 } }

    /// Leaves a view and wakes the server.
    func publish(_ view: PoolView, _ shell: Shell) {
        let wall = Date().timeIntervalSince1970
        latest.withLock {
            $0 = Published(
                number: ($0?.number ?? 0) + 1, view: view, shell: shell, wallSeconds: wall)
        }
        pipe.signal()
    }
}
