// SPDX-License-Identifier: Apache-2.0

/// A window of keys, `low ≤ key < high`, to be counted in equal buckets.
public struct DigitWindow: Sendable, Hashable {
    /// Buckets a window is cut into.
    public static let buckets = 1024
    /// The utility's number in the job.
    public var utility: Int
    /// The smallest key inside.
    public var low: Key
    /// The smallest key above.
    public var high: Key
}

extension DigitWindow {
    /// Whether all keys inside have one utility, so that labels are cut instead.
    private var isOneLevel: Bool { low.bits == high.bits }

    private var width: UInt64 {
        let span = isOneLevel ? high.label - low.label : high.bits - low.bits
        return span / UInt64(DigitWindow.buckets) + 1
    }

    /// The bucket of a key inside the window.
    func bucket(of key: Key) -> Int {
        let offset = isOneLevel ? key.label - low.label : key.bits - low.bits
        return Int(offset / width)
    }

    /// The window of the buckets `first...last`, inside this one.
    func narrowed(to buckets: ClosedRange<Int>) -> DigitWindow {
        let width = width
        let origin = isOneLevel ? low.label : low.bits
        func edge(_ bucket: Int) -> UInt64? {
            let (offset, over) = width.multipliedReportingOverflow(by: UInt64(bucket))
            let (edge, past) = origin.addingReportingOverflow(offset)
            return over || past ? nil : edge
        }
        var result = self
        if isOneLevel {
            if let label = edge(buckets.lowerBound) {
                result.low = max(low, Key(bits: low.bits, label: label, index: .max))
            }
            if let label = edge(buckets.upperBound + 1) {
                result.high = min(high, Key(bits: low.bits, label: label, index: .max))
            }
        } else {
            if let bits = edge(buckets.lowerBound) {
                result.low = max(low, Key(bits: bits, label: 0, index: .max))
            }
            if width == 1, buckets.count == 1, let bits = edge(buckets.lowerBound) {
                // One utility: the end lies at its last label, so that labels can be cut next.
                result.high = min(high, Key(bits: bits, label: .max, index: 0))
            } else if let bits = edge(buckets.upperBound + 1) {
                result.high = min(high, Key(bits: bits, label: 0, index: .max))
            }
        }
        return result
    }
}

extension Key {
    /// The next key below, for exclusive bounds.
    var predecessor: Key {
        if index < .max { return Key(bits: bits, label: label, index: index + 1) }
        if label > 0 { return Key(bits: bits, label: label - 1, index: 0) }
        return bits > 0 ? Key(bits: bits - 1, label: .max, index: 0) : self
    }

    /// The next key above, for inclusive bounds.
    var next: Key {
        if index > 0 { return Key(bits: bits, label: label, index: index - 1) }
        if label < .max { return Key(bits: bits, label: label + 1, index: .max) }
        return bits < .max ? Key(bits: bits + 1, label: 0, index: .max) : self
    }
}
