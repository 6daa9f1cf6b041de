// SPDX-License-Identifier: Apache-2.0
internal import Foundation
#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// What monitors want to know of a process.
enum ProcessFigures {
    /// Processor time of all threads, in seconds.
    static var cpuSeconds: Double {
        var time = timespec()
        guard unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0 else { return 0 }
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    /// When this was asked for first, in seconds since 1970: a server does so as it starts.
    static let startSeconds = Date().timeIntervalSince1970

    /// Descriptors that are open; nil where the system does not list them.
    static var openDescriptors: Int? {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
        } catch {
            return nil
        }
    }
}
