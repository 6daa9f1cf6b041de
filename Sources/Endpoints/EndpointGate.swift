// SPDX-License-Identifier: Apache-2.0
internal import Quantilizer
internal import Synchronization

/// How many requests are at an endpoint, and when the next one may go: for all jobs of this process.
final class EndpointGate: Sendable {
    private struct Place {
        var inFlight = 0
        var pausedUntil: ContinuousClock.Instant?
        var nextAt: ContinuousClock.Instant?
    }

    /// Whether a request may go.
    enum Answer {
        case go(String)
        case wait(Duration)
    }

    private let concurrency: Int?
    private let rate: Double?
    private let places = Mutex<[String: Place]>([:])

    /// A gate whose operator allows so many requests at once and so many a second at each endpoint.
    init(concurrency: Int?, rate: Double?) {
        self.concurrency = concurrency
        self.rate = rate
    }

    /// Requests that a job may have in flight at all of its endpoints together.
    func width(_ urls: Int, _ manners: EndpointManners) -> Int {
        urls * min(manners.concurrency, concurrency ?? .max)
    }

    /// The endpoint with most room, and takes a place there.
    func enter(_ urls: [String], _ manners: EndpointManners) -> Answer {
        let most = min(manners.concurrency, concurrency ?? .max)
        let rates = [manners.rate, rate].compactMap { $0 }
        let now = ContinuousClock.now
        return places.withLock { places in
            var best: (url: String, inFlight: Int)?
            // Nobody tells when a request ends: look again soon.
            var wait = Duration.milliseconds(20)
            for url in urls {
                let place = places[url] ?? Place()
                let free = max(place.pausedUntil ?? now, place.nextAt ?? now)
                if free > now {
                    if urls.count == 1 { wait = free - now }
                    continue
                }
                guard place.inFlight < most else { continue }
                if place.inFlight < best?.inFlight ?? .max { best = (url, place.inFlight) }
            }
            guard let best else { return .wait(wait) }
            places[best.url, default: Place()].inFlight += 1
            if let rate = rates.min() {
                places[best.url]?.nextAt = now + .seconds(1 / rate)
            }
            return .go(best.url)
        }
    }

    func leave(_ url: String) {
        places.withLock { $0[url]?.inFlight -= 1 }
    }

    /// Sends nothing to an endpoint for a while.
    func pause(_ url: String, seconds: Double) {
        let until = ContinuousClock.now + .seconds(seconds)
        places.withLock { places in
            places[url, default: Place()].pausedUntil = max(
                places[url]?.pausedUntil ?? until, until)
        }
    }
}
