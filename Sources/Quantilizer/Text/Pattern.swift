// SPDX-License-Identifier: Apache-2.0

/// A regular expression whose matches in a text can be counted.
///
/// The usual notation: literals, `.`, classes as `[a-z]` and `[^0-9]`, `\d \w \s` and their capitals,
/// `\b`, `^`, `$`, groups, `|`, `* + ? {2,5}`, each lazy with `?` behind it, and `(?i)` at the
/// beginning for ASCII letters of either case. There are no back references and no looking around.
///
/// It is not the platform's engine, so that a count is the same on every machine.
///
/// **Determinism**: works on Unicode scalars; `\w` is ASCII letters, digits and `_`, `\s` is ASCII
/// white space, `.` anything but a line feed. Of several matches at one place the one that a
/// backtracking engine would find first counts.
/// **Complexity**: O(text · pattern) a match, cut off at 10^8 steps; nothing grows without bound.
public struct Pattern: Sendable, Hashable {
    /// As written.
    public let source: String
    let program: [PatternInstruction]

    /// Bytes of a pattern.
    static let sourceBytes = 4_096
    /// Steps that counting in one text may take.
    static let stepLimit = 100_000_000

    /// Reads a pattern.
    ///
    /// - Throws: ``PatternError`` where it is none, has more than 4,096 bytes, or asks for what is
    ///   not named above.
    public init(_ source: String) throws(PatternError) {
        guard source.utf8.count <= Self.sourceBytes else {
            throw PatternError("a pattern has at most \(Self.sourceBytes) bytes")
        }
        var parser = PatternParser(source)
        program = try parser.program()
        self.source = source
    }

    /// The number of matches that do not overlap, from left to right; NaN where counting would take
    /// more than 10^8 steps.
    public func count(in text: String) -> Double {
        var matcher = PatternMatcher(program, Array(text.unicodeScalars))
        var count = 0.0
        var position = 0
        while let match = matcher.next(from: position) {
            count += 1
            position = match.isEmpty ? match.upperBound + 1 : match.upperBound
        }
        return matcher.isExhausted ? .nan : count
    }
}

/// Why a pattern cannot be read.
public struct PatternError: Error, Sendable, Hashable {
    /// What is wrong.
    public var message: String
    init(_ message: String) { self.message = message }
}

/// A set of Unicode scalars.
struct ScalarSet: Sendable, Hashable {
    var ranges: [ClosedRange<UInt32>]
    var isNegated = false

    func contains(_ scalar: UInt32) -> Bool {
        ranges.contains { $0.contains(scalar) } != isNegated
    }

    static let digits = ScalarSet(ranges: [48...57])
    static let words = ScalarSet(ranges: [48...57, 65...90, 95...95, 97...122])
    static let spaces = ScalarSet(ranges: [9...13, 32...32])
    static let anything = ScalarSet(ranges: [10...10], isNegated: true)

    /// With ASCII letters of either case.
    var caseless: ScalarSet {
        var result = self
        for range in ranges {
            for (from, to) in [(UInt32(65), UInt32(97)), (97, 65)] {
                let low = max(range.lowerBound, from)
                let high = min(range.upperBound, from + 25)
                if low <= high { result.ranges.append(low - from + to...high - from + to) }
            }
        }
        return result
    }
}

/// A step of a pattern's program.
enum PatternInstruction: Sendable, Hashable {
    case scalar(ScalarSet)
    /// Both ways, the first one first.
    case split(Int, Int)
    case jump(Int)
    case start
    case end
    case edge(isWanted: Bool)
    case match
}

/// Runs a pattern's program over a text, all alternatives at once.
struct PatternMatcher {
    private let program: [PatternInstruction]
    private let text: [Unicode.Scalar]
    private var threads: [(pc: Int, start: Int)] = []
    private var following: [(pc: Int, start: Int)] = []
    private var marks: [Int]
    private var generation = 0
    private var stack: [Int] = []
    private var steps = 0

    init(_ program: [PatternInstruction], _ text: [Unicode.Scalar]) {
        self.program = program
        self.text = text
        marks = [Int](repeating: 0, count: program.count)
    }

    /// Whether the limit of steps was reached.
    var isExhausted: Bool { steps > Pattern.stepLimit }

    /// The first match that begins at or after a position.
    mutating func next(from first: Int) -> Range<Int>? {
        guard first <= text.count else { return nil }
        var found: Range<Int>?
        threads.removeAll(keepingCapacity: true)
        var position = first
        generation += 1
        while position <= text.count {
            if found == nil { add(0, start: position, at: position, following: false) }
            generation += 1
            if threads.isEmpty {
                if found != nil { break }
                position += 1
                continue
            }
            following.removeAll(keepingCapacity: true)
            for thread in threads {
                steps += 1
                switch program[thread.pc] {
                case .scalar(let set):
                    if position < text.count, set.contains(text[position].value) {
                        add(
                            thread.pc + 1, start: thread.start, at: position + 1, following: true)
                    }
                    continue
                case .match: found = thread.start..<position
                default: continue
                }
                // Whatever is behind it would be found later.
                break
            }
            if isExhausted { return nil }
            swap(&threads, &following)
            position += 1
        }
        return found
    }

    /// Adds a thread and all that it may go on to without taking a scalar, in order.
    private mutating func add(_ pc: Int, start: Int, at position: Int, following isNext: Bool) {
        stack.append(pc)
        while let pc = stack.popLast() {
            guard marks[pc] != generation else { continue }
            marks[pc] = generation
            steps += 1
            switch program[pc] {
            case .jump(let target): stack.append(target)
            case .split(let first, let second):
                stack.append(second)
                stack.append(first)
            case .start: if position == 0 { stack.append(pc + 1) }
            case .end: if position == text.count { stack.append(pc + 1) }
            case .edge(let isWanted): if isEdge(position) == isWanted { stack.append(pc + 1) }
            case .scalar, .match:
                if isNext {
                    following.append((pc, start))
                } else {
                    threads.append((pc, start))
                }
            }
        }
    }

    private func isEdge(_ position: Int) -> Bool {
        func isWord(_ place: Int) -> Bool {
            text.indices.contains(place) && ScalarSet.words.contains(text[place].value)
        }
        return isWord(position - 1) != isWord(position)
    }
}
