// SPDX-License-Identifier: Apache-2.0
package import Quantilizer

/// A lease as a worker holds it, ready to be computed.
package struct HeldLease: Sendable {
    package var id: UInt64
    package var job: CompiledJob
    /// Names the compiled job in this session.
    package var jobKey: UInt64
    package var round: Round
    package var range: DyadicRange
    package var hints: Hints
}
