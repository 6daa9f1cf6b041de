// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Quantilizer

/// How a payload came about, as a word: two words are the same where the trees of sums are.
private struct Word: Combinable, Equatable {
    var text: String
    var weight: Int { text.utf8.count }

    func combined(with right: Word) -> Word { Word(text: "(\(text)\(right.text))") }
}

/// The same ranges in a plain list, each step as its definition says it.
private struct PlainForest {
    var nodes: [(range: DyadicRange, word: Word, isWhole: Bool)] = []

    mutating func insert(_ range: DyadicRange, _ word: Word, isWhole: Bool) {
        nodes.append((range, word, isWhole))
        while let (a, b) = siblings {
            let whole = (nodes[a].range.parent, nodes[a].word.combined(with: nodes[b].word), true)
            nodes.remove(at: max(a, b))
            nodes.remove(at: min(a, b))
            nodes.append(whole)
        }
        nodes.sort { $0.range.start < $1.range.start }
    }

    /// The places of a left and a right half that are whole.
    private var siblings: (Int, Int)? {
        for (a, left) in nodes.enumerated() where left.range.isLeft && left.isWhole {
            for (b, right) in nodes.enumerated()
            where right.isWhole && right.range == left.range.sibling { return (a, b) }
        }
        return nil
    }

    func total(of range: DyadicRange, zero: Word) -> Word {
        let inside = nodes.filter { range.contains($0.range) }
        guard let first = inside.first, let (left, right) = range.halves else {
            return inside.first?.word ?? zero
        }
        if first.range == range { return first.word }
        return total(of: left, zero: zero).combined(with: total(of: right, zero: zero))
    }

    func relation(to range: DyadicRange) -> Forest<Word>.Relation {
        if nodes.contains(where: { $0.range.contains(range) }) { return .covered }
        return nodes.contains { range.contains($0.range) } ? .partly : .free
    }

    func missing(in range: Range<UInt64>) -> [DyadicRange] {
        var gaps: [Range<UInt64>] = []
        for start in stride(from: range.lowerBound, to: range.upperBound, by: 256)
        where !nodes.contains(where: { $0.range.contains(index: start) }) {
            let end = min(start + 256, range.upperBound)
            if let last = gaps.last, last.upperBound == start {
                gaps[gaps.count - 1] = last.lowerBound..<end
            } else {
                gaps.append(start..<end)
            }
        }
        return gaps.flatMap { DyadicRange.cover($0) }
    }
}

/// The ranges that are done.
@Suite struct ForestTests {
    private static let samples: UInt64 = 256 * 61 + 100

