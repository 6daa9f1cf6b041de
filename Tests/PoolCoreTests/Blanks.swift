// SPDX-License-Identifier: Apache-2.0
@testable import PoolCore

/// Headers that a test fills in.
protocol Blank { init() }

extension Blank {
    static func with(_ change: (inout Self) -> Void) -> Self {
        var value = Self()
        change(&value)
        return value
    }
}

extension WireCancel: Blank {}
extension WireFetch: Blank {}
extension WireForget: Blank {}
extension WireRetry: Blank {}
extension WireStatusRequest: Blank {}
extension WireSubmit: Blank {}
extension WireUpdate: Blank {}
extension WireWatch: Blank {}
