// SPDX-License-Identifier: Apache-2.0
internal import CProcess
internal import Foundation

/// What this process knows of its machine.
public enum Machine {
    /// The host's name.
    public static var hostName: String { ProcessInfo.processInfo.hostName }

    /// Cores that this process may use: those that it is bound to (`taskset`, a batch system), and no
    /// more than its control groups give it time for, rounded up.
    public static var coreCount: Int {
        let bound = Int(qp_allowed_cores())
        let cores = bound > 0 ? bound : ProcessInfo.processInfo.activeProcessorCount
        guard let share = group.cores else { return cores }
        return max(1, min(cores, Int(share.rounded(.up))))
    }

    /// Bytes of memory that this process may use.
    public static var memoryBytes: UInt64 {
        min(ProcessInfo.processInfo.physicalMemory, group.memoryBytes ?? .max)
    }

    private static let group = ControlGroup { path in
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
    }

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
