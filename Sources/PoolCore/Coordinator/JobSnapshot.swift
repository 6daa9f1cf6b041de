// SPDX-License-Identifier: Apache-2.0
package import Quantilizer

/// The state of a job's machine for a store, as bytes or as what the bytes are made of.
///
/// Writing a machine that has the gaps of 10^5 workers takes longer than the thread that answers
/// heartbeats has. So a snapshot holds the machine, which shares what it consists of with the one that
/// goes on, and whoever stores it writes it.
///
/// **Complexity**: making one O(1); ``bytes`` O(what is known), each time anew.
public struct JobSnapshot: Sendable, ExpressibleByArrayLiteral {
    private enum Form: Sendable {
        case written([UInt8])
        case machine(JobMachine)
    }

    private let form: Form
    /// Which one of a coordinator it is, from 1; 0 of bytes from elsewhere.
    package let number: UInt64
    /// Bytes that it has, at least.
    package let size: Int

    /// Bytes that were written.
    package init(_ bytes: [UInt8], number: UInt64 = 0) {
        form = .written(bytes)
        self.number = number
        size = bytes.count
    }

    /// The state of a machine. Where only writing it tells how long it is, it is written at once.
    package init(of machine: inout JobMachine, number: UInt64) {
        if let size = machine.snapshotBytes() {
            form = .machine(machine)
            self.size = size
        } else {
            let bytes = machine.snapshot()
            form = .written(bytes)
            size = bytes.count
        }
        self.number = number
    }

    /// Bytes from elsewhere, as a test writes them.
    public init(arrayLiteral elements: UInt8...) { self.init(elements) }

    /// What ``JobMachine/snapshot()`` of the machine, as it was then, gives.
    public var bytes: [UInt8] {
        switch form {
        case .written(let bytes): bytes
        case .machine(let machine): machine.snapshot()
        }
    }
}
