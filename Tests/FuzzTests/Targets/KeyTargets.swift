// SPDX-License-Identifier: Apache-2.0
import PoolCore
import ZeroMQ

@testable import PoolRuntime

extension FuzzTarget {
    /// The pair of RFC 26's example: Bob's.
    private static let secret = "D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs"
    private static let publicKey = "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID"

    /// Key files: a byte for the kind, then the file. Whatever is taken, written comes back.
    static let keys = FuzzTarget(
        name: "keys", maximumBytes: 1_024,
        seeds: {
            let pair = "public-key: \"\(publicKey)\"\nsecret-key: \"\(secret)\"\n"
            let connection =
                "version: 1\nrole: worker\nname: rack1\nendpoint: tcp://pool.example:7411\n"
                + "server-key: \"\(publicKey)\"\n" + pair
            let list =
                "# who\nworker rack1 \(publicKey)\nclient ann 00000000000000000000\(zeros) owns "
                + "\(publicKey)\n"
            return [
                ("connection", 0, connection),
                (
                    "connection-json", 0,
                    #"{"version":1,"role":"client","name":"a","endpoint":"tcp://[::1]:1","#
                        + #""server-key":"\#(publicKey)","public-key":"\#(publicKey)","#
                        + #""secret-key":"\#(secret)"}"#
                ),
                ("coordinator", 1, "version: 1\n" + pair), ("allow-list", 2, list),
                ("endpoint", 3, "tcp://127.0.0.1:7411"), ("endpoint-ipc", 3, "ipc:///tmp/pool"),
                ("key", 4, publicKey),
            ].map { Seed(name: $0.0, bytes: [UInt8($0.1)] + Array($0.2.utf8)) }
        },
        run: { bytes in
            var reader = FuzzReader(bytes)
            let kind = reader.byte() % 5
            let rest = reader.rest()
            switch kind {
            case 0:
                guard let file = try? ConnectionFile(rest, path: "fuzz") else { return false }
                guard try ConnectionFile(Array(file.text.utf8), path: "again") == file else {
                    throw Finding("a connection file does not come back")
                }
            case 1:
                guard
                    let document = try? KeyDocument(
                        rest, path: "fuzz", keys: ["endpoint", "public-key", "secret-key"],
                        required: ["public-key", "secret-key"])
                else { return false }
                return (try? document.keyPair()) != nil
            case 2:
                guard let list = try? AllowList(rest, place: "fuzz") else { return false }
                let lines = list.peers.values.map { $0.line + "\n" }
                guard try AllowList(Array(lines.joined().utf8), place: "again") == list else {
                    throw Finding("an allow-list does not come back")
                }
                return !list.peers.isEmpty
            case 3:
                let text = String(decoding: rest, as: UTF8.self)
                _ = Endpoint.isLocal(text)
                return (try? Endpoint.check(text, place: "fuzz")) != nil
            default:
                guard let key = PublicKey(z85: rest) else { return false }
                guard Array(key.description.utf8) == rest else {
                    throw Finding("a key does not come back")
                }
            }
            return true
        })

    private static let zeros = "00000000000000000000"

    /// A question of libzmq, and the decision on it: nobody comes in whose key is not listed.
    static let zap = FuzzTarget(
        name: "zap", maximumBytes: 4_096,
        seeds: {
            let key = PublicKey(publicKey)!.bytes
            func seed(_ name: String, _ frames: [[UInt8]]) -> Seed {
                Seed(
                    name: name,
                    bytes: FuzzWriter.bytes { writer in
                        for frame in frames { writer.block(frame) }
                    })
            }
            func head(_ mechanism: String) -> [[UInt8]] {
                ["1.0", "1", "qpool", "127.0.0.1", "", mechanism].map { Array($0.utf8) }
            }
            return [
                seed("curve", head("CURVE") + [key]),
                seed("stranger", head("CURVE") + [[UInt8](repeating: 9, count: 32)]),
                seed("null", head("NULL")),
                seed("plain", head("PLAIN") + [Array("user".utf8), Array("password".utf8)]),
            ]
        },
        run: { bytes in
            var reader = FuzzReader(bytes)
            var frames: [[UInt8]] = []
            while !reader.isAtEnd, frames.count < 16 { frames.append(reader.block()) }
            let request: ZAPRequest
            do throws(ZAPRequest.Fault) {
                request = try ZAPRequest(frames)
            } catch {
                _ = error.requestID
                return false
            }
            let list = try AllowList(Array("worker rack1 \(publicKey)\n".utf8), place: "fuzz")
            var admission = Admission(list)
            let decision = admission.decide(
                .init(
                    domain: request.domain, address: request.address,
                    mechanism: request.mechanism, credentials: request.credentials), at: 0)
            if case .success = decision,
                request.mechanism != "CURVE" || request.credentials != [PublicKey(publicKey)!.bytes]
            {
                throw Finding("a stranger came in: \(request)")
            }
            for line in admission.takeLines(at: 1)
            where !line.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) {
                throw Finding("a line for the log with control characters")
            }
            return true
        })
}
