// SPDX-License-Identifier: Apache-2.0
import Foundation
import PoolCore
import Quantilizer
import Testing

@testable import PoolRuntime

/// Whatever is changed in a result document outside its timings is found.
@Suite struct ResultEditTests {
    /// Edits of each document; `QPOOL_EDITS=600` makes it more than ten thousand.
    static let edits = ProcessInfo.processInfo.environment["QPOOL_EDITS"].flatMap(Int.init) ?? 40

    /// Why a document is refused; nil where it is not.
    static func refusal(_ text: String) -> String? {
        do {
            let file = try ResultFile(text: text, path: "-")
            let spec = try JobCompiler.compile(file.job.node, resources: file.job.resources)
            return file.findings(spec).first
        } catch {
            return "\(error)"
        }
    }

    @Test(arguments: ResultJob.all) func whatWasWrittenIsRight(_ job: ResultJob) throws {
        #expect(Self.refusal(job.text) == nil)
        let file = try ResultFile(text: job.text, path: "-")
        let report = try ResultVerification.check(file.document, spec: job.spec)
        #expect(report.isValid, "\(report.findings)")
        #expect(ResultVerification.takesWholeJob(job.spec.job) || !report.unchecked.isEmpty)
        let again = ResultVerification.compare(
            file.document, with: try ResultFile.document(try ResultJob.document(job.spec).text))
        #expect(again.isValid && again.unchecked.isEmpty, "\(again.findings)")
        #expect(try ParsedResult(file.document).digest.count == 64)
    }

    @Test(arguments: ResultJob.all) func everyEditIsRefused(_ job: ResultJob) throws {
        var random = Words(state: UInt64(job.name.utf8.count) << 32 | 7)
        let bytes = Array(job.text.utf8)
        let timings = try #require(job.text.range(of: "\n  \"timings\""))
        let end = job.text.utf8.distance(from: job.text.startIndex, to: timings.lowerBound)
        var refused = 0
        while refused < Self.edits {
            let edited = Self.edit(bytes, end: end, &random)
            if edited == bytes { continue }
            let text = String(decoding: edited, as: UTF8.self)
            let isFound = Self.refusal(text) != nil
            #expect(isFound, "\(job.name): \(Self.change(bytes, edited))")
            if !isFound { break }
            refused += 1
        }
    }

    /// Timings are nobody's promise.
    @Test func timingsMayDiffer() {
        for job in ResultJob.all {
            let text = job.text.replacing("\"seconds\": 0.25", with: "\"seconds\": 1.50")
            #expect(text != job.text)
            #expect(Self.refusal(text) == nil)
        }
    }

    /// Another program's layout is refused unless it is asked for; what it says counts all the same.
    @Test func otherLayoutsSayTheSame() throws {
        let job = ResultJob.all[0]
        let line = try ResultFile.document(job.text).text()
        let file = try ResultFile(text: line, path: "-")
        #expect(file.findings(job.spec).count == 1)
        #expect(file.findings(job.spec, anyLayout: true).isEmpty)
        let wrong = try ResultFile(
            text: line.replacing("\"issued\":1500", with: "\"issued\":1501"), path: "-")
        #expect(!wrong.findings(job.spec, anyLayout: true).isEmpty)
    }

    // MARK: Edits

    static func edit(_ bytes: [UInt8], end: Int, _ random: inout Words) -> [UInt8] {
        var edited = bytes
        let place = random.below(end)
        switch random.below(8) {
        case 0: edited[place] = UInt8(32 + random.below(95))
        case 1: edited.remove(at: place)
        case 2: edited.insert(UInt8(32 + random.below(95)), at: place)
        case 3:
            // A digit of a number or of a digest.
            guard let digit = bytes[place..<end].firstIndex(where: { (48...57).contains($0) })
            else { return bytes }
            edited[digit] = UInt8(48 + random.below(10))
        case 4:
            // A letter of another size.
            guard
                let letter = bytes[place..<end].firstIndex(where: {
                    (65...90).contains($0 & 0xDF)
                })
            else { return bytes }
            edited[letter] ^= 0x20
        default:
            // A line, which is mostly a member, is deleted, doubled or moved.
            var lines = bytes[..<end].split(
                separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            let line = random.below(lines.count)
            switch random.below(3) {
            case 0: lines.remove(at: line)
            case 1: lines.insert(lines[line], at: random.below(lines.count))
            default: lines.insert(lines.remove(at: line), at: random.below(lines.count))
            }
            return Array(lines.joined(separator: [UInt8(ascii: "\n")])) + bytes[end...]
        }
        return edited
    }

    private static func change(_ before: [UInt8], _ after: [UInt8]) -> String {
        let place = zip(before, after).enumerated().first { $1.0 != $1.1 }?.offset ?? before.count
        let near = max(0, place - 40)..<min(after.count, place + 40)
        return "at byte \(place): …\(String(decoding: after[near], as: UTF8.self))…"
    }

    /// SplitMix64.
    struct Words {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }

        mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(max(1, bound))) }
    }
}

