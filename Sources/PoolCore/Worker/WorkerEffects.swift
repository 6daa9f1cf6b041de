// SPDX-License-Identifier: Apache-2.0

/// What a worker's session wants done after a step.
package struct WorkerEffects: Sendable {
    /// Messages for the coordinator.
    package var outgoing: [PoolMessage] = []
    /// Work to be done elsewhere.
    package var tasks: [WorkerTask] = []
    /// True: close the socket, open a new one, then tell `connected`.
    package var reconnects = false
    /// Why the session is over; nil while it is not.
    package var ending: WorkerEnding?
    /// Lines for the log.
    package var log: [String] = []

    package init() {}
}
