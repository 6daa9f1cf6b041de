// SPDX-License-Identifier: Apache-2.0
internal import SwiftProtobuf

/// A job's package as bytes for a store: as it travels in a submission.
extension JobPackage {
    /// Text and tables' headers as one message, and the tables' columns.
    package func storedParts() throws -> (header: [UInt8], columns: [UInt8]) {
        let (headers, payload) = tables
        let header: [UInt8] = try WireSubmit.with {
            $0.text = text
            $0.tables = headers
        }.serializedBytes()
        return (header, payload)
    }

    /// A package from a store.
    package init(storedHeader: [UInt8], columns: [UInt8]) throws(PoolFailure) {
        guard let header = try? WireSubmit(serializedBytes: storedHeader) else {
            throw PoolFailure(
                .store, "a stored job cannot be read", remedy: "restore the store from a backup")
        }
        try self.init(text: header.text, headers: header.tables, payload: columns)
    }
}
