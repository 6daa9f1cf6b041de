// SPDX-License-Identifier: Apache-2.0

/// Bounds of what records may hold, whoever sends them.
public enum RecordLimits {
    /// Bytes of a text, and of all its tokens.
    public static let textBytes = 1 << 18
    /// Tokens of a text.
    public static let tokens = 1 << 15
    /// Samples of a job with a recorded base.
    public static let samples: UInt64 = 1 << 20
}

extension SampleRecord {
    /// As bytes, for journals.
    public func encode() -> [UInt8] {
        var writer = ByteWriter()
        write(to: &writer)
        return writer.bytes
    }

    /// Reads what ``encode()`` wrote, of a base of so many values.
    ///
    /// - Throws: ``DecodingFailure`` where the bytes are cut short, have bytes left over, or hold
    ///   more than ``RecordLimits`` allow.
    public init(decoding bytes: some Collection<UInt8>, dimension: Int) throws(DecodingFailure) {
        var reader = ByteReader(bytes)
        self = try SampleRecord(from: &reader, dimension: dimension)
        try reader.finish()
    }

    /// The bit that says that a text was cut.
    private static let cut: UInt8 = 0x80

    func write(to writer: inout ByteWriter) {
        writer.write((failure.map { $0.rawValue + 1 } ?? 0) | (isCut ? Self.cut : 0))
        for value in value { writer.write(value) }
        writer.write(text != nil)
        if let text { writer.write(Array(text.utf8)) }
        writer.write(count: tokens.count)
        for token in tokens {
            writer.write(Array(token.text.utf8))
            writer.write(token.logProbability)
        }
    }

    init(from reader: inout ByteReader, dimension: Int) throws(DecodingFailure) {
        let said = try reader.byte()
        let code = said & ~Self.cut
        isCut = said != code
        failure = nil
        if code > 0 {
            guard let failure = RecordFailure(rawValue: code - 1) else {
                throw DecodingFailure("no such failure of a sample")
            }
            self.failure = failure
        }
        value = []
        for _ in 0..<dimension { value.append(try reader.double()) }
        text = nil
        if try reader.bool() { text = try reader.text() }
        let count = try reader.count(limit: RecordLimits.tokens, bytesEach: 16, of: "tokens")
        tokens = []
        for _ in 0..<count { tokens.append(Token(try reader.text(), try reader.double())) }
    }
}

extension RecordUsage {
    func write(to writer: inout ByteWriter, failures kinds: Int = RecordFailure.allCases.count) {
        for count in [requests, redrawn, promptTokens, completionTokens, judgeTokens]
            + failures.prefix(kinds)
        {
            writer.write(count)
        }
    }

    init(
        from reader: inout ByteReader, failures kinds: Int = RecordFailure.allCases.count
    ) throws(DecodingFailure) {
        self.init()
        func next() throws(DecodingFailure) -> UInt64 {
            let count = try reader.word()
            guard count < 1 << 56 else { throw DecodingFailure("a count out of range") }
            return count
        }
        requests = try next()
        redrawn = try next()
        promptTokens = try next()
        completionTokens = try next()
        judgeTokens = try next()
        for i in 0..<kinds { failures[i] = try next() }
    }
}

extension [UInt64: SampleRecord] {
    func write(to writer: inout ByteWriter) {
        writer.write(count: count)
        for (index, record) in sorted(by: { $0.key < $1.key }) {
            writer.write(index)
            record.write(to: &writer)
        }
    }

    init(
        from reader: inout ByteReader, dimension: Int, indices: Range<UInt64>
    ) throws(DecodingFailure) {
        self.init()
        let count = try reader.count(
            limit: Limits.candidates, bytesEach: 18 + 8 * dimension, of: "records")
        for _ in 0..<count {
            let index = try reader.word()
            guard indices.contains(index) else {
                throw DecodingFailure("sample \(index) is not of this range")
            }
            self[index] = try SampleRecord(from: &reader, dimension: dimension)
        }
    }
}

extension ByteReader {
    fileprivate mutating func text() throws(DecodingFailure) -> String {
        let bytes = try blob(limit: RecordLimits.textBytes, of: "bytes of text")
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw DecodingFailure("a text that is not UTF-8")
        }
        return text
    }
}
