// SPDX-License-Identifier: Apache-2.0
public import PoolCore

/// A file that holds secrets: it must belong to the user, and nobody else may read it.
public enum SecretFile {
    private static let bytes = 1 << 20

    /// Its text.
    ///
    /// - Throws: `SecurityError` with the path and the remedy, never with what it holds.
    public static func text(_ path: String) throws(SecurityError) -> String {
        let read = try GuardedFile.read(path, .secret, limit: bytes)
        guard let text = String(validating: read.bytes, as: UTF8.self) else {
            throw SecurityError(
                .content, place: path, "it is not UTF-8 text", remedy: "write it anew")
        }
        return text
    }
}
