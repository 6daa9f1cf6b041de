// SPDX-License-Identifier: Apache-2.0
internal import PoolCore

/// Messages under way: delayed, lost, doubled, overtaken, damaged, cut off.
extension Simulator {
    mutating func newRoute() -> Route {
        lastRoute += 1
        return Route((0..<8).map { UInt8(truncatingIfNeeded: lastRoute >> (8 * UInt64($0))) })
    }

    mutating func count(_ fault: String) { report.faults[fault, default: 0] += 1 }

    /// When copies of a message arrive; none where it is lost.
    private mutating func arrivals() -> [Int64] {
        let normal = now + random.nanoseconds(50_000...2_000_000)
        guard isTroubled else { return [normal] }
        if random.chance(faults.loss) {
            count("loss")
            return []
        }
        var times = [normal]
        if random.chance(faults.reordering) {
            count("delay")
            times[0] = now + random.nanoseconds(1_000_000...8_000_000_000)
        }
        if random.chance(faults.duplication) {
            count("duplicate")
            times.append(now + random.nanoseconds(50_000...8_000_000_000))
        }
        return times
    }

    /// A message as it arrives, and whether nothing happened to it on the way.
    private mutating func frames(_ message: PoolMessage) -> ([[UInt8]], isWhole: Bool) {
        var frames = Frames.encode(message)
        var isWhole = true
        if isTroubled, random.chance(faults.garbage) {
            count("garbage")
            isWhole = false
            let frame = Int(random.next() % UInt64(frames.count))
            if random.chance(0.5), !frames[frame].isEmpty {
                let keep = Int(random.next() % UInt64(frames[frame].count))
                frames[frame] = Array(frames[frame].prefix(keep))
            } else {
                frames[frame] = (0..<Int(random.next() % 64)).map { _ in
                    UInt8(truncatingIfNeeded: random.next())
                }
            }
        }
        return (frames, isWhole)
    }

    mutating func sendFromCoordinator(_ message: PoolMessage, to route: Route) {
        if hasLedger, brokenLaw == nil { brokenLaw = ledger.broken(by: message, store) }
        if case .lease = message { report.leases += 1 }
        if let number = clients.firstIndex(where: { $0.route == route }) {
            guard !clients[number].isCut else { return }
            let (frames, _) = frames(message)
            for time in arrivals() { queue.push(.toClient(number, epoch: epoch, frames), at: time) }
            return
        }
        guard let number = owners[route], let worker = workers[number] else {
            // The connection broke; the ROUTER notices when it sends, sooner or later.
            if random.chance(0.5) {
                queue.push(.gone(route, epoch: epoch), at: now + 1_000)
            }
            return
        }
        guard !worker.isCutIn else { return }
        let (frames, _) = frames(message)
        for time in arrivals() { queue.push(.toWorker(route, frames), at: time) }
    }

    mutating func sendFromWorker(_ message: PoolMessage, _ worker: ModelWorker) {
        if case .handBack = message { report.leasesHandedBack += 1 }
        guard !worker.isCutOut else { return }
        let (frames, isWhole) = frames(message)
        for time in arrivals() {
            queue.push(
                .toCoordinator(worker.route, epoch: epoch, frames, isWhole: isWhole), at: time)
        }
    }

    mutating func sendFromClient(_ number: Int, _ message: PoolMessage) {
        let client = clients[number]
        guard !client.isCut else { return }
        let frames = Frames.encode(message)
        for time in arrivals() {
            queue.push(.toCoordinator(client.route, epoch: epoch, frames, isWhole: true), at: time)
        }
    }

    func decode(_ frames: [[UInt8]], from route: Route) -> CoordinatorEvent {
        do throws(Frames.Fault) {
            return .received(route, try Frames.decode(frames))
        } catch {
            return .malformed(route, error)
        }
    }

    func decoded(_ frames: [[UInt8]]) -> ClientEvent {
        do throws(Frames.Fault) {
            return .received(try Frames.decode(frames))
        } catch {
            return .malformed(error)
        }
    }
}
