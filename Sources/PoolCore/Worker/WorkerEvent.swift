// SPDX-License-Identifier: Apache-2.0
package import Quantilizer

/// Something that happened, as a worker's session is told.
package enum WorkerEvent: Sendable {
    /// The socket is new: say hello.
    case connected
    /// A message came from the coordinator.
    case received(PoolMessage)
    /// Frames came that are no message.
    case malformed(Frames.Fault)
    /// The coordinator will never let this worker in.
    case refused(PoolFailure)
    /// A job was compiled, or cannot be.
    case compiled(job: String, Result<CompiledJob, PoolFailure>)
    /// A lease was computed; nil where it was stopped.
    case computed(lease: UInt64, partial: [UInt8]?, busyNanoseconds: UInt64)
    /// A lease could not be computed: a function of its job is given up here.
    case failed(lease: UInt64, PoolFailure)
    /// Finish what is being computed, give back the rest, then leave.
    case drain(reason: String)
    /// The deadline came.
    case tick
}
