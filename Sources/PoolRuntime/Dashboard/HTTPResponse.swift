// SPDX-License-Identifier: Apache-2.0

/// The statuses that the server answers with.
enum HTTPStatus: Int, Sendable, Hashable, Error, CaseIterable {
    case ok = 200
    case seeOther = 303
    case badRequest = 400
    case unauthorized = 401
    case notFound = 404
    case methodNotAllowed = 405
    case timeout = 408
    case tooLarge = 413
    case misdirected = 421
    case unavailable = 503
    case versionNotSupported = 505

    var words: String {
        switch self {
        case .ok: "OK"
        case .seeOther: "See Other"
        case .badRequest: "Bad Request"
        case .unauthorized: "Unauthorized"
        case .notFound: "Not Found"
        case .methodNotAllowed: "Method Not Allowed"
        case .timeout: "Request Timeout"
        case .tooLarge: "Content Too Large"
        case .misdirected: "Misdirected Request"
        case .unavailable: "Service Unavailable"
        case .versionNotSupported: "HTTP Version Not Supported"
        }
    }
}

/// An answer.
struct HTTPResponse: Sendable {
    var status = HTTPStatus.ok
    var type = "text/plain; charset=utf-8"
    var body: [UInt8] = []
    var headers: [(String, String)] = []

    /// A page, style, script or document.
    init(_ status: HTTPStatus = .ok, type: String, _ body: [UInt8]) {
        self.status = status
        self.type = type
        self.body = body
    }

    /// A line of text.
    init(_ status: HTTPStatus, _ text: String) {
        self.status = status
        body = Array((text + "\n").utf8)
    }

    /// What every answer says to browsers: nothing from elsewhere, nobody around it, nothing kept.
    private static let security = [
        (
            "Content-Security-Policy",
            "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
                + "img-src data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
        ),
        ("X-Content-Type-Options", "nosniff"), ("X-Frame-Options", "DENY"),
        ("Referrer-Policy", "no-referrer"), ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"), ("Cache-Control", "no-store"),
    ]

    /// The answer's bytes.
    ///
    /// - Parameters:
    ///   - isHead: leaves the body out.
    ///   - keepsAlive: says that the connection goes on.
    func bytes(isHead: Bool, keepsAlive: Bool) -> [UInt8] {
        let length = [("Content-Length", "\(body.count)")]
        return head(length, keepsAlive: keepsAlive) + (isHead ? [] : body)
    }

    /// The head of a stream, which ends with the connection.
    var streamHead: [UInt8] { head([], keepsAlive: false) }

    private func head(_ more: [(String, String)], keepsAlive: Bool) -> [UInt8] {
        var text = "HTTP/1.1 \(status.rawValue) \(status.words)\r\nContent-Type: \(type)\r\n"
        for (name, value) in more + headers + Self.security { text += "\(name): \(value)\r\n" }
        text += "Connection: \(keepsAlive ? "keep-alive" : "close")\r\n\r\n"
        return Array(text.utf8)
    }
}
