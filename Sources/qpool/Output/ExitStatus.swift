// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// What the process says to the shell. Documented in `docs/cli.md` and `qpool help`.
enum ExitStatus {
    static let jobFailed = ExitCode(1)
    static let wrongUsage = ExitCode(2)
    static let cancelled = ExitCode(3)
    static let timedOut = ExitCode(4)
    static let unreachable = ExitCode(5)
    static let refused = ExitCode(6)
}