/// Changes by somebody who also makes the digest right again.
@Suite struct ForgedResultTests {
    /// The document with one leaf below the digest changed and the digest made right.
    static func forged(
        _ job: ResultJob, _ random: inout ResultEditTests.Words
    ) throws -> (text: String, path: String) {
        guard case .object(var members) = try ResultFile.document(job.text) else { return ("", "") }
        let below = members.indices.filter { $0 >= 5 && members[$0].0 != "timings" }
        var path = ""
        while path.isEmpty {
            let member = below[random.below(below.count)]
            var value = members[member].1
            if let inner = change(&value, &random) {
                path = members[member].0 + inner
                members[member].1 = value
            }
        }
        let body = below.map { members[$0] }
        members[4].1 = .string(Digest.hexadecimal(JSON.object(body).text().utf8))
        return (JSON.object(members).text(pretty: true) + "\n", path)
    }

    /// Changes one leaf; nil where there is none.
    private static func change(
        _ value: inout JSON, _ random: inout ResultEditTests.Words
    ) -> String? {
        switch value {
        case .null: value = .number(1)
        case .bool(let truth): value = .bool(!truth)
        case .integer(let count): value = .integer(count &+ 1)
        case .number(let number): value = .number(number == 0 ? 1e-9 : number * (1 + 1e-15 * 4))
        case .string(let text): value = .string(text + " ")
        case .array(var items):
            if items.isEmpty { return nil }
            let place = random.below(items.count)
            let inner = change(&items[place], &random)
            value = .array(items)
            return inner.map { "[\(place)]" + $0 }
        case .object(var members):
            if members.isEmpty { return nil }
            let place = random.below(members.count)
            let inner = change(&members[place].1, &random)
            value = .object(members)
            return inner.map { ".\(members[place].0)" + $0 }
        }
        return ""
    }

    /// Run again, the job shows whatever was changed.
    @Test(arguments: ResultJob.all) func theWholeJobFindsAll(_ job: ResultJob) throws {
        var random = ResultEditTests.Words(state: 11)
        let made = try ResultFile.document(job.text)
        for _ in 0..<ResultEditTests.edits {
            let (text, path) = try Self.forged(job, &random)
            let file = try ResultFile(text: text, path: "-")
            #expect(file.findings(job.spec).isEmpty, "the digest was made right: \(path)")
            let report = ResultVerification.compare(file.document, with: made)
            #expect(!report.isValid, "\(job.name): \(path)")
        }
    }

    /// Without running it: what the job, the counts and the receipts imply.
    @Test(arguments: ResultJob.all.filter { !ResultVerification.takesWholeJob($0.spec.job) })
    func whatOthersImplyIsFound(_ job: ResultJob) throws {
        let implied = [
            "kept", "certificate.amplification", "certificate.bits", "certificate.statement",
            "certificate.issued", "certificate.kept", "certificate.confidence",
            "threshold.confidence",
            "threshold.tail_mass", "threshold.tail_mass_interval[0]", "utility_name", "quantile",
            "draws[0].utility", "draws[0].value[1]", "draws[0].index", "draws[0].fallback",
        ]
        let free = job.name == "value" || job.name == "pilot" || job.name == "width"
        for path in implied {
            // A pair of counts that agrees with all else is another result, not a wrong one.
            if free, ["certificate.issued", "kept"].contains(path) { continue }
            if job.name == "screened", path.hasPrefix("threshold.tail_mass") { continue }
            var document = try ResultFile.document(job.text)
            try Self.change(&document, at: path)
            let report: VerificationReport
            do {
                report = try ResultVerification.check(document, spec: job.spec)
            } catch {
                continue
            }
            #expect(!report.isValid, "\(job.name): \(path)")
        }
        if let cost = job.spec.job.costs.first {
            var document = try ResultFile.document(job.text)
            try Self.change(&document, at: "costs.\(cost.name).bound")
            #expect(try !ResultVerification.check(document, spec: job.spec).isValid)
        }
    }

    private static func change(_ value: inout JSON, at path: String) throws {
        let steps = path.replacing("[", with: ".").replacing("]", with: "").split(separator: ".")
        func go(_ value: inout JSON, _ steps: ArraySlice<Substring>) throws {
            guard let step = steps.first else {
                var random = ResultEditTests.Words(state: 1)
                _ = change(&value, &random)
                return
            }
            switch value {
            case .object(var members):
                let place = try #require(members.firstIndex { $0.0 == step }, "\(path)")
                try go(&members[place].1, steps.dropFirst())
                value = .object(members)
            case .array(var items):
                try go(&items[try #require(Int(step))], steps.dropFirst())
                value = .array(items)
            default: Issue.record("\(path)")
            }
        }
        try go(&value, steps[...])
    }
}
