// SPDX-License-Identifier: Apache-2.0
internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// One request and what became of it.
enum Web {
    /// What became of a request.
    enum Ending: Sendable {
        /// Status 200 to 299.
        case answer([UInt8])
        /// Another status, its `Retry-After` in seconds, and the beginning of its body.
        case status(Int, retryAfter: Double?, String)
        /// No answer in time.
        case late
        /// Nobody took the request.
        case unreachable(String)
        /// The connection broke after the request was sent.
        case broken(String)
    }

    /// Bytes of an answer.
    static let answerBytes = 32 << 20

    /// It lives as long as the program. Redirections are not followed: who allowed one place did not
    /// allow another.
    private static let client: HTTPClient = {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.timeout.connect = .seconds(10)
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 1_024
        configuration.httpVersion = .http1Only
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    /// Posts JSON and waits for the whole answer.
    static func post(
        _ url: String, _ body: [UInt8], key: String?, seconds: Double
    ) async -> Ending {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/json")
        request.headers.add(name: "user-agent", value: "qpool")
        if let key { request.headers.add(name: "authorization", value: "Bearer \(key)") }
        request.body = .bytes(body)
        do {
            let response = try await client.execute(
                request, timeout: .milliseconds(Int64((seconds * 1000).rounded(.up))))
            let status = Int(response.status.code)
            let isGood = (200..<300).contains(status)
            var bytes = ByteBuffer()
            do {
                bytes = try await response.body.collect(upTo: isGood ? answerBytes : 1 << 16)
            } catch is NIOTooManyBytesError {
                if isGood { return .broken("the answer has more than \(answerBytes) bytes") }
            }
            if isGood { return .answer(Array(bytes.readableBytesView)) }
            let after = response.headers.first(name: "retry-after").flatMap(RetryAfter.seconds)
            let words = String(decoding: bytes.readableBytesView.prefix(300), as: UTF8.self)
            return .status(status, retryAfter: after, words)
        } catch let error as HTTPClientError where error == .deadlineExceeded {
            return .late
        } catch let error as HTTPClientError where isBeforeSending(error) {
            return .unreachable("\(error)")
        } catch is NIOConnectionError {
            return .unreachable("nobody answers there")
        } catch let error as HTTPClientError where error == .readTimeout {
            return .late
        } catch let error as HTTPClientError {
            return .broken("\(error)")
        } catch {
            return isRefusal(error) ? .unreachable("\(error)") : .broken("\(error)")
        }
    }

    private static func isBeforeSending(_ error: HTTPClientError) -> Bool {
        [.connectTimeout, .tlsHandshakeTimeout, .getConnectionFromPoolTimeout, .invalidURL]
            .contains(error)
    }

    private static func isRefusal(_ error: any Error) -> Bool {
        // ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, as the system numbers them.
        (error as? IOError).map { [111, 61, 113, 65, 101, 51].contains(Int($0.errnoCode)) }
            ?? "\(error)".contains("onnect")
    }
}
