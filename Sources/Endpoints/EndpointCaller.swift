// SPDX-License-Identifier: Apache-2.0
internal import Quantilizer

/// An answer that makes no sense, or is an error with a good status.
struct Malformed: Error {
    var failure = RecordFailure.malformed
    /// The status that it should have had.
    var status: Int?
    var words: String
}

/// Asks one of several endpoints until one answers, as patiently as the job says.
///
/// A status of 429 or 503 and an endpoint that nobody answers at cost patience only; an answer that
/// is late, broken, garbled or another error of the server costs an attempt, and if it is asked for
/// again it counts as a draw, for nobody knows what was thrown away.
struct EndpointCaller: Sendable {
    /// What came of it.
    struct Outcome<Value: Sendable>: Sendable {
        var result: Result<Value, Failure>
        var requests: UInt64 = 0
        var redrawn: UInt64 = 0
    }

    struct Failure: Error {
        var failure: RecordFailure
        var words: String
    }

    /// Seconds between two tries, at first and at most.
    private static let backOff = (first: 0.25, most: 30.0)

    let gate: EndpointGate
    let keys: EndpointKeys
    var manners: EndpointManners

    func call<Value: Sendable>(
        _ urls: [String], path: String, body: [UInt8],
        decode: @Sendable ([UInt8]) throws(Malformed) -> Value
    ) async -> Outcome<Value> {
        var outcome = Outcome<Value>(
            result: .failure(Failure(failure: .limited, words: "no endpoint had room")))
        let deadline = ContinuousClock.now + .seconds(manners.patienceSeconds)
        var attempts = 0
        var pause = Self.backOff.first
        while true {
            switch gate.enter(urls, manners) {
            case .wait(let duration):
                guard ContinuousClock.now + duration < deadline else { return outcome }
                try? await Task.sleep(for: duration)
                continue
            case .go(let url):
                let ending = await Web.post(
                    url + path, body, key: keys.key(for: url), seconds: manners.timeoutSeconds)
                gate.leave(url)
                outcome.requests += 1
                var failure: Failure
                var isDraw = false
                switch ending {
                case .answer(let bytes):
                    do throws(Malformed) {
                        outcome.result = .success(try decode(bytes))
                        return outcome
                    } catch {
                        failure = Failure(failure: error.failure, words: error.words)
                        isDraw = true
                        if let status = error.status {
                            (failure, isDraw) = said(status, nil, error.words, url, pause)
                        }
                    }
                case .late:
                    failure = Failure(
                        failure: .late, words: "no answer within \(manners.timeoutSeconds) s")
                    isDraw = true
                case .broken(let words):
                    failure = Failure(failure: .unreachable, words: words)
                    isDraw = true
                case .unreachable(let words):
                    failure = Failure(failure: .unreachable, words: words)
                    gate.pause(url, seconds: min(pause, 1))
                case .status(let status, let after, let words):
                    (failure, isDraw) = said(status, after, words, url, pause)
                }
                if failure.failure == .refused {
                    outcome.result = .failure(failure)
                    return outcome
                }
                failure.words = "\(url): \(failure.words)"
                outcome.result = .failure(failure)
                if isDraw { attempts += 1 }
                guard attempts < manners.attempts,
                    ContinuousClock.now + .seconds(pause) < deadline
                else { return outcome }
                if isDraw { outcome.redrawn += 1 }
                // Those that failed together shall not come back together.
                try? await Task.sleep(for: .seconds(pause * Double.random(in: 0.5...1)))
                pause = min(2 * pause, Self.backOff.most)
            }
        }
    }

    /// What a status means, and whether an answer with it may have been a draw.
    private func said(
        _ status: Int, _ after: Double?, _ words: String, _ url: String, _ pause: Double
    ) -> (Failure, isDraw: Bool) {
        let text = "status \(status) \(words)"
        switch status {
        case 429, 503:
            gate.pause(url, seconds: after ?? pause)
            return (Failure(failure: status == 429 ? .limited : .server, words: text), false)
        case 408, 500...599:
            if let after { gate.pause(url, seconds: after) }
            return (Failure(failure: .server, words: text), true)
        default: return (Failure(failure: .refused, words: text), false)
        }
    }
}
