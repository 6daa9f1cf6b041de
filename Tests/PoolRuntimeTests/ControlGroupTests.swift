// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import PoolRuntime

/// Shares of cores and memory that control groups allow, from the files that Linux shows.
@Suite struct ControlGroupTests {
    private func group(_ files: [String: String]) -> ControlGroup { ControlGroup { files[$0] } }

    private let second = """
        30 25 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate
        31 25 0:27 / /proc rw - proc proc rw
        """

    @Test func theLeastQuotaAboveCounts() {
        var files = [
            "/proc/self/cgroup": "0::/user.slice/job.scope\n", "/proc/self/mountinfo": second,
            "/sys/fs/cgroup/user.slice/job.scope/cpu.max": "max 100000\n",
            "/sys/fs/cgroup/user.slice/cpu.max": "150000 100000\n",
            "/sys/fs/cgroup/user.slice/job.scope/memory.max": "2147483648\n",
            "/sys/fs/cgroup/user.slice/memory.max": "max\n",
        ]
        #expect(group(files).cores == 1.5 && group(files).memoryBytes == 2_147_483_648)
        files["/sys/fs/cgroup/user.slice/job.scope/cpu.max"] = "20000 100000\n"
        #expect(group(files).cores == 0.2)
        files["/sys/fs/cgroup/user.slice/cpu.max"] = "nonsense"
        #expect(group(files).cores == 0.2)
    }

    /// In a container the group's path may be its host's, and its own group is the root.
    @Test func aContainerReadsItsRoot() {
        let files = [
            "/proc/self/cgroup": "0::/docker/0123abcd\n", "/proc/self/mountinfo": second,
            "/sys/fs/cgroup/cpu.max": "300000 100000\n",
        ]
        #expect(group(files).cores == 3 && group(files).memoryBytes == nil)
    }

    @Test func theFirstVersionIsReadToo() {
        let files = [
            "/proc/self/cgroup": "4:memory:/a\n3:cpu,cpuacct:/a/b\n1:name=systemd:/\n",
            "/proc/self/mountinfo": """
            40 25 0:30 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct
            41 25 0:31 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
            """,
            "/sys/fs/cgroup/cpu,cpuacct/a/b/cpu.cfs_quota_us": "-1\n",
            "/sys/fs/cgroup/cpu,cpuacct/a/b/cpu.cfs_period_us": "100000\n",
            "/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us": "250000\n",
            "/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_period_us": "100000\n",
            "/sys/fs/cgroup/memory/a/memory.limit_in_bytes": "9223372036854771712\n",
            "/sys/fs/cgroup/memory/memory.limit_in_bytes": "1000000000\n",
        ]
        #expect(group(files).cores == 2.5 && group(files).memoryBytes == 1_000_000_000)
    }

    @Test func noGroupsAreNoLimit() {
        #expect(group([:]).cores == nil && group([:]).memoryBytes == nil)
        #expect(group(["/proc/self/cgroup": "garbage\n::\n0::/a"]).cores == nil)
    }
}
