// SPDX-License-Identifier: Apache-2.0

/// How often a worker and the coordinator speak.
///
/// Every worker beats once an interval and ends about a lease each lease time, so with very many
/// workers these grow with their number: together they ask for no more than about 4,000 leases and
/// 10,000 beats a second, whatever their number; docs/performance.md says what was measured of one
/// coordinator. Answers do not depend on it. What grows is the time until the ranges of a worker that is cut off go to others;
/// one whose process dies is seen at once, by its connection.
struct Pace: Hashable, Sendable {
    /// Time that the coordinator has for a lease, and for a beat.
    static let nanosecondsPerLease: Int64 = 250_000
    static let nanosecondsPerBeat: Int64 = 100_000

    /// A lease should take about so long.
    let lease: Int64
    /// Time between beats.
    let heartbeat: Int64
    /// Silence after which the other side counts as gone.
    let silence: Int64

    /// The pace of a pool with so many workers: the options' own up to some thousands, then slower
    /// in proportion; beats in powers of two, so that few workers have to be told.
    init(_ options: CoordinatorOptions, workers: Int) {
        let workers = Int64(clamping: min(workers, 1 << 24))
        lease = max(options.leaseNanoseconds, workers * Self.nanosecondsPerLease)
        var stretch: Int64 = 1
        while stretch < 64,
            options.heartbeatNanoseconds * stretch < workers * Self.nanosecondsPerBeat
        {
            stretch *= 2
        }
        heartbeat = options.heartbeatNanoseconds * stretch
        silence = options.silenceNanoseconds * stretch
    }
}

extension Coordinator {
    /// The pace for as many workers as there are now.
    var pace: Pace { Pace(options, workers: workers.count) }
}
