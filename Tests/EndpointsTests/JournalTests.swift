// SPDX-License-Identifier: Apache-2.0
import Foundation
import Quantilizer
import Testing

@testable import Endpoints

/// The journal of what was paid for.
@Suite struct JournalTests {
    private let folder = FileManager.default.temporaryDirectory.path + "/qpool-" + UUID().uuidString

    private func key(_ index: UInt64) -> TextJournal.Key { .init(index: index, word: index &* 77) }

    @Test func whatOneProcessStoresAnotherFinds() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let first = try TextJournal(folder: folder)
        let second = try TextJournal(folder: folder)
        let stream = TextJournal.stream("a job")
        try first.store(stream, key(1), [1, 2, 3])
        #expect(second.entries(stream, [key(1), key(2)]) == [key(1): [1, 2, 3]])
        try first.store(stream, key(2), [])
        try second.store(stream, key(3), [9])
        #expect(second.entries(stream, [key(2)]) == [key(2): []])
        #expect(first.entries(stream, [key(3)]) == [key(3): [9]])
        #expect(first.entries(TextJournal.stream("another"), [key(1)]).isEmpty)
        #expect(first.entries(stream, [.init(index: 1, word: 5)]).isEmpty)
        // What is larger than a block of the disk, and read by one that comes later.
        let large = (0..<100_000).map { UInt8(truncatingIfNeeded: $0) }
        try second.store(stream, key(4), large)
        #expect(try TextJournal(folder: folder).entries(stream, [key(4)]) == [key(4): large])
    }

    /// A process killed while it wrote: the last entry is passed over, those before it are there.
    @Test func anEntryThatWasCutShortIsPassedOver() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let stream = TextJournal.stream("a job")
        let journal = try TextJournal(folder: folder)
        try journal.store(stream, key(1), [1, 2, 3])
        try journal.store(stream, key(2), [4, 5, 6])
        let place = folder + "/" + stream
        let file = place + "/" + (try FileManager.default.contentsOfDirectory(atPath: place)[0])
        let whole = try Data(contentsOf: URL(fileURLWithPath: file))
        for length in 0..<whole.count {
            try whole.prefix(length).write(to: URL(fileURLWithPath: file))
            let found = try TextJournal(folder: folder).entries(stream, [key(1), key(2)])
            #expect(found[key(2)] == nil)
            #expect((found[key(1)] != nil) == (length >= 8 + 28 + 3))
        }
        var damaged = whole
        damaged[damaged.count - 1] ^= 1
        try damaged.write(to: URL(fileURLWithPath: file))
        #expect(try TextJournal(folder: folder).entries(stream, [key(2)]).isEmpty)
    }

    @Test func aFolderThatCannotBeMadeIsSaid() {
        #expect(throws: FunctionRefusal.self) { try TextJournal(folder: "/dev/null/journal") }
    }
}
