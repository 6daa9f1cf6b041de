// SPDX-License-Identifier: Apache-2.0
public import PoolCore

/// Where a coordinator keeps what must survive it.
///
/// The coordinator answers nobody before the records that its answer rests on are committed. It
/// commits one batch at a time, in order; while a batch is under way the next one gathers.
public protocol JobStore: Sendable {
    /// Every job that was stored and not forgotten, in order of acceptance. Called once, first.
    ///
    /// - Throws: `PoolFailure` where the store cannot be read, or its rows are not those that were
    ///   written.
    func load() throws(PoolFailure) -> [StoredJob]

    /// Every party that was shut out.
    ///
    /// - Throws: `PoolFailure` where the store cannot be read.
    func quarantined() throws(PoolFailure) -> [Quarantine]

    /// Says which jobs are being worked at, so that a store that is opened after the process died knows
    /// at what. It need not survive the system.
    func atWork(_ jobs: [String])

    /// Bytes of its files, by what they hold; asked from any thread.
    var sizes: [String: UInt64] { get }

    /// Makes records durable, all or none, then calls `completion` from any thread.
    func commit(
        _ records: [StoreRecord],
        completion: @escaping @Sendable (Result<Void, PoolFailure>) -> Void)
}

/// A store that forgets everything when the process ends.
public struct MemoryStore: JobStore {
    /// An empty store.
    public init() {}

    /// Nothing.
    ///
    /// - Throws: never.
    public func load() throws(PoolFailure) -> [StoredJob] { [] }

    /// Nobody.
    ///
    /// - Throws: never.
    public func quarantined() throws(PoolFailure) -> [Quarantine] { [] }

    /// No files.
    public var sizes: [String: UInt64] { [:] }

    /// Nobody will ask.
    public func atWork(_ jobs: [String]) {}

    /// Done at once.
    public func commit(
        _ records: [StoreRecord],
        completion: @escaping @Sendable (Result<Void, PoolFailure>) -> Void
    ) { completion(.success(())) }
}
