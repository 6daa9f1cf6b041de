// SPDX-License-Identifier: Apache-2.0
internal import PoolCore

/// Puts answers behind the records they rest on: a batch is under way, the next one gathers.
///
/// It is used on the socket thread alone; the store answers by a letter.
struct CommitQueue {
    private var records: [StoreRecord] = []
    private var held: [(Route, PoolMessage)] = []
    private var underWay: [(Route, PoolMessage)]?
    private var batch: [StoreRecord] = []

    /// What to do next.
    enum Next {
        /// Send these now.
        case send([(Route, PoolMessage)])
        /// Commit these, then call ``committed()`` or ``failed()``.
        case commit([StoreRecord])
        /// Wait for the batch that is under way.
        case wait
    }

    /// Takes a step's records and the answers that rest on all records so far.
    mutating func add(_ newRecords: [StoreRecord], _ newHeld: [(Route, PoolMessage)]) -> Next {
        records += newRecords
        held += newHeld
        return next()
    }

    private mutating func next() -> Next {
        guard underWay == nil else { return .wait }
        if records.isEmpty {
            defer { held = [] }
            return .send(held)
        }
        underWay = held
        batch = records
        held = []
        records = []
        return .commit(batch)
    }

    /// The batch is durable: its answers may go out.
    mutating func committed() -> ([(Route, PoolMessage)], Next) {
        let answers = underWay ?? []
        underWay = nil
        batch = []
        return (answers, next())
    }

    /// The batch is not durable: try it again, with what gathered meanwhile.
    mutating func failed() -> Next {
        records = batch + records
        held = (underWay ?? []) + held
        batch = []
        underWay = nil
        return next()
    }
}
