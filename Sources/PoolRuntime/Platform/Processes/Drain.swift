// SPDX-License-Identifier: Apache-2.0
internal import Dispatch
#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Reads a pipe to its end and forgets what comes, so that whoever writes never waits.
enum Drain {
    /// Takes the descriptor, and closes it at the end.
    static func start(_ descriptor: Int32) {
        DispatchQueue.global(qos: .utility).async {
            var bytes = [UInt8](repeating: 0, count: 4_096)
            while true {
                let count = unsafe read(descriptor, &bytes, bytes.count)
                guard count > 0 || (count < 0 && errno == EINTR) else { break }
            }
            close(descriptor)
        }
    }
}
