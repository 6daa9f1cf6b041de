// SPDX-License-Identifier: Apache-2.0
internal import Crypto
public import Quantilizer

/// SHA-256 in lower-case hexadecimal, by which jobs, results and fingerprints are compared.
public enum Digest {
    /// The digest of bytes.
    public static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        var hash = SHA256()
        var chunk: [UInt8] = []
        for byte in bytes {
            chunk.append(byte)
            if chunk.count == 1 << 16 {
                hash.update(data: chunk)
                chunk.removeAll(keepingCapacity: true)
            }
        }
        hash.update(data: chunk)
        return text(hash.finalize())
    }

    /// The digest of a job: its normalised text and its tables.
    public static func job(normalised: String, resources: JobResources) -> String {
        let (headers, payload) = JobPackage(text: "", resources: resources).tables
        var hash = SHA256()
        hash.update(data: Array(normalised.utf8))
        for header in headers {
            // Lengths before texts, so that no two jobs run together.
            for name in [header.path] + header.columnNames {
                hash.update(data: Array("\n\(name.utf8.count):\(name)".utf8))
            }
            hash.update(data: Array("\n\(header.columns)x\(header.rows)".utf8))
        }
        hash.update(data: payload)
        return text(hash.finalize())
    }

    private static func text(_ digest: SHA256Digest) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var result: [UInt8] = []
        for byte in digest {
            result.append(digits[Int(byte >> 4)])
            result.append(digits[Int(byte & 15)])
        }
        return String(decoding: result, as: UTF8.self)
    }
}
