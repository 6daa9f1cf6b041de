// SPDX-License-Identifier: Apache-2.0

extension TextOutcome {
    /// As bytes, for journals.
    public func encode() -> [UInt8] {
        var writer = ByteWriter()
        var record = SampleRecord(value: scores, text: text, tokens: tokens)
        record.failure = failure
        record.isCut = isCut
        writer.write(count: scores.count)
        writer.write(count: tokenCount)
        usage.write(to: &writer, failures: RecordUsage.journalled)
        record.write(to: &writer)
        return writer.bytes
    }

    /// Reads what ``encode()`` wrote.
    ///
    /// - Throws: ``DecodingFailure`` where the bytes are cut short, have bytes left over, or hold
    ///   more than ``RecordLimits`` allow.
    public init(decoding bytes: some Collection<UInt8>) throws(DecodingFailure) {
        var reader = ByteReader(bytes)
        let scores = try reader.count(limit: 1_024, bytesEach: 8, of: "scores")
        tokenCount = try reader.count(limit: 1 << 40, bytesEach: 0, of: "tokens")
        usage = try RecordUsage(from: &reader, failures: RecordUsage.journalled)
        let record = try SampleRecord(from: &reader, dimension: scores)
        try reader.finish()
        self.scores = record.value
        text = record.text
        tokens = record.tokens
        failure = record.failure
        isCut = record.isCut
    }
}

extension RecordUsage {
    /// The kinds of failures that journals count, which hold none: an outcome's own is in its record.
    fileprivate static let journalled = 9
}
