// SPDX-License-Identifier: Apache-2.0
import Quantilizer
import Testing

@Suite struct JobReaderTests {
    func scalar(_ text: String, quoted: Bool = false) -> JobNode {
        JobNode(.scalar(text, quoted: quoted), at: SourcePosition(line: 3, column: 5))
    }

    @Test(arguments: [
        ("1e8", 1e8), ("1_000.5", 1000.5), ("1%", 0.01), ("-2.5e-3", -0.0025), ("0.1%", 0.001),
        ("+.5", 0.5), ("5.", 5), ("1e-400", 0), ("7e2%", 7),
    ])
    func numbers(text: String, value: Double) throws {
        #expect(try scalar(text).double(path: "x") == value)
    }

    @Test(arguments: [
        "", "-", "e5", "0x10", "nan", "inf", "1e400", "1__0", "_1", "1_", "1 ", "1e", "1e+-3", "%",
        "1.2.3", "1e9999999",
    ])
    func notNumbers(text: String) {
        #expect(throws: JobError.self) { try scalar(text).double(path: "x") }
        #expect(throws: JobError.self) { try scalar(text).integer(path: "x", in: .min ... .max) }
    }

    @Test(arguments: [
        ("1M", 1_000_000), ("1 M", 1_000_000), ("12.5 k", 12_500), ("3K", 3_000),
        ("2G", 2_000_000_000),
        ("1T", 1_000_000_000_000), ("0.001M", 1_000), ("1e3k", 1_000_000), ("-2k", -2_000),
    ])
    func countsWithUnits(text: String, value: Int) throws {
        #expect(try scalar(text).integer(path: "x", in: .min ... .max) == value)
        #expect(CountText.read(text) == UInt64(exactly: value))
        // A probability or a price has no such unit.
        #expect(throws: JobError.self) { try scalar(text).double(path: "x") }
    }

    @Test(arguments: ["1m", "M", " M", "1  M", "1 MM", "1.5", "1M%", "1Mk", "k1", "99999999T"])
    func noCounts(text: String) {
        #expect(throws: JobError.self) { try scalar(text).integer(path: "x", in: .min ... .max) }
        #expect(CountText.read(text) == nil)
    }

    @Test func quotedIsNeverANumber() {
        #expect(throws: JobError.self) { try scalar("1", quoted: true).double(path: "x") }
    }

    @Test(arguments: [
        ("1e8", 100_000_000), ("1_000_000", 1_000_000), ("2.50e1", 25), ("100%", 1), ("-0", 0),
        ("9223372036854775807", Int.max), ("-9223372036854775808", Int.min), ("12e0", 12),
    ])
    func wholeNumbers(text: String, value: Int) throws {
        #expect(try scalar(text).integer(path: "x", in: .min ... .max) == value)
    }

    @Test(arguments: ["1.5", "9223372036854775808", "1e19", "1%", "1e-1"])
    func notWholeNumbers(text: String) {
        #expect(throws: JobError.self) { try scalar(text).integer(path: "x", in: .min ... .max) }
    }

    @Test func rangesSayWhatTheyAllow() throws {
        let error = #expect(throws: JobError.self) {
            try scalar("0").double(path: "base.gamma.shape", in: .positive)
        }
        #expect(
            error?.description == "3:5: base.gamma.shape: expected a number above 0, found `0`")
        #expect(JobRange.fraction.words == "a number above 0 and at most 1")
        #expect(!JobRange.finite.contains(.infinity) && !JobRange.finite.contains(.nan))
    }

    @Test func mappingCollectsEverything() {
        let at = SourcePosition(line: 1, column: 1)
        let node = JobNode(
            .mapping([
                ("shpae", at, scalar("1")), ("scale", at, scalar("-1")), ("scale", at, scalar("1")),
            ]), at: at)
        var map = JobMapping(node, path: "gamma", keys: ["shape", "scale"])
        #expect(map.double("shape", in: .positive) == nil)
        #expect(map.double("scale", in: .positive) == 1)
        #expect(map.double("missing", default: 7) == 7)
        let error = #expect(throws: JobError.self) { try map.finish() }
        #expect(
            error?.diagnostics.map(\.message) == [
                "unknown key `shpae`: did you mean `shape`?", "key `scale` is given twice",
                "missing key `shape`",
            ])
    }

    @Test func nearestNames() {
        let names = ["normal", "lognormal", "gamma", "gumbel"]
        #expect(NearestName.find("nromal", among: names) == "normal")
        #expect(NearestName.find("Gama", among: names) == "gamma")
        #expect(NearestName.find("weibull", among: names) == nil)
        #expect(NearestName.hint("zz", among: ["a", "b"]) == "valid are `a`, `b`")
    }
}
