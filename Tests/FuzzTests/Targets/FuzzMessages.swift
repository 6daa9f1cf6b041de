// SPDX-License-Identifier: Apache-2.0
import PoolCore
import Quantilizer
import Simulation
import SwiftProtobuf

@testable import PoolCore

/// A message of every kind, with something in every field that decides.
enum FuzzMessages {
    static let job = ModelJob(seed: 1, samples: 3_000, quantile: 0.1)
    static let lease: UInt64 = 1 << 32 + 1
    static let range = DyadicRange(start: 0, level: 9)!
    static let digest = (try? ModelJob.compile(job.package).get().digest) ?? ""
    static let failure = PoolFailure(.invalidJob, "the job is wrong", remedy: "mend it")

    static var hello: PoolMessage {
        .hello(
            .with {
                $0.worker = "w"
                $0.host = "h"
                $0.cores = 2
                $0.slots = 2
                $0.fingerprint = Sentinel.fingerprint
                $0.leases = [lease, 7]
                $0.capabilities = ["c"]
            })
    }

    static var submit: PoolMessage {
        .submit(
            .with {
                $0.request = 1
                $0.job = "fuzz"
                $0.text = job.text
            }, [])
    }

    static var submitWithTable: PoolMessage {
        .submit(
            .with {
                $0.request = 2
                $0.job = "table"
                $0.text = job.text
                $0.tables = [
                    .with {
                        $0.path = "a.csv"
                        $0.columnNames = ["a", "b"]
                        $0.columns = 2
                        $0.rows = 3
                    }
                ]
                $0.priority = -3
            }, [UInt8](repeating: 1, count: 48))
    }

    static var leased: PoolMessage {
        let machine = JobMachine(job: job.compiled)
        let round = machine.currentRound!.encode()
        return .lease(
            .with {
                $0.lease = lease
                $0.job = "fuzz"
                $0.jobDigest = digest
                $0.range = range.wire
                $0.roundBytes = UInt32(round.count)
            }, round + machine.hints.encode())
    }

    static var partial: PoolMessage {
        let machine = JobMachine(job: job.compiled)
        let bytes = RangeEvaluator(job: machine.job).evaluate(
            round: machine.currentRound!, range: range
        ).encode()
        return .partial(
            .with {
                $0.lease = lease
                $0.job = "fuzz"
                $0.range = range.wire
                $0.busyNanoseconds = 1_000_000
            }, bytes)
    }

    static var status: WireJobStatus {
        .with {
            $0.job = "fuzz"
            $0.name = "model-1"
            $0.state = .failed
            $0.samplesDone = 1
            $0.samplesTotal = 3_000
            $0.samplesPerSecond = 1e6
            $0.elapsedNanoseconds = 5
            $0.thresholds = [
                .with {
                    $0.value = 0.9
                    $0.lower = 0.8
                    $0.upper = 1
                    $0.known = true
                }
            ]
            $0.failure = failure.wire
        }
    }

    static var workerStatus: WireWorkerStatus {
        .with {
            $0.worker = "w"
            $0.samplesPerSecond = 2
            $0.connectedNanoseconds = 9
        }
    }

    static var all: [(name: String, message: PoolMessage)] {
        [
            ("hello", hello), ("submit", submit), ("submit-table", submitWithTable),
            ("lease", leased), ("partial", partial),
            (
                "heartbeat",
                .heartbeat(
                    .with {
                        $0.sequence = 1
                        $0.leases = [lease]
                    })
            ),
            ("drain", .drain(.with { $0.reason = "r" })),
            (
                "hand-back",
                .handBack(
                    .with {
                        $0.lease = lease
                        $0.failure = failure.wire
                    })
            ),
            ("fetch", .fetch(.with { $0.job = "fuzz" })),
            ("goodbye", .goodbye(.with { $0.worker = "w" })),
            (
                "watch",
                .watch(
                    .with {
                        $0.job = "f"
                        $0.request = 3
                        $0.intervalNanoseconds = 1
                        $0.keepNanoseconds = 1 << 40
                    })
            ),
            ("status", .statusRequest(.with { $0.job = "fuzz" })),
            ("result", .resultRequest(.with { $0.job = "fuzz" })),
            ("list", .listRequest(.with { $0.limit = 2 })),
            ("workers", .workersRequest(.with { $0.limit = 2 })),
            (
                "priority",
                .priority(
                    .with {
                        $0.job = "fuzz"
                        $0.priority = 3
                    })
            ),
            ("cancel", .cancel(.with { $0.job = "fuzz" })),
            (
                "extend",
                .extend(
                    .with {
                        $0.request = 4
                        $0.job = "fuzz"
                        $0.samples = 6_000
                    })
            ),
            (
                "retry",
                .retry(
                    .with {
                        $0.request = 5
                        $0.job = "fuzz"
                    })
            ),
            ("cancel-lease", .cancelLease(.with { $0.leases = [lease] })),
            (
                "job-text",
                .jobText(
                    .with {
                        $0.job = "fuzz"
                        $0.jobDigest = digest
                        $0.text = job.text
                    }, [])
            ),
            (
                "welcome",
                .welcome(
                    .with {
                        $0.heartbeatNanoseconds = 1_000_000_000
                        $0.silenceNanoseconds = 10_000_000_000
                    })
            ),
            (
                "refused",
                .refused(
                    .with {
                        $0.failure =
                            PoolFailure(
                                .unknownSession, "no hello", remedy: "say hello"
                            ).wire
                    })
            ),
            ("acknowledged", .acknowledged(.with { $0.leases = [lease] })),
            (
                "error",
                .errorReply(
                    .with {
                        $0.request = 1
                        $0.failure = failure.wire
                    })
            ),
            (
                "update",
                .update(
                    .with {
                        $0.request = 3
                        $0.status = status
                    })
            ),
            ("submitted", .submitted(.with { $0.status = status })),
            ("status-reply", .statusReply(.with { $0.status = status })),
            ("result-reply", .resultReply(.with { $0.status = status }, [0x7B, 0x7D])),
            ("job-list", .jobList(.with { $0.jobs = [status] })),
            ("worker-list", .workerList(.with { $0.workers = [workerStatus] })),
        ]
    }

    /// Frames as blocks.
    static func blocks(_ message: PoolMessage) -> [UInt8] {
        FuzzWriter.bytes { writer in
            for frame in Frames.encode(message) { writer.block(frame) }
        }
    }

    /// A message of an input: kind, header, payload.
    static func read(_ reader: inout FuzzReader) -> Result<PoolMessage, Frames.Fault> {
        let kind = UInt16(reader.byte())
        let frames = [Frames.prelude(1, kind), reader.block(), reader.block()]
        do throws(Frames.Fault) {
            return .success(try Frames.decode(frames))
        } catch {
            return .failure(error)
        }
    }

    /// What ``read(_:)`` reads.
    static func write(_ message: PoolMessage, to writer: inout FuzzWriter) {
        let frames = Frames.encode(message)
        writer.byte(UInt8(message.kind))
        writer.block(frames[1])
        writer.block(frames[2])
    }
}
