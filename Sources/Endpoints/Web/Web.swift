// SPDX-License-Identifier: Apache-2.0
internal import CWeb

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
    /// Bytes of an answer with another status than success.
    static let troubleBytes = 1 << 16

    /// Whether requests can be made here.
    static var isUsable: Bool { qw_is_usable() != 0 }

    /// Posts JSON and waits for the whole answer. A cancelled task's request ends as `broken`.
    ///
    /// Redirections are not followed: who allowed one place did not allow another.
    static func post(
        _ url: String, _ body: [UInt8], key: String?, seconds: Double
    ) async -> Ending {
        let authorization = key.map { "Authorization: Bearer \($0)" }
        // A line break would end the header and begin another; C would end the text at a zero.
        guard !([url, authorization ?? ""].contains { $0.utf8.contains { $0 < 32 } }) else {
            return .unreachable("the address or the key holds a control character")
        }
        let ticket = qw_ticket()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let waiting = unsafe Unmanaged.passRetained(Waiting(continuation)).toOpaque()
                unsafe qw_post(
                    ticket, url, authorization, body, body.count,
                    Int64((min(seconds, 1e6) * 1000).rounded(.up)), answerBytes, troubleBytes,
                    { context, outcome in
                        guard let context = unsafe context, let outcome = unsafe outcome else {
                            preconditionFailure("a request ended without its context")
                        }
                        let waiting = unsafe Unmanaged<Web.Waiting>.fromOpaque(context)
                            .takeRetainedValue()
                        waiting.continuation.resume(returning: unsafe Web.ending(outcome.pointee))
                    }, waiting)
                // Cancelled before the request was known, the handler found nothing to end.
                if Task.isCancelled { qw_cancel(ticket) }
            }
        } onCancel: {
            qw_cancel(ticket)
        }
    }

    /// Who waits for a request's end, while C holds it.
    private final class Waiting: Sendable {
        let continuation: CheckedContinuation<Ending, Never>

        init(_ continuation: CheckedContinuation<Ending, Never>) {
            self.continuation = continuation
        }
    }

    private static func ending(_ outcome: qw_outcome) -> Ending {
        let status = unsafe Int(outcome.status)
        let isGood = (200..<300).contains(status)
        let body = unsafe Array(
            UnsafeBufferPointer(start: outcome.body, count: outcome.body_bytes))
        let reason = unsafe outcome.reason.map { unsafe String(cString: $0) } ?? ""
        switch unsafe outcome.kind {
        case QW_ANSWERED, QW_TOO_LONG:
            guard isGood else {
                let after = unsafe outcome.retry_after.map { unsafe String(cString: $0) }
                return .status(
                    status, retryAfter: after.flatMap(RetryAfter.seconds),
                    String(decoding: body.prefix(300), as: UTF8.self))
            }
            guard unsafe outcome.kind == QW_ANSWERED else {
                return .broken("the answer has more than \(answerBytes) bytes")
            }
            return .answer(body)
        case QW_LATE: return .late
        case QW_UNREACHABLE: return .unreachable(reason)
        default: return .broken(reason)
        }
    }
}
