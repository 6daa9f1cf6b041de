// SPDX-License-Identifier: Apache-2.0

/// Measures the coordinator's steps with a clock from outside. It is for one thread.
public final class SimulationMeter {
    /// Nanoseconds since any instant.
    public let clock: () -> UInt64
    /// Nanoseconds in all steps.
    public private(set) var nanoseconds: UInt64 = 0
    /// The longest step.
    public private(set) var longest: UInt64 = 0
    /// Steps.
    public private(set) var steps = 0
    /// Steps by the binary logarithm of their nanoseconds.
    public private(set) var histogram = [Int](repeating: 0, count: 64)

    /// A meter.
    public init(clock: @escaping () -> UInt64) { self.clock = clock }

    func add(_ duration: UInt64) {
        nanoseconds += duration
        longest = max(longest, duration)
        steps += 1
        histogram[63 - max(1, duration).leadingZeroBitCount] += 1
    }
}
