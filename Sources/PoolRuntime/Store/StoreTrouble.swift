// SPDX-License-Identifier: Apache-2.0
internal import PoolCore
internal import SQLite

/// What goes wrong with a store's file, in words that say what to do.
enum StoreTrouble {
    /// A failure of SQLite.
    static func failure(_ error: any Error, _ path: String) -> PoolFailure {
        if let failure = error as? PoolFailure { return failure }
        if let trouble = error as? CommitLedger.Trouble {
            return PoolFailure(
                .store,
                "the store's count of commits, \(path).commits, cannot be written: "
                    + trouble.words,
                remedy: trouble.isFull
                    ? "free some space on the disk; what was accepted is safe, and the pool goes on by "
                        + "itself" : "make it and its folder writable for this user")
        }
        guard let error = error as? SQLiteError else {
            return PoolFailure(
                .store, "the store \(path) failed: \(error)", remedy: "see docs/operations.md")
        }
        func told(_ message: String, _ remedy: String) -> PoolFailure {
            PoolFailure(.store, "the store \(path) \(message)", remedy: remedy)
        }
        switch error.kind {
        case .full:
            return told(
                "takes nothing more: the disk is full",
                "free some space on it; what was accepted is safe, and the pool goes on by itself")
        case .readOnly:
            return told("cannot be written", "make it and its folder writable for this user")
        case .cannotOpen:
            return told(
                "cannot be opened or made",
                "name a file in a folder that exists and that this user may write")
        case .notADatabase: return notAStore(path)
        case .corrupt: return damaged(path)
        case .busy:
            return PoolFailure(
                .storeInUse, "the store \(path) is locked by another program",
                remedy: "end that program; `fuser \(path)` names it")
        case .inputOutput:
            return told(
                "cannot be read or written: \(error.message)",
                "see the system's log for the disk's state")
        case .constraint, .other:
            return told("failed: \(error.message)", "see docs/operations.md")
        }
    }

    static func notAStore(_ path: String) -> PoolFailure {
        PoolFailure(
            .store, "\(path) is there and is not a store of qpool; nothing was changed",
            remedy: "name another file with --store")
    }

    static func damaged(_ path: String) -> PoolFailure {
        PoolFailure(
            .store, "the store \(path) is damaged",
            remedy: "restore it from a backup, or name a new file with --store")
    }

    private static let accepting =
        "restore it from a backup; or start the coordinator once with --accept-store, which takes the "
        + "file as it is: what it lacks is lost"

    /// Commits that somebody was told of are not there.
    static func short(_ path: String, has: UInt64, acknowledged: UInt64) -> PoolFailure {
        PoolFailure(
            .store,
            "the store \(path) is short: it has \(has) commits, and \(acknowledged) were "
                + "acknowledged. An interrupted write loses none of those: its log \(path)-wal is "
                + "damaged or missing, or the file is older than \(path).commits",
            remedy: accepting)
    }

    /// The rows are not those that were written.
    static func unsealed(_ path: String) -> PoolFailure {
        PoolFailure(
            .store,
            "the store \(path) is damaged: its rows are not those that were written",
            remedy: accepting)
    }

    /// Nobody knows whether it is short.
    static func uncounted(_ path: String, has: UInt64, isDamaged: Bool) -> PoolFailure {
        PoolFailure(
            .store,
            "the store \(path) has \(has) commits, and \(path).commits, which says how many there "
                + "should be, is \(isDamaged ? "damaged" : "missing")",
            remedy:
                "put \(path).commits back beside it; or, where the file is whole or a backup, start "
                + "the coordinator once with --accept-store")
    }

    /// The file is gone and what belongs to it is not.
    static func missing(_ path: String, beside: String) -> PoolFailure {
        PoolFailure(
            .store, "the store \(path) is missing or empty, and \(beside) is there",
            remedy: "put the file back, or restore it from a backup; to begin a new store there, "
                + "remove \(path)-wal and \(path).commits")
    }

    static func newer(_ path: String, version: Int) -> PoolFailure {
        PoolFailure(
            .version,
            "the store \(path) has version \(version); this qpool knows versions up to "
                + "\(StoreSchema.version)",
            remedy: "start a newer qpool on it, or name another file with --store")
    }

    static func otherArithmetic(_ path: String, job: String, jobs: Int) -> PoolFailure {
        PoolFailure(
            .version,
            "the store \(path) holds unfinished work (\(job)"
                + "\(jobs == 1 ? "" : " and \(jobs - 1) more")) of a qpool that computes other bits",
            remedy: "let that release finish or forget its jobs, or name another file with --store")
    }
}
