// SPDX-License-Identifier: Apache-2.0
import Foundation
import PoolCore
import Testing

@testable import PoolRuntime

/// What is a request, and what is none.
@Suite struct HTTPRequestTests {
    private func read(_ text: String) -> HTTPRequest.Reading { HTTPRequest.read(Array(text.utf8)) }

    @Test func requestsAreRead() throws {
        let text =
            "GET /api/v1/jobs/a%20b?job=%C3%A9+1&x&job=2 HTTP/1.1\r\nHost: localhost\r\n"
            + "Cookie:  a=b \r\n\r\nGET / HT"
        guard case .request(let request, let bytes) = read(text) else {
            Issue.record("\(read(text))")
            return
        }
        #expect(request.path == "/api/v1/jobs/a b" && request.keepsAlive && !request.isHead)
        #expect(request.parameters == ["job": "é 1", "x": ""])
        #expect(request.headers == ["host": "localhost", "cookie": "a=b"])
        #expect(bytes == text.utf8.count - 8)
        guard case .request(let head, _) = read("HEAD / HTTP/1.0\r\n\r\n") else {
            Issue.record("HEAD")
            return
        }
        #expect(head.isHead && !head.keepsAlive && head.path == "/")
    }

    @Test(arguments: [
        ("GET / HTTP/1.1\r\n\r\n", 400),  // no host
        ("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\r\nCookie: a=1\r\ncookie: a=2\r\n\r\n", 400),
        ("GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET /\u{1} HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET /é HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET /%ff HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET /%2 HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n", 400),
        ("GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505),
        ("GET / FTP/1.0\r\nHost: a\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\n\r\n", 405),
        ("DELETE /api/v1/jobs HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", 405),
        ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", 413),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", 413),
        ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0, 0\r\n\r\n", 413),
    ])
    func whatIsNoneIsRefused(_ text: String, _ status: Int) {
        #expect(read(text) == .wrong(HTTPStatus(rawValue: status)!), "\(text)")
    }

    @Test func lengthIsBounded() {
        let long =
            "GET / HTTP/1.1\r\nHost: a\r\nX: "
            + String(repeating: "x", count: PoolLimits.httpRequestBytes)
        #expect(read(long) == .wrong(.tooLarge))
        #expect(read(long + "\r\n\r\n") == .wrong(.tooLarge))
        #expect(read(String(long.prefix(4_000))) == .incomplete)
    }

    /// Whatever comes, it is read, refused or waited for, whole or in pieces.
    @Test func randomBytesNeverTrap() {
        var generator = SystemRandomNumberGenerator()
        let good = Array("GET /a%20b?c=d HTTP/1.1\r\nHost: localhost\r\nX: y\r\n\r\n".utf8)
        for _ in 0..<20_000 {
            var bytes = good
            for _ in 0...Int.random(in: 0...4, using: &generator) {
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] =
                    UInt8.random(in: .min ... .max, using: &generator)
            }
            _ = HTTPRequest.read(Array(bytes.prefix(Int.random(in: 0...bytes.count))))
            if case .request(_, let count) = HTTPRequest.read(bytes) {
                #expect(count <= bytes.count)
            }
        }
    }
}

/// Who may read.
@Suite struct HTTPAccessTests {
    private let token = "0123456789abcdef-secret"

    private func request(
        _ path: String = "/", _ headers: [String: String] = [:],
        _ parameters: [String: String] = [:]
    ) -> HTTPRequest {
        HTTPRequest(
            path: path, parameters: parameters,
            headers: ["host": "pool.example:7412"].merging(headers) { $1 })
    }

    @Test(arguments: [
        ("localhost", true), ("LOCALHOST:7412", true), ("127.0.0.1", true), ("127.9.9.9:1", true),
        ("[::1]", true), ("[::1]:80", true), ("", false), ("example.com", false),
        ("localhost.example.com", false), ("127.0.0.1.example.com", false), ("localhost:", false),
        ("localhost:x", false), ("127.0.0.01", false), ("127.0.0.1:80:80", false), ("[::2]", false),
        ("0.0.0.0", false), ("[::1]x", false), ("10.0.0.1", false),
    ])
    func withoutTokenOnlyThisMachineIsServed(_ host: String, _ isServed: Bool) {
        let verdict = HTTPAccess(token: nil).verdict(request("/", ["host": host]))
        #expect(verdict == (isServed ? .granted : .refused(.misdirected)), "\(host)")
    }

    @Test func tokensAreAskedFor() {
        let access = HTTPAccess(token: token)
        #expect(access.verdict(request()) == .refused(.unauthorized))
        #expect(access.verdict(request("/", ["host": "localhost"])) == .refused(.unauthorized))
        #expect(access.verdict(request("/", ["authorization": "Bearer \(token)"])) == .granted)
        #expect(access.verdict(request("/", ["authorization": "bearer \(token)"])) == .granted)
        for wrong in ["", "0", token + "x", String(token.dropLast()), token.uppercased()] {
            let header = ["authorization": "Bearer \(wrong)"]
            #expect(access.verdict(request("/", header)) == .refused(.unauthorized))
            #expect(access.verdict(request("/", [:], ["token": wrong])) == .refused(.unauthorized))
        }
        #expect(access.verdict(request("/", [:], ["token": token])) == .login)
        #expect(
            access.verdict(request("/api/v1/jobs", [:], ["token": token]))
                == .refused(.unauthorized))
        #expect(access.verdict(request("/", ["cookie": "a=b; qpool_token=\(token)"])) == .granted)
        #expect(
            access.verdict(request("/", ["cookie": "xqpool_token=\(token)"]))
                == .refused(.unauthorized))
        let login = String(
            decoding: access.login.bytes(isHead: false, keepsAlive: false), as: UTF8.self)
        let cookie = "Set-Cookie: qpool_token=\(token); Path=/; HttpOnly; SameSite=Strict\r\n"
        #expect(login.contains(cookie))
        #expect(login.contains("Location: /\r\n"))
    }

    @Test func weakTokensAndOpenDoorsAreRefused() throws {
        let long = String(repeating: "a", count: 257)
        for weak in ["short", "with space and more", "ümlaut-0123456789", long] {
            #expect(throws: SecurityError.self) {
                try DashboardServer.Settings("127.0.0.1:0", token: weak)
            }
        }
        for open in ["0.0.0.0:7412", "[::]:7412", "10.0.0.1:80"] {
            #expect(throws: SecurityError.self) { try DashboardServer.Settings(open) }
            #expect(try DashboardServer.Settings(open, token: token).token == token)
        }
        for none in ["", "localhost", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:99999"] {
            #expect(throws: SecurityError.self, "\(none)") { try DashboardServer.Settings(none) }
        }
        #expect(try DashboardServer.Settings("9000").host == "127.0.0.1")
        #expect(try DashboardServer.Settings("[::1]:9000").host == "::1")
    }
}
