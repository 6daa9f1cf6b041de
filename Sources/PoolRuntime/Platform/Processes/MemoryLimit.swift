// SPDX-License-Identifier: Apache-2.0
internal import Foundation

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

extension Machine {
    /// Bytes of memory that this process may have: the machine's, or fewer where its address space or
    /// its control group is limited.
    static var usableBytes: UInt64 {
        [memoryBytes, addressSpace, controlGroup].compactMap { $0 }.min() ?? memoryBytes
    }

    private static var addressSpace: UInt64? {
        var limits = rlimit()
        #if canImport(Glibc)
            let resource = __rlimit_resource_t(RLIMIT_AS.rawValue)
        #else
            let resource = RLIMIT_AS
        #endif
        guard unsafe getrlimit(resource, &limits) == 0 else { return nil }
        return UInt64(limits.rlim_cur)
    }

    private static var controlGroup: UInt64? {
        for path in [
            "/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes",
        ] {
            guard let data = FileManager.default.contents(atPath: path) else { continue }
            let text = String(decoding: data, as: UTF8.self)
            // "max" where there is no limit.
            return UInt64(text.trimmingCharacters(in: .whitespacesAndNewlines))
        }
        return nil
    }
}
