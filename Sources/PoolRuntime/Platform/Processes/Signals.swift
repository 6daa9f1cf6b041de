// SPDX-License-Identifier: Apache-2.0
internal import Dispatch
#if canImport(Darwin)
    internal import Darwin
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Glibc
#endif

/// Signals that ask a process to end, as calls on a queue rather than in a signal handler.
public final class Signals {
    private let sources: [any DispatchSourceSignal]

    /// Calls `body` with the signal's name at SIGINT or SIGTERM, as often as one comes, while this
    /// object lives. The signals do not end the process any more. When this returns they are waited
    /// for: one that comes right after is not lost.
    public init(_ body: @escaping @Sendable (String) -> Void) {
        let queue = DispatchQueue(label: "qpool.signals")
        sources = [(SIGINT, "SIGINT"), (SIGTERM, "SIGTERM")].map { number, name in
            _ = signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler { body(name) }
            let isWaiting = DispatchSemaphore(value: 0)
            source.setRegistrationHandler { isWaiting.signal() }
            source.resume()
            isWaiting.wait()
            return source
        }
    }

    deinit { for source in sources { source.cancel() } }
}
