// SPDX-License-Identifier: Apache-2.0
public import Quantilizer
internal import Sodium

/// SHA-256 in lower-case hexadecimal, by which jobs, results and fingerprints are compared.
public enum Digest {
    /// The digest of bytes.
    public static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        var hash = SHA256()
        var chunk: [UInt8] = []
        for byte in bytes {
            chunk.append(byte)
            if chunk.count == 1 << 16 {
                hash.update(chunk)
                chunk.removeAll(keepingCapacity: true)
            }
        }
        hash.update(chunk)
        return SHA256.hexadecimal(hash.finalized())
    }

    /// The digest of a job: its normalised text and its tables.
    public static func job(normalised: String, resources: JobResources) -> String {
        let (headers, payload) = JobPackage(text: "", resources: resources).tables
        var hash = SHA256()
        hash.update(normalised)
        for header in headers {
            // Lengths before texts, so that no two jobs run together.
            for name in [header.path] + header.columnNames {
                hash.update("\n\(name.utf8.count):\(name)")
            }
            hash.update("\n\(header.columns)x\(header.rows)")
        }
        hash.update(payload)
        return SHA256.hexadecimal(hash.finalized())
    }
}
