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
        let (kind, header, payload) = message.parts
        do {
            let bytes: [UInt8] = try header.serializedBytes()
            return [prelude(versions.upperBound, kind.rawValue), bytes, payload]
        } catch {
            // Only a required field that is left out makes this throw, and version 3 has none.
            preconditionFailure("a header that cannot be written: \(error)")
        }
    }

    static func prelude(_ version: UInt16, _ kind: UInt16) -> [UInt8] {
        [
            0x51, 0x50, UInt8(truncatingIfNeeded: version), UInt8(truncatingIfNeeded: version >> 8),
            UInt8(truncatingIfNeeded: kind), UInt8(truncatingIfNeeded: kind >> 8),
        ]
    }

    /// The message in frames that came from anywhere.
    package static func decode(_ frames: [[UInt8]]) throws(Fault) -> PoolMessage {
        try Envelope(frames).decode()
    }
}

/// A message that came and is not decoded: its kind, and its frames within that kind's limits.
package struct Envelope: Sendable {
    /// Its kind.
    package let kind: WireKind
    let header: [UInt8]
    let payload: [UInt8]

    /// Frames that came from anywhere, the routing id apart.
    package init(_ frames: [[UInt8]]) throws(Frames.Fault) {
        guard let first = frames.first, let (version, number) = Self.prelude(first) else {
            throw .malformed("the first frame must be QP, version and kind")
        }
        guard Frames.versions.contains(version) else { throw .version(version) }
        guard frames.count == PoolLimits.frames else {
            throw .malformed("\(frames.count) frames, \(PoolLimits.frames) expected")
        }
        guard let kind = WireKind(rawValue: number) else {
            throw .malformed("no message of kind \(number)")
        }
        self.kind = kind
        header = frames[1]
        payload = frames[2]
    }

    /// Version and kind of a first frame.
    package static func prelude(_ frame: [UInt8]) -> (version: UInt16, kind: UInt16)? {
        guard frame.count == 6, frame[0] == 0x51, frame[1] == 0x50 else { return nil }
        return (UInt16(frame[2]) | UInt16(frame[3]) << 8, UInt16(frame[4]) | UInt16(frame[5]) << 8)
    }

    /// The number that a client's request carries, 0 where it has none or is no request.
    package var request: UInt64 { kind.row.sender.asks ? HeaderScan.request(header) : 0 }

    /// The number that a decoded request carries.
    static func request(of message: PoolMessage) -> UInt64 {
        guard let header = Frames.encode(message).dropFirst().first else { return 0 }
        return HeaderScan.request(header)
    }

    /// What it costs its sender, known before it is decoded.
    package var cost: Double {
        kind.row.cost(header: header.count, payload: payload.count)
    }

    /// Whether decoding it would hold up others.
    package var isLarge: Bool { header.count + payload.count > PoolLimits.headerBytes }
    /// Bytes of its frames.
    package var bytes: Int { header.count + payload.count }

    /// The message, or what is wrong with it.
    package var result: Result<PoolMessage, Frames.Fault> {
        do throws(Frames.Fault) {
            return .success(try decode())
        } catch {
            return .failure(error)
        }
    }

    /// The message.
    ///
    /// - Throws: where a frame is longer than its kind allows, or the header has too many fields or
    ///   cannot be read.
    package func decode() throws(Frames.Fault) -> PoolMessage {
        let row = kind.row
        guard header.count <= row.headerBytes else {
            throw .malformed(
                "a header of \(header.count) bytes; of this kind at most \(row.headerBytes)")
        }
        guard payload.count <= row.payloadBytes else {
            throw .malformed(
                "a payload of \(payload.count) bytes; of this kind at most \(row.payloadBytes)")
        }
        guard HeaderScan.isBounded(header, nested: row.nested) else {
            throw .malformed(
                "the header cannot be read, or has more than \(PoolLimits.headerFields) fields")
        }
        return try row.decode(header, payload)
    }
}
