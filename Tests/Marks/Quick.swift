// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Whether the tests are to be over within a minute, without an optimiser: `ops/test --quick`.
///
/// What draws millions of samples, repeats a job for its statistics or plays out a pool's life stands aside
/// then, and says why:
///
///     @Suite(.disabled(if: isQuick, "a thousand jobs"))
///     @Test(.disabled(if: isQuick, "kills workers for a minute"))
public let isQuick = ProcessInfo.processInfo.environment["QPOOL_QUICK"] != nil
