// SPDX-License-Identifier: Apache-2.0
internal import Foundation

/// What this process knows of its machine.
public enum Machine {
    /// The host's name.
    public static var hostName: String { ProcessInfo.processInfo.hostName }
    /// Cores that the system lets this process use.
    public static var coreCount: Int { ProcessInfo.processInfo.activeProcessorCount }
    /// Bytes of memory.
    public static var memoryBytes: UInt64 { ProcessInfo.processInfo.physicalMemory }
    /// The number of this process.
    public static var processNumber: UInt32 {
        UInt32(bitPattern: ProcessInfo.processInfo.processIdentifier)
    }

    /// A new id of so many hexadecimal digits, for workers and jobs.
    public static func newID(digits: Int = 12) -> String {
        var generator = SystemRandomNumberGenerator()
        return String(
            (0..<digits).map { _ in
                "0123456789abcdef".randomElement(using: &generator) ?? "0"
            })
    }
}
