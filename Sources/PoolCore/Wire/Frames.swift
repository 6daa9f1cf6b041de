// SPDX-License-Identifier: Apache-2.0
internal import SwiftProtobuf

/// Messages as frames: `[version and kind] [header] [payload]`.
///
/// The first frame has six bytes: `QP`, the protocol version and the kind, each a little-endian
/// 16-bit number. The payload frame is always there, empty where the kind has none.
package enum Frames {
    /// The versions this program speaks.
    package static let versions: ClosedRange<UInt16> = 1...1

    /// Why frames are no message.
    package enum Fault: Error, Sendable, Hashable {
        /// The peer speaks another version.
        case version(UInt16)
        /// Not of this protocol, or damaged.
        case malformed(String)

        /// As an answer to the peer.
        package var failure: PoolFailure {
            switch self {
            case .version(let theirs):
                PoolFailure(
                    .version,
                    "protocol version \(theirs) is not spoken here, only "
                        + "\(versions.lowerBound) to \(versions.upperBound)",
                    remedy: "install the same release of qpool on both sides")
            case .malformed(let reason):
                PoolFailure(
                    .malformed, "not a message of the pool: \(reason)",
                    remedy: "see docs/protocol.md")
            }
        }
    }

    /// The frames of a message.
    package static func encode(_ message: PoolMessage) -> [[UInt8]] {
        let (header, payload) = parts(message)
        return [prelude(versions.upperBound, message.kind), header, payload]
    }

    static func prelude(_ version: UInt16, _ kind: UInt16) -> [UInt8] {
        [
            0x51, 0x50, UInt8(truncatingIfNeeded: version), UInt8(truncatingIfNeeded: version >> 8),
            UInt8(truncatingIfNeeded: kind), UInt8(truncatingIfNeeded: kind >> 8),
        ]
    }

    /// The message in frames that came from anywhere.
    package static func decode(_ frames: [[UInt8]]) throws(Fault) -> PoolMessage {
        guard let first = frames.first, first.count == 6, first[0] == 0x51, first[1] == 0x50 else {
            throw .malformed("the first frame must be QP, version and kind")
        }
        let version = UInt16(first[2]) | UInt16(first[3]) << 8
        guard versions.contains(version) else { throw .version(version) }
        guard frames.count == PoolLimits.frames else {
            throw .malformed("\(frames.count) frames, \(PoolLimits.frames) expected")
        }
        let kind = UInt16(first[4]) | UInt16(first[5]) << 8
        return try message(kind, frames[1], frames[2])
    }

    private static func parts(_ message: PoolMessage) -> ([UInt8], [UInt8]) {
        switch message {
        case .hello(let header): (bytes(header), [])
        case .welcome(let header): (bytes(header), [])
        case .refused(let header): (bytes(header), [])
        case .partial(let header, let payload): (bytes(header), payload)
        case .lease(let header, let payload): (bytes(header), payload)
        case .heartbeat(let header): (bytes(header), [])
        case .drain(let header): (bytes(header), [])
        case .cancelLease(let header): (bytes(header), [])
        case .handBack(let header): (bytes(header), [])
        case .fetch(let header): (bytes(header), [])
        case .jobText(let header, let payload): (bytes(header), payload)
        case .goodbye(let header): (bytes(header), [])
        case .acknowledged(let header): (bytes(header), [])
        case .submit(let header, let payload): (bytes(header), payload)
        case .submitted(let header): (bytes(header), [])
        case .statusRequest(let header): (bytes(header), [])
        case .statusReply(let header): (bytes(header), [])
        case .watch(let header): (bytes(header), [])
        case .update(let header): (bytes(header), [])
        case .resultRequest(let header): (bytes(header), [])
        case .resultReply(let header, let payload): (bytes(header), payload)
        case .cancel(let header): (bytes(header), [])
        case .listRequest(let header): (bytes(header), [])
        case .jobList(let header): (bytes(header), [])
        case .workersRequest(let header): (bytes(header), [])
        case .workerList(let header): (bytes(header), [])
        case .priority(let header): (bytes(header), [])
        case .errorReply(let header): (bytes(header), [])
        case .extend(let header): (bytes(header), [])
        case .retry(let header): (bytes(header), [])
        }
    }

    private static func message(
        _ kind: UInt16, _ bytes: [UInt8], _ payload: [UInt8]
    ) throws(Fault) -> PoolMessage {
        switch kind {
        case 1: .hello(try header(bytes))
        case 2: .welcome(try header(bytes))
        case 3: .refused(try header(bytes))
        case 4: .partial(try header(bytes), payload)
        case 5: .lease(try header(bytes), payload)
        case 6: .heartbeat(try header(bytes))
        case 7: .drain(try header(bytes))
        case 8: .cancelLease(try header(bytes))
        case 9: .handBack(try header(bytes))
        case 10: .fetch(try header(bytes))
        case 11: .jobText(try header(bytes), payload)
        case 12: .goodbye(try header(bytes))
        case 13: .acknowledged(try header(bytes))
        case 32: .submit(try header(bytes), payload)
        case 33: .submitted(try header(bytes))
        case 34: .statusRequest(try header(bytes))
        case 35: .statusReply(try header(bytes))
        case 36: .watch(try header(bytes))
        case 37: .update(try header(bytes))
        case 38: .resultRequest(try header(bytes))
        case 39: .resultReply(try header(bytes), payload)
        case 40: .cancel(try header(bytes))
        case 42: .listRequest(try header(bytes))
        case 43: .jobList(try header(bytes))
        case 44: .workersRequest(try header(bytes))
        case 45: .workerList(try header(bytes))
        case 46: .priority(try header(bytes))
        case 47: .errorReply(try header(bytes))
        case 48: .extend(try header(bytes))
        case 49: .retry(try header(bytes))
        default: throw .malformed("no message of kind \(kind)")
        }
    }

    private static func bytes(_ header: some SwiftProtobuf.Message) -> [UInt8] {
        // Only a required field left out can make this throw, and version 3 has none.
        (try? header.serializedBytes()) ?? []
    }

    private static func header<Header: SwiftProtobuf.Message>(
        _ bytes: [UInt8]
    ) throws(Fault) -> Header {
        do {
            return try Header(serializedBytes: bytes)
        } catch {
            throw .malformed("the header cannot be read")
        }
    }
}
