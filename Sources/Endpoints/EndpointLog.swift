// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// Tells of failures, not more than a few a second however many there are.
final class EndpointLog: Sendable {
    private struct State {
        var second = ContinuousClock.now
        var lines = 0
        var passedOver = 0
    }

    private static let linesPerSecond = 3
    private let write: @Sendable (String) -> Void
    private let state = Mutex(State())

    init(_ write: @escaping @Sendable (String) -> Void) { self.write = write }

    func say(_ line: String) {
        let words: String? = state.withLock { state in
            let now = ContinuousClock.now
            if now - state.second >= .seconds(1) {
                state.second = now
                state.lines = 0
            }
            guard state.lines < Self.linesPerSecond else {
                state.passedOver += 1
                return nil
            }
            state.lines += 1
            defer { state.passedOver = 0 }
            return state.passedOver > 0 ? "\(line) (and \(state.passedOver) more such)" : line
        }
        if let words { write(words) }
    }
}
