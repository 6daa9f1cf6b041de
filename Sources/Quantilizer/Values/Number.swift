// SPDX-License-Identifier: Apache-2.0

/// Numbers as text.
enum Number {
    /// The shortest decimal that reads back as the same double, without a `.0`.
    static func text(_ x: Double) -> String {
        if let whole = Int64(exactly: x), x.magnitude < 1e15, !(x == 0 && x.sign == .minus) {
            return "\(whole)"
        }
        return "\(x)"
    }
}