    private func expectSame(_ forest: Forest<Word>, _ plain: PlainForest) {
        #expect(forest.nodes.map(\.range) == plain.nodes.map(\.range))
        #expect(forest.nodes.map(\.payload) == plain.nodes.map(\.word))
        #expect(forest.nodes.map(\.isWhole) == plain.nodes.map(\.isWhole))
        #expect(forest.count == plain.nodes.count)
        #expect(forest.weight == plain.nodes.reduce(0) { $0 + $1.word.weight })
        let missing = plain.missing(in: 0..<Self.samples)
        #expect(forest.missing(in: 0..<Self.samples, limit: .max) == missing)
        #expect(forest.missing(in: 0..<Self.samples, limit: 3) == Array(missing.prefix(3)))
        #expect(
            forest.missing(in: 2_048..<6_400, limit: .max) == plain.missing(in: 2_048..<6_400))
    }

    /// Ranges of all levels in any order, parents after their children, a copy kept on the way.
    @Test(arguments: UInt64(0)..<40) func isThePlainList(seed: UInt64) throws {
        var random = SplitMix(state: seed)
        var forest = Forest<Word>()
        var plain = PlainForest()
        var earlier: [(Forest<Word>, PlainForest)] = []
        var ranges: [DyadicRange] = []
        for level in 8...11 {
            ranges += DyadicRange.cover(0..<Self.samples, maximumLevel: level)
        }
        ranges.shuffle(using: &random)
        for (number, range) in ranges.enumerated() {
            let relation = forest.relation(to: range)
            #expect(relation == plain.relation(to: range))
            #expect(
                forest.contains(index: range.start)
                    == plain.nodes.contains { $0.range.contains(index: range.start) })
            if relation == .covered { continue }
            let inside = plain.nodes.filter { range.contains($0.range) }.map(\.range)
            #expect(forest.remove(in: range).map(\.range) == inside)
            plain.nodes.removeAll { range.contains($0.range) }
            let word = Word(text: "\(number);")
            let isWhole = range.end <= Self.samples
            forest.insert(range, word, isWhole: isWhole)
            plain.insert(range, word, isWhole: isWhole)
            if random.next() % 4 == 0 { earlier.append((forest, plain)) }
        }
        expectSame(forest, plain)
        for (forest, plain) in earlier { expectSame(forest, plain) }
        // What is missing counts as nothing, at its place in the tree.
        let zero = Word(text: "0")
        for (forest, plain) in earlier {
            guard var root = plain.nodes.first?.range, let last = plain.nodes.last?.range else {
                continue
            }
            while !root.contains(last) { root = root.parent }
            #expect(forest.total(zero: zero) == plain.total(of: root, zero: zero))
        }
        forest.removeUnfinished()
        #expect(forest.nodes.allSatisfy { $0.isWhole })
    }

    /// A change of one forest is not seen in its copy, whichever of the two is changed.
    @Test func copiesAreApart() throws {
        var forest = Forest<Word>()
        for start in stride(from: UInt64(0), to: 256 * 64, by: 512) {
            forest.insert(try #require(DyadicRange(start: start, level: 8)), Word(text: "a"))
        }
        let kept = forest
        var copy = forest
        copy.update(index: 1_024) { $0.text = "b" }
        copy.remove(in: try #require(DyadicRange(start: 8_192, level: 13)))
        forest.insert(try #require(DyadicRange(start: 256, level: 8)), Word(text: "c"))
        #expect(kept.nodes.allSatisfy { $0.payload.text == "a" } && kept.count == 32)
        #expect(copy.nodes.map(\.payload.text).filter { $0 == "b" }.count == 1 && copy.count == 16)
        #expect(forest.nodes.first { _ in true }?.payload.text == "(ac)" && forest.count == 32)
    }

    /// What a merge visits: the path to its place, one branch for each halving of the gaps, however
    /// many there are; and never more than there are levels.
    @Test(arguments: [8, 11, 14]) func aMergeVisitsTheLogarithmOfTheGaps(exponent: Int) throws {
        var starts = (0..<UInt64(1) << UInt64(exponent)).map { $0 * 512 }
        var random = SplitMix(state: 5)
        starts.shuffle(using: &random)
        var forest = Forest<Word>()
        for start in starts {
            forest.insert(try #require(DyadicRange(start: start, level: 8)), Word(text: "."))
        }
        #expect(forest.count == starts.count)
        #expect(starts.allSatisfy { forest.depth(at: $0) == exponent })
    }

    /// Ranges as far apart as can be make the deepest tree there is.
    @Test func theDepthIsBounded() throws {
        var forest = Forest<Word>()
        for level in DyadicRange.blockLevel...DyadicRange.maximumLevel {
            // The right sibling of what holds all those before.
            let range = try #require(DyadicRange(start: 1 << UInt64(level), level: 8))
            forest.insert(range, Word(text: "."))
        }
        #expect(forest.count == 55)
        let deepest = forest.nodes.map { forest.depth(at: $0.range.start) }.max()
        #expect(deepest == 54)
        #expect(try #require(deepest) <= Forest<Word>.mostDepth)
    }
}

/// How long a snapshot is, without writing it.
@Suite struct SnapshotBytesTests {
    @Test(arguments: [0.5, 0.01]) func theyAreNearlyAll(quantile: Double) throws {
        let job = unitJob(
            JobSettings(seed: 4, samples: 256 * 400, quantiles: [quantile], draws: 4),
            utilities: [{ $0 }, { -$0 }], costs: [{ $0 * $0 }])
        var machine = JobMachine(job: job)
        let evaluator = RangeEvaluator(job: job)
        let round = try #require(machine.currentRound)
        for (number, range) in DyadicRange.cover(round.range, maximumLevel: 8).enumerated()
        where number % 3 == 0 {
            _ = machine.merge(evaluator.evaluate(round: round, range: range))
        }
        let told = machine.snapshotBytes()
        let bytes = machine.snapshot().count
        #expect(try #require(told) <= bytes)
        #expect(try #require(told) > bytes - bytes / 8)
    }
}
