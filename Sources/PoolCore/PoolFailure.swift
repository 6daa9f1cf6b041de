// SPDX-License-Identifier: Apache-2.0
internal import SwiftProtobuf

/// An error that users of the pool see: a code for programs, a message and a remedy for people.
public struct PoolFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// An open code: others may come.
    public struct Code: RawRepresentable, Sendable, Hashable {
        /// The code as it travels.
        public var rawValue: String
        /// A code.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// Protocol versions that do not meet.
        public static let version = Code(rawValue: "version")
        /// A message that cannot be read.
        public static let malformed = Code(rawValue: "malformed")
        /// No job has this id.
        public static let unknownJob = Code(rawValue: "unknown-job")
        /// Several ids begin so.
        public static let ambiguousJob = Code(rawValue: "ambiguous-job")
        /// Another job has this id.
        public static let idTaken = Code(rawValue: "id-taken")
        /// The job file is wrong.
        public static let invalidJob = Code(rawValue: "invalid-job")
        /// The job failed.
        public static let jobFailed = Code(rawValue: "job-failed")
        /// The job was cancelled.
        public static let jobCancelled = Code(rawValue: "job-cancelled")
        /// The job has no result yet.
        public static let notDone = Code(rawValue: "not-done")
        /// The job takes no more samples, or not so few.
        public static let cannotExtend = Code(rawValue: "cannot-extend")
        /// The job would fail the same way again.
        public static let cannotRetry = Code(rawValue: "cannot-retry")
        /// Not now: ask again in a moment.
        public static let busy = Code(rawValue: "busy")
        /// A worker without a session.
        public static let unknownSession = Code(rawValue: "unknown-session")
        /// A worker whose sentinel samples differ.
        public static let fingerprint = Code(rawValue: "fingerprint")
        /// The peer may not do this: its key or its role does not allow it.
        public static let refused = Code(rawValue: "refused")
        /// A limit of `PoolLimits` is reached.
        public static let limit = Code(rawValue: "limit")
        /// The coordinator is stopping.
        public static let draining = Code(rawValue: "draining")
        /// Nobody answers.
        public static let unreachable = Code(rawValue: "unreachable")
        /// The time allowed is over.
        public static let timedOut = Code(rawValue: "timed-out")
        /// The store cannot take what must not be lost.
        public static let store = Code(rawValue: "store")
        /// Another coordinator uses the store.
        public static let storeInUse = Code(rawValue: "store-in-use")
        /// Coordinators died at the job.
        public static let putAway = Code(rawValue: "put-away")
        /// A fault of the pool itself.
        public static let fault = Code(rawValue: "fault")
    }

    /// What kind of failure.
    public var code: Code
    /// What happened.
    public var message: String
    /// What to do about it.
    public var remedy: String

    /// A failure.
    public init(_ code: Code, _ message: String, remedy: String) {
        self.code = code
        self.message = message
        self.remedy = remedy
    }

    /// `message (remedy)`.
    public var description: String { remedy.isEmpty ? message : "\(message) (\(remedy))" }

    package init(_ wire: WireFailure) {
        self.init(
            Code(rawValue: String(wire.code.prefix(PoolLimits.labelBytes))), wire.message,
            remedy: wire.remedy)
    }

    package var wire: WireFailure {
        .with {
            $0.code = code.rawValue
            $0.message = message
            $0.remedy = remedy
        }
    }
}
