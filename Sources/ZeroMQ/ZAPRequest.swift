// SPDX-License-Identifier: Apache-2.0

/// A question of libzmq: may this peer come in? (ZeroMQ Authentication Protocol 1.0, RFC 27.)
public struct ZAPRequest: Sendable, Hashable {
    /// Repeated in the reply.
    public var requestID: [UInt8]
    /// The domain of the socket that the peer wants to reach.
    public var domain: String
    /// The peer's network address.
    public var address: String
    /// The mechanism: `NULL`, `PLAIN`, `CURVE` or another.
    public var mechanism: String
    /// What the mechanism proved: the public key, for CURVE.
    public var credentials: [[UInt8]]

    /// Why frames are no request.
    public enum Fault: Error, Sendable, Hashable {
        /// Too few frames, or too many, to answer at all.
        case frames(Int)
        /// Another version than 1.0. The request can be answered.
        case version(requestID: [UInt8])
        /// A frame is longer than anything sensible. The request can be answered.
        case oversized(requestID: [UInt8])
        /// An address or a name is not UTF-8. The request can be answered.
        case text(requestID: [UInt8])

        /// The request to answer with an error, nil where there is none.
        public var requestID: [UInt8]? {
            switch self {
            case .frames: nil
            case .version(let id), .oversized(let id), .text(let id): id
            }
        }
    }

    /// Frames of a request, the envelope left out: version, request id, domain, address, routing
    /// id, mechanism, then credentials.
    public static let frames = 6...9
    /// Bytes of a frame; RFC 27 knows none longer than 255.
    public static let frameBytes = 1_024

    /// Reads frames that came from anywhere.
    ///
    /// - Parameter frames: the message after the empty delimiter.
    public init(_ frames: some RandomAccessCollection<[UInt8]>) throws(Fault) {
        let frames = Array(frames)
        guard Self.frames.contains(frames.count) else { throw .frames(frames.count) }
        guard frames[1].count <= 255 else { throw .frames(frames.count) }
        requestID = frames[1]
        guard frames[0] == [0x31, 0x2E, 0x30] else { throw .version(requestID: requestID) }
        guard frames.allSatisfy({ $0.count <= Self.frameBytes }) else {
            throw .oversized(requestID: requestID)
        }
        guard let domain = String(validating: frames[2], as: UTF8.self),
            let address = String(validating: frames[3], as: UTF8.self),
            let mechanism = String(validating: frames[5], as: UTF8.self)
        else { throw .text(requestID: requestID) }
        self.domain = domain
        self.address = address
        self.mechanism = mechanism
        credentials = Array(frames[6...])
    }
}

/// The answer to a ``ZAPRequest``.
public enum ZAPReply: Sendable, Hashable {
    /// 200: let in, under this name; at most 255 bytes, and it comes back with every message.
    case welcome(userID: String)
    /// 400: not let in.
    case refused(String)
    /// 500: the question could not be answered.
    case failed(String)

    /// The frames after the empty delimiter.
    func frames(requestID: [UInt8]) -> [[UInt8]] {
        let (status, text, user) =
            switch self {
            case .welcome(let user) where user.utf8.count <= 255: ("200", "OK", user)
            case .welcome: ("500", "user id too long", "")
            case .refused(let text): ("400", text, "")
            case .failed(let text): ("500", text, "")
            }
        return [
            Array("1.0".utf8), requestID, Array(status.utf8), Array(text.utf8.prefix(255)),
            Array(user.utf8), [],
        ]
    }
}
