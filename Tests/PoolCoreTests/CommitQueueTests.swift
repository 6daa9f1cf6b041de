// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import PoolCore

/// What waits for the disk.
@Suite struct CommitQueueTests {
    private func words(_ next: CommitQueue.Next) -> [String] {
        guard case .commit(let records) = next else { return [] }
        return records.map { record in
            switch record {
            case .merged(let job, let partial): "\(job) partial \(partial)"
            case .checkpoint(let job, let snapshot): "\(job) checkpoint \(snapshot.bytes)"
            case .priority(let job, _): "\(job) priority"
            default: "other"
            }
        }
    }

    @Test func aCheckpointTakesThePlaceOfWhatItStandsFor() {
        var queue = CommitQueue()
        let first = queue.add([.merged(job: "a", partial: [1])], [])
        #expect(words(first) == ["a partial [1]"])
        // While that is under way, the rest gathers.
        let waiting: [StoreRecord] = [
            .checkpoint(job: "a", snapshot: [2]), .merged(job: "a", partial: [3]),
            .merged(job: "b", partial: [4]), .priority(job: "a", 5),
        ]
        #expect(words(queue.add(waiting, [])).isEmpty)
        #expect(words(queue.add([.checkpoint(job: "a", snapshot: [6])], [])).isEmpty)
        #expect(words(queue.add([.merged(job: "a", partial: [7])], [])).isEmpty)
        let (_, next) = queue.committed()
        #expect(
            words(next) == ["b partial [4]", "a priority", "a checkpoint [6]", "a partial [7]"])
        // What the disk refused comes again whole, and is superseded later like the rest.
        #expect(words(queue.failed()).count == 4)
    }
}
