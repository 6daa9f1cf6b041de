// SPDX-License-Identifier: Apache-2.0

/// Puts answers behind the records they rest on: a batch is under way, the next one gathers.
///
/// It is used by whoever drives a coordinator, on its thread alone.
package struct CommitQueue {
    private var records: [StoreRecord] = []
    private var held: [(Route, PoolMessage)] = []
    /// Where updates of watches stand among them.
    private var updates: [WatchKey: Int] = [:]
    private var underWay: [(Route, PoolMessage)]?
    private var batch: [StoreRecord] = []

    /// What to do next.
    package enum Next {
        /// Send these now.
        case send([(Route, PoolMessage)])
        /// Commit these, then call ``CommitQueue/committed()`` or ``CommitQueue/failed()``.
        case commit([StoreRecord])
        /// Wait for the batch that is under way.
        case wait
    }

    /// An empty queue.
    package init() {}

    /// Records and answers that wait.
    package var count: Int { records.count + batch.count + held.count + (underWay?.count ?? 0) }

    /// Takes a step's records and the answers that rest on all records so far.
    package mutating func add(
        _ newRecords: [StoreRecord], _ newHeld: [(Route, PoolMessage)]
    ) -> Next {
        for record in newRecords {
            record.supersede(&records)
            records.append(record)
        }
        for entry in newHeld { hold(entry) }
        return next()
    }

    /// Adds an answer; of a watch's updates that wait the latest is enough.
    private mutating func hold(_ entry: (Route, PoolMessage)) {
        guard case .update(let update) = entry.1 else { return held.append(entry) }
        let key = WatchKey(route: entry.0, request: update.request)
        if let place = updates[key] {
            held[place] = entry
        } else {
            updates[key] = held.count
            held.append(entry)
        }
    }

    private mutating func next() -> Next {
        guard underWay == nil else { return .wait }
        updates = [:]
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
    package mutating func committed() -> ([(Route, PoolMessage)], Next) {
        let answers = underWay ?? []
        underWay = nil
        batch = []
        return (answers, next())
    }

    /// The batch is not durable: try it again, with what gathered meanwhile.
    package mutating func failed() -> Next {
        records = batch + records
        held = (underWay ?? []) + held
        updates = [:]
        batch = []
        underWay = nil
        return next()
    }
}

extension StoreRecord {
    /// Takes out what waits and would be gone with this record in the same transaction: a
    /// checkpoint stands for the partials and the checkpoint before it. They may be many megabytes.
    fileprivate func supersede(_ waiting: inout [StoreRecord]) {
        guard case .checkpoint(let job, _) = self else { return }
        waiting.removeAll { record in
            switch record {
            case .merged(job, _), .checkpoint(job, _): true
            default: false
            }
        }
    }
}
