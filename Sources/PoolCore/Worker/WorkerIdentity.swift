// SPDX-License-Identifier: Apache-2.0

/// Who a worker is.
public struct WorkerIdentity: Sendable {
    /// Chosen when it starts.
    public var id: String
    /// The host's name.
    public var host: String
    /// The process.
    public var process: UInt32
    /// Cores it computes on.
    public var cores: Int
    /// The machine's memory.
    public var memoryBytes: UInt64
    /// Leases it holds at most.
    public var slots: Int
    /// The program's version.
    public var version: String
    /// The fingerprint of its sentinel samples.
    public var fingerprint: String
    /// What it can do that not every worker can: the plugins that its operator allowed.
    public var capabilities: [String] = []

    /// An identity.
    public init(
        id: String, host: String, process: UInt32, cores: Int, memoryBytes: UInt64, slots: Int,
        version: String, fingerprint: String
    ) {
        self.id = id
        self.host = host
        self.process = process
        self.cores = cores
        self.memoryBytes = memoryBytes
        self.slots = slots
        self.version = version
        self.fingerprint = fingerprint
    }
}
