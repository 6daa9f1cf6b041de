// SPDX-License-Identifier: Apache-2.0
package import Quantilizer

/// Work that a worker's session wants done elsewhere, to be answered by an event.
package enum WorkerTask: Sendable {
    /// Read and compile a job, named by its digest; answer with `compiled`.
    case compile(job: String, JobPackage)
    /// Compute a lease; answer with `computed`. One at a time.
    case compute(HeldLease)
    /// Stop computing a lease; `computed` follows all the same.
    case stop(lease: UInt64)
    /// The lease being computed may drop more.
    case hint(lease: UInt64, Hints)
}
