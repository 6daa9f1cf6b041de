// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// File descriptors: each connection takes one.
public enum Descriptors {
    /// More are never asked for; the system may allow fewer.
    static let most = 1 << 20

    /// Raises this process's limit as far as the system lets it without asking anybody; tells how
    /// many it may have open now. Nothing is changed where that fails.
    public static func raiseLimit() -> Int {
        var limits = rlimit()
        #if canImport(Glibc)
            let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        #else
            let resource = RLIMIT_NOFILE
        #endif
        guard unsafe getrlimit(resource, &limits) == 0 else { return 1_024 }
        let now = Int(clamping: limits.rlim_cur)
        let wanted = min(Int(clamping: limits.rlim_max), most)
        guard now < wanted else { return min(now, most) }
        limits.rlim_cur = rlim_t(wanted)
        return unsafe setrlimit(resource, &limits) == 0 ? wanted : now
    }

    /// How many workers a coordinator with so many descriptors serves: a sixteenth and 64 more stay
    /// for clients, the store and the process itself.
    static func workers(descriptors: Int) -> Int { max(1, descriptors - descriptors / 16 - 64) }
}
