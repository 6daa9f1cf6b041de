// SPDX-License-Identifier: Apache-2.0

/// Walks over a header's fields without decoding them: a header of 16 MB may hold eight million empty
/// messages, each of which would become an object.
///
/// It is no decoder: it sees numbers and lengths of fields, and nothing else.
///
/// **Complexity**: O(fields), which are bounded; what a field holds is skipped.
enum HeaderScan {
    /// Whether the bytes are fields of protocol buffers, not too many of them: of the header itself,
    /// and of each message in the field `nested`.
    static func isBounded(_ bytes: [UInt8], nested: UInt64) -> Bool {
        var messages: [Range<Int>] = []
        guard
            walk(
                bytes, bytes.indices,
                { number, place in
                    if number == nested, nested > 0, let place { messages.append(place) }
                })
        else { return false }
        return messages.allSatisfy { walk(bytes, $0) { _, _ in } }
    }

    /// The number of a client's request, its field 1; 0 where it has none.
    static func request(_ bytes: [UInt8]) -> UInt64 {
        var position = 0
        while position < bytes.count {
            guard let key = varint(bytes, &position, bytes.count) else { return 0 }
            if key == 1 << 3 { return varint(bytes, &position, bytes.count) ?? 0 }
            guard key >> 3 == 1 || position < 64,
                skip(bytes, &position, key & 7, bytes.count) != nil
            else { return 0 }
        }
        return 0
    }

    /// Calls `found` with each field's number and, where it has bytes, their place.
    private static func walk(
        _ bytes: [UInt8], _ range: Range<Int>, _ found: (UInt64, Range<Int>?) -> Void
    ) -> Bool {
        var position = range.lowerBound
        var count = 0
        while position < range.upperBound {
            count += 1
            guard count <= PoolLimits.headerFields,
                let key = varint(bytes, &position, range.upperBound),
                let place = skip(bytes, &position, key & 7, range.upperBound)
            else { return false }
            found(key >> 3, key & 7 == 2 ? place : nil)
        }
        return true
    }

    /// Goes past a field's content and returns its place; nil where it does not end, or is a group.
    private static func skip(
        _ bytes: [UInt8], _ position: inout Int, _ type: UInt64, _ end: Int
    ) -> Range<Int>? {
        var length: UInt64 = 0
        switch type {
        case 0:
            let start = position
            guard varint(bytes, &position, end) != nil else { return nil }
            return start..<position
        case 1: length = 8
        case 5: length = 4
        case 2:
            guard let said = varint(bytes, &position, end) else { return nil }
            length = said
        default: return nil
        }
        guard length <= UInt64(end - position) else { return nil }
        defer { position += Int(length) }
        return position..<position + Int(length)
    }

    private static func varint(_ bytes: [UInt8], _ position: inout Int, _ end: Int) -> UInt64? {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard position < end else { return nil }
            let byte = bytes[position]
            position += 1
            value |= UInt64(byte & 127) << shift
            if byte < 128 { return value }
        }
        return nil
    }
}
