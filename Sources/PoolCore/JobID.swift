// SPDX-License-Identifier: Apache-2.0

/// What ids of jobs and workers look like.
public enum JobID {
    /// True for 1 to 64 of `A-Z a-z 0-9 . _ -`.
    public static func isValid(_ id: String) -> Bool {
        let bytes = id.utf8
        return (1...PoolLimits.idBytes).contains(bytes.count)
            && bytes.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
                default: false
                }
            }
    }
}
