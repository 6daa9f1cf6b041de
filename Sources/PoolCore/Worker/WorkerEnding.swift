// SPDX-License-Identifier: Apache-2.0

/// How a worker's session ends.
package enum WorkerEnding: Sendable, Equatable {
    /// It drained and left.
    case left
    /// The coordinator will not have it.
    case refused(PoolFailure)
}
