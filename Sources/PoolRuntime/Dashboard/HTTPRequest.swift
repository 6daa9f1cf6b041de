// SPDX-License-Identifier: Apache-2.0
internal import PoolCore

/// A request of HTTP/1.1 (RFC 9112) as far as this server takes any: GET or HEAD, without a body.
///
/// It is stricter than the standard allows: what two readers could read differently is refused.
struct HTTPRequest: Hashable {
    /// What the bytes so far come to.
    enum Reading: Hashable {
        /// It has not ended.
        case incomplete
        /// One request, of so many bytes.
        case request(HTTPRequest, bytes: Int)
        /// None that is answered otherwise than by this status; the connection ends with it.
        case wrong(HTTPStatus)
    }

    /// Whether it is HEAD.
    var isHead = false
    /// The path, decoded.
    var path = "/"
    /// The parameters, decoded; of several of one name the first.
    var parameters: [String: String] = [:]
    /// The headers, by their names in lower case.
    var headers: [String: String] = [:]
    /// Whether the connection may serve another one.
    var keepsAlive = true

    /// Reads the first request of some bytes.
    static func read(_ bytes: [UInt8]) -> Reading {
        guard let end = headEnd(bytes) else {
            return bytes.count >= PoolLimits.httpRequestBytes ? .wrong(.tooLarge) : .incomplete
        }
        guard end <= PoolLimits.httpRequestBytes else { return .wrong(.tooLarge) }
        let head = bytes[..<(end - 4)]
        // A line ends with both of CR and LF; neither stands alone, nor any other control character.
        var lines: [ArraySlice<UInt8>] = []
        var start = head.startIndex
        var position = start
        while position < head.endIndex {
            if head[position] == 13, position + 1 < head.endIndex, head[position + 1] == 10 {
                lines.append(head[start..<position])
                position += 2
                start = position
                continue
            }
            guard head[position] >= 32 && head[position] != 127 || head[position] == 9 else {
                return .wrong(.badRequest)
            }
            position += 1
        }
        lines.append(head[start...])
        switch parse(lines) {
        case .success(let request): return .request(request, bytes: end)
        case .failure(let status): return .wrong(status)
        }
    }

    /// Where the empty line ends.
    private static func headEnd(_ bytes: [UInt8]) -> Int? {
        var position = 3
        while position < bytes.count {
            if bytes[position] == 10, bytes[position - 1] == 13, bytes[position - 2] == 10,
                bytes[position - 3] == 13
            {
                return position + 1
            }
            position += 1
        }
        return nil
    }

    private static func parse(_ lines: [ArraySlice<UInt8>]) -> Result<HTTPRequest, HTTPStatus> {
        let words = lines[0].split(separator: 32, omittingEmptySubsequences: false)
        guard words.count == 3, let target = text(words[1]), target.utf8.first == 0x2F,
            let version = text(words[2])
        else { return .failure(.badRequest) }
        guard version == "HTTP/1.1" || version == "HTTP/1.0" else {
            return .failure(version.hasPrefix("HTTP/") ? .versionNotSupported : .badRequest)
        }
        var request = HTTPRequest()
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: 58), colon > line.startIndex,
                line[..<colon].allSatisfy(isNameByte), let name = text(line[..<colon]),
                let value = String(validating: line[(colon + 1)...], as: UTF8.self)
            else { return .failure(.badRequest) }
            let known = name.lowercased()
            let trimmed = value.trimmed
            // Two of these would be read by one as the first and by another as the last.
            if request.headers[known] != nil, ["host", "authorization", "cookie"].contains(known) {
                return .failure(.badRequest)
            }
            request.headers[known] = request.headers[known].map { $0 + ", " + trimmed } ?? trimmed
        }
        guard request.headers["transfer-encoding"] == nil,
            request.headers["content-length"].map({ $0 == "0" }) ?? true
        else { return .failure(.tooLarge) }
        guard words[0].elementsEqual("GET".utf8) || words[0].elementsEqual("HEAD".utf8) else {
            return .failure(words[0].allSatisfy(isNameByte) ? .methodNotAllowed : .badRequest)
        }
        guard version == "HTTP/1.0" || request.headers["host"] != nil else {
            return .failure(.badRequest)
        }
        let connection = request.headers["connection"]?.lowercased() ?? ""
        request.keepsAlive = version == "HTTP/1.1" && !connection.contains("close")
        request.isHead = words[0].count == 4
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard let path = decoded(parts[0], plusIsSpace: false) else { return .failure(.badRequest) }
        request.path = path
        for pair in (parts.count > 1 ? parts[1] : "").split(separator: "&") {
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = decoded(sides[0], plusIsSpace: true),
                let value = decoded(sides.count > 1 ? sides[1] : "", plusIsSpace: true)
            else { return .failure(.badRequest) }
            if request.parameters[name] == nil { request.parameters[name] = value }
        }
        return .success(request)
    }

    /// Printable ASCII as text; nil for all else.
    private static func text(_ bytes: ArraySlice<UInt8>) -> String? {
        guard !bytes.isEmpty, bytes.allSatisfy({ $0 > 32 && $0 < 127 }) else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A character of a token (RFC 9110, 5.6.2).
    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }

    /// A text without its %-signs; nil where one is wrong, or what they mean is no UTF-8.
    private static func decoded(_ text: Substring, plusIsSpace: Bool) -> String? {
        var result: [UInt8] = []
        var bytes = Array(text.utf8)[...]
        while let byte = bytes.popFirst() {
            switch byte {
            case 0x25:
                guard bytes.count >= 2,
                    let high = Character(Unicode.Scalar(bytes.removeFirst())).hexDigitValue,
                    let low = Character(Unicode.Scalar(bytes.removeFirst())).hexDigitValue
                else { return nil }
                result.append(UInt8(high * 16 + low))
            case 0x2B where plusIsSpace: result.append(32)
            default: result.append(byte)
            }
        }
        return String(validating: result, as: UTF8.self)
    }
}

extension String {
    /// Without spaces and tabs at its ends.
    fileprivate var trimmed: String {
        func isSpace(_ character: Character) -> Bool { character == " " || character == "\t" }
        return String(drop(while: isSpace).reversed().drop(while: isSpace).reversed())
    }
}
