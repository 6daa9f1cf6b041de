// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Quantilizer

@Suite struct HistogramTests {
    /// Values counted one by one, without a thought of speed: the least width that holds them.
    private func counted(_ values: [Double], most: Int) -> Histogram {
        var result = Histogram(most: most)
        result.nan = UInt64(values.count { $0.isNaN })
        result.positiveInfinite = UInt64(values.count { $0 == .infinity })
        result.negativeInfinite = UInt64(values.count { $0 == -.infinity })
        let finite = values.filter(\.isFinite)
        guard let magnitude = finite.map(\.magnitude).max() else { return result }
        func bins(_ exponent: Int) -> [Int] {
            finite.map { value in
                let place = value * Double(sign: .plus, exponent: -exponent, significand: 1)
                return place == 0 && value < 0 ? -1 : Int(place.rounded(.down))
            }
        }
        var exponent = magnitude == 0 ? -1000 : max(-1000, Int(magnitude.exponent) - 40)
        while bins(exponent).max()! - bins(exponent).min()! >= most { exponent += 1 }
        let found = bins(exponent)
        result.exponent = exponent
        result.first = found.min()!
        result.counts = [UInt64](repeating: 0, count: found.max()! - found.min()! + 1)
        for bin in found { result.counts[bin - result.first] += 1 }
        return result
    }

    private func collected(_ values: [Double], most: Int, block: Int = 256) -> Histogram {
        var collector = HistogramCollector(most: most)
        var columns = Columns(count: 1, capacity: block)
        for start in stride(from: 0, to: values.count, by: block) {
            let part = values[start..<min(values.count, start + block)]
            for (lane, value) in part.enumerated() { columns[0, lane] = value }
            collector.add(columns, column: 0, lanes: part.count)
        }
        return collector.histogram
    }

    /// Columns of all kinds: narrow, wide, ties, one value, signs, extremes and what is no number.
    private static let columns: [(name: String, values: [Double])] = {
        var random = SplitMix(state: 5)
        func unit() -> Double { Double(random.next() >> 11) * 0x1p-53 }
        let even = (0..<3000).map { _ in unit() }
        return [
            ("even", even), ("shifted", even.map { 1e6 + $0 }),
            ("far and narrow", even.map { 1e12 + $0 * 1e-6 }),
            ("heavy", even.map { 1 / max($0, 1e-12) - 1 / max(1 - $0, 1e-12) }),
            ("growing", (0..<3000).map { Double($0) * Double($0) }),
            ("shrinking", (0..<3000).map { -1e9 / Double($0 + 1) }),
            ("ties", even.map { ($0 * 9).rounded() - 4 }), ("alike", even.map { _ in 2.5 }),
            ("nothing", even.map { _ in 0 }), ("minus nothing", even.map { _ in -0.0 }),
            (
                "none finite",
                even.map { $0 < 0.3 ? .nan : $0 < 0.6 ? .infinity : -.infinity }
            ),
            (
                "some finite",
                even.map { $0 < 0.1 ? .nan : $0 < 0.2 ? .infinity : $0 < 0.3 ? -.infinity : $0 }
            ),
            (
                "the largest",
                even.map { ($0 < 0.5 ? -1 : 1) * Double.greatestFiniteMagnitude * $0 }
                    + [.greatestFiniteMagnitude, -.greatestFiniteMagnitude]
            ),
            (
                "the least",
                even.map { ($0 < 0.5 ? -1 : 1) * Double.leastNonzeroMagnitude * ($0 * 9).rounded() }
            ),
            (
                "the least beside one",
                even.map { $0 < 0.5 ? -.leastNonzeroMagnitude : $0 } + [1e300, -1e-300]
            ),
        ]
    }()

    @Test(arguments: [16, 17, 200, 256, 4096]) func countsAreThoseOfEachValue(_ most: Int) {
        for (name, values) in Self.columns {
            let expected = counted(values, most: most)
            #expect(collected(values, most: most) == expected, "\(name), \(most)")
            #expect(collected(values, most: most, block: 7) == expected, "\(name), \(most)")
            #expect(expected.total == UInt64(values.count), "\(name)")
            #expect(expected.counts.count <= most && expected.isSound, "\(name)")
        }
    }

    /// Parts cut anywhere and joined in any order are the whole, to the bit.
    @Test(arguments: 0..<20) func anyCutInAnyOrder(_ seed: Int) throws {
        var random = SplitMix(state: UInt64(seed))
        for (name, values) in Self.columns {
            let most = [16, 200, 256][Int(random.next() % 3)]
            var parts: [Histogram] = []
            var start = 0
            while start < values.count {
                let end = min(values.count, start + 1 + Int(random.next() % 700))
                parts.append(collected(Array(values[start..<end]), most: most))
                start = end
            }
            while parts.count > 1 {
                let one = parts.remove(at: Int(random.next() % UInt64(parts.count)))
                let place = Int(random.next() % UInt64(parts.count))
                parts[place] =
                    random.next() % 2 == 0
                    ? one.combined(with: parts[place]) : parts[place].combined(with: one)
            }
            #expect(parts == [counted(values, most: most)], "\(name), \(most)")
        }
    }

    /// The top's histogram is that of its samples, where ties are cut by their labels too.
    @Test func theTopIsCountedExactly() throws {
        for (name, values) in Self.columns where values.contains(where: \.isFinite) {
            let whole = counted(values, most: 200)
            let ranked = values.filter { !$0.isNaN }.sorted(by: >)
            for kept in [1, 2, 30, 1500, ranked.count] where kept <= ranked.count {
                let threshold = ranked[kept - 1]
                let top = whole.top(UInt64(kept), from: threshold)
                guard threshold.isFinite else {
                    #expect(top == nil)
                    continue
                }
                let found = try #require(top, "\(name), \(kept)")
                #expect(found.total == UInt64(kept))
                let best = Array(ranked.prefix(kept)).filter(\.isFinite)
                for (position, count) in found.counts.enumerated() {
                    let place = position + found.first - whole.first
                    let inside = best.count { whole.place(of: $0) == place }
                    #expect(count == UInt64(inside), "\(name), \(kept)")
                }
            }
        }
        // What the bins do not hold is none.
        let whole = counted(Self.columns[0].values, most: 200)
        #expect(whole.top(3001, from: 0) == nil)
        #expect(whole.top(1, from: 0) == nil)
        #expect(whole.top(5, from: 2) == nil)
        #expect(whole.top(5, from: .nan) == nil)
    }

    // MARK: Jobs

    private static func job(
        _ samples: UInt64 = 40_000, _ method: MethodChoice = .exact
    ) -> CompiledJob {
        var settings = JobSettings(
            seed: 9, samples: samples, quantiles: [0.05], draws: 4, method: method)
        settings.histogram = 200
        return unitJob(
            settings, utilities: [{ 1 / $0 }, { ($0 * 9).rounded() }],
            costs: [{ $0 < 0.01 ? .nan : $0 > 0.99 ? .infinity : $0 - 0.5 }])
    }

    /// The columns of the first samples of a job.
    private static func values(_ job: CompiledJob, _ samples: UInt64) -> [[Double]] {
        let all = RangeEvaluator(job: job).evaluate(indices: 0..<samples)
        return job.utilities.indices.map { column in all.map { $0.utilities[column] } }
            + job.costs.indices.map { column in all.map { $0.costs[column] } }
    }

    /// Cuts, order, repetition, hints, crashes and what was encoded on the way change no count.
    @Test(arguments: 0..<6) func theSameOfAnyWay(_ seed: Int) throws {
        for method in [MethodChoice.exact, .band(cut: 0.01), .impact(width: nil)] {
            var job = Self.job(20_000, method)
            if method.name == "impact" {
                var settings = job.settings
                settings.histogram = 200
                job = CompiledJob(
                    settings: settings, base: job.base, utilities: [job.utilities[0]],
                    costs: job.costs, auxiliary: job.utilities[1])
            }
            let expected = Self.values(job, 20_000).map { counted($0, most: 200) }
            let plain = try #require(run(job).result)
            #expect(plain.histograms == expected)
            #expect(plain.histograms.allSatisfy { $0.total == plain.issued })
            let shuffled = try runShuffled(job, seed: UInt64(seed))
            // Other numbers of theirs are no numbers, which nothing equals.
            #expect(try #require(shuffled.result).histograms == plain.histograms)
        }
    }

    /// Several rounds, as small buffers make them.
    @Test func streamedAsWhole() throws {
        var job = Self.job(1 << 17)
        job.settings.memoryBytes = 1 << 20
        let machine = run(job, level: 12)
        let result = try #require(machine.result)
        #expect(result.work.contains { $0.name == "rounds" && $0.value > 1 })
        #expect(result.histograms == Self.values(job, 1 << 17).map { counted($0, most: 200) })
        #expect(machine.histograms == result.histograms)
    }

    /// While it runs a job has the counts of what is done.
    @Test func whatIsDoneIsSeen() throws {
        let job = Self.job()
        var machine = JobMachine(job: job)
        #expect(machine.histograms.map(\.total) == [0, 0, 0])
        let round = try #require(machine.currentRound)
        let range = try #require(DyadicRange(start: 0, level: 12))
        _ = machine.merge(RangeEvaluator(job: job).evaluate(round: round, range: range))
        #expect(machine.histograms == Self.values(job, 4096).map { counted($0, most: 200) })
        var other = job
        other.settings.histogram = nil
        #expect(JobMachine(job: other).histograms.isEmpty)
        #expect(try #require(run(other).result).histograms.isEmpty)
    }

    /// More samples are the samples of the larger job, where the last block was not whole too.
    @Test func extendedAsWhole() throws {
        for (samples, more) in [(UInt64(10_100), UInt64(30_500)), (4096, 4097)] {
            var machine = run(Self.job(samples))
            machine = try JobMachine(job: Self.job(samples), snapshot: machine.snapshot())
            try machine.extend(
                to: JobExtent(samples: more, draws: 4, looks: [samples]))
            let result = try #require(run(machine).result)
            #expect(
                result.histograms
                    == Self.values(Self.job(more), more).map { counted($0, most: 200) })
        }
    }

    /// Every way of asking for as many samples as it takes counts those that were issued.
    @Test func otherMethodsCountWhatTheyIssue() throws {
        for method in [
            MethodChoice.bestOfN, .threshold(.value(10), maximumSamples: 20_000),
            .threshold(.pilot(2_000), maximumSamples: 20_000),
        ] {
            var job = Self.job(50, method)
            job.settings.draws = 20
            let result = try #require(run(job).result)
            #expect(result.issued > 100)
            #expect(
                result.histograms == Self.values(job, result.issued).map { counted($0, most: 200) },
                "\(method.name)")
        }
    }

    /// Counts that their columns do not have are refused.
    @Test func forgedCountsAreRefused() throws {
        let job = Self.job()
        let round = try #require(JobMachine(job: job).currentRound)
        let range = try #require(DyadicRange(start: 0, level: 12))
        let honest = RangeEvaluator(job: job).evaluate(round: round, range: range)
        let again = try Partial(decoding: honest.encode(), round: round, job: job)
        #expect(again.encode() == honest.encode())
        #expect(again.tally.histograms == honest.tally.histograms)
        let forgeries: [(inout Histogram) -> Void] = [
            { $0.counts[0] += 1 }, { $0.counts[0] = 0 }, { $0.counts[0] = 1 << 63 },
            { $0.nan += 1 }, { $0.positiveInfinite = 3 }, { $0.exponent = 1022 },
            { $0.exponent = -1001 }, { $0.first = 1 << 42 }, { $0.first = .min },
            { $0.counts += [UInt64](repeating: 1, count: 200) }, { $0.counts = [] },
            {
                $0.counts[0] &+= 1 << 63
                $0.counts[1] &+= 1 << 63
            },
        ]
        for (number, forge) in forgeries.enumerated() {
            var partial = honest
            forge(&partial.tally.histograms[0])
            #expect(throws: DecodingFailure.self, "\(number)") {
                try Partial(decoding: partial.encode(), round: round, job: job)
            }
        }
    }

    @Test func hostileBytesDoNotTrap() throws {
        let job = Self.job()
        let round = try #require(JobMachine(job: job).currentRound)
        let range = try #require(DyadicRange(start: 0, level: 12))
        let bytes = RangeEvaluator(job: job).evaluate(round: round, range: range).encode()
        for length in stride(from: 0, to: bytes.count, by: 11) {
            #expect(throws: DecodingFailure.self) {
                try Partial(decoding: bytes[..<length], round: round, job: job)
            }
        }
        var random = SplitMix(state: 4)
        var read = 0
        var begun = JobMachine(job: job)
        _ = begun.merge(try Partial(decoding: bytes, round: round, job: job))
        let snapshot = begun.snapshot()
        for _ in 0..<1_000 {
            var changed = bytes
            changed[Int(random.next() % UInt64(bytes.count))] ^= 1 << UInt8(random.next() % 8)
            if let partial = try? Partial(decoding: changed, round: round, job: job) {
                read += 1
                var machine = JobMachine(job: job)
                _ = machine.merge(partial)
                #expect(machine.histograms.count == 3)
            }
            var broken = snapshot
            broken[Int(random.next() % UInt64(snapshot.count))] ^= 1 << UInt8(random.next() % 8)
            if let machine = try? JobMachine(job: job, snapshot: broken) {
                #expect(machine.histograms.count == 3)
            }
        }
        #expect(read > 0)
    }

    // MARK: Documents

    private let file: JobNode = [
        "base": "normal", "utilities": ["u": "x[0]", "v": "1/x[0]"], "quantile": 0.1,
        "samples": 2000, "cost": "x[0] > 1",
    ]

    @Test func howManyBinsTheJobSays() throws {
        let none = try JobSpec.parse(file)
        #expect(none.job.settings.histogram == nil)
        // A job that asks for none is the job it always was.
        #expect(!none.identity.text().contains("histogram"))
        let refused = try JobSpec.parse(file.with("histogram", "false"))
        #expect(refused.identity.text() == none.identity.text())
        let usual = try JobSpec.parse(file.with("histogram", "true"))
        #expect(usual.job.settings.histogram == 256)
        #expect(usual.identity.text() != none.identity.text())
        #expect(
            try JobSpec.parse(file.with("histogram", 256)).identity.text() == usual.identity.text())
        #expect(try JobSpec.parse(JobNode(usual.normalised)).job.settings.histogram == 256)
        for wrong: JobNode in [0, 15, 4097, "yes", [200], 20.5] {
            #expect(throws: JobError.self) { try JobSpec.parse(file.with("histogram", wrong)) }
        }
        #expect(throws: Never.self) { try JobSpec.parse(file.with("histogram", 4096)) }
        var many: JobNode = [:]
        for number in 0..<256 { many = many.with("c\(number)", "x[0]") }
        let costly = file.with("cost", nil).with("costs", many)
        #expect(throws: JobError.self) { try JobSpec.parse(costly.with("histogram", 256)) }
        #expect(throws: Never.self) { try JobSpec.parse(costly.with("histogram", 200)) }
        let one = file.with("utilities", nil).with("utility", "x[0]").with("histogram", "true")
        #expect(throws: Never.self) { try JobSpec.parse(one) }
        for wrong in [
            one.with("method", "splitting").with("samples", nil),
            one.with("method", "cross-entropy").with("samples", nil),
            one.with("event", "x[0] > 1").with("quantile", nil).with("cost", nil),
            one.with("sweep", ["quantiles": [0.1, 0.2]]).with("quantile", nil),
        ] {
            let error = #expect(throws: JobError.self) { try JobSpec.parse(wrong) }
            #expect(
                try #require(error).diagnostics.contains { $0.path == "histogram" },
                "\(String(describing: error))")
        }
    }

    private func document(_ histogram: JobNode?) throws -> (spec: JobSpec, document: JSON) {
        let spec = try JobSpec.parse(file.with("histogram", histogram))
        let result = try #require(run(spec.job).result)
        return (spec, ResultJSON(result, spec: spec).document(id: nil, digest: ""))
    }

    @Test func aDocumentSaysWhatWasCounted() throws {
        let (spec, document) = try document(200)
        let parsed = try ParsedResult(document)
        let result = try #require(run(spec.job).result)
        let said = parsed.utilityHistograms + parsed.costHistograms
        #expect(said.map(\.name) == ["u", "v", "cost"])
        for (one, other) in zip(said.map(\.histogram), result.histograms) {
            #expect(one.json.text() == other.json.text())
        }
        #expect(try #require(parsed.histogram(ofCost: "cost")).finite == 2000)
        #expect(parsed.histogram(ofUtility: "cost") == nil)
        #expect(try ResultVerification.check(document, spec: spec).isValid)
        let (plain, without) = try self.document(nil)
        #expect(without["histograms"] == nil)
        #expect(try ParsedResult(without).utilityHistograms.isEmpty)
        #expect(try ResultVerification.check(without, spec: plain).isValid)
        // With and without, in the place of the other.
        #expect(try !ResultVerification.check(without, spec: spec).isValid)
        #expect(try !ResultVerification.check(document, spec: plain).isValid)
    }

    /// Counts that do not go with the rest of a document are found without running its job.
    @Test func editedCountsAreFound() throws {
        let (spec, document) = try document(200)
        func edited(_ name: String, _ edit: (inout Histogram) -> Void) throws -> JSON {
            guard case .object(var members) = document,
                let place = members.firstIndex(where: { $0.0 == "histograms" }),
                case .object(var kinds) = members[place].1,
                case .object(var utilities) = kinds[0].1,
                let row = utilities.firstIndex(where: { $0.0 == name })
            else { throw JobError(at: nil, path: "", "no histogram of \(name)") }
            var histogram = try #require(ParsedResult(document).histogram(ofUtility: name))
            edit(&histogram)
            utilities[row].1 = histogram.json
            kinds[0].1 = .object(utilities)
            members[place].1 = .object(kinds)
            return .object(members)
        }
        #expect(try ResultVerification.check(edited("u") { _ in }, spec: spec).isValid)
        let edits: [(inout Histogram) -> Void] = [
            { $0.counts[0] += 1 }, { $0.nan += 1 }, { $0.positiveInfinite += 1 },
            {
                $0.counts[$0.place(of: 0) ?? 0] -= 1
                $0.nan += 1
            },
            {
                // From the middle to the top, which then holds too many.
                let middle = $0.counts.count / 2
                $0.counts[$0.counts.count - 1] += $0.counts[middle]
                $0.counts[middle] = 0
                $0.counts[$0.counts.count - 1] += $0.counts[middle + 1]
                $0.counts[middle + 1] = 0
            },
            { $0.first += 3 }, { $0.counts.append(1) },
        ]
        for (number, edit) in edits.enumerated() {
            let report = try ResultVerification.check(edited("u", edit), spec: spec)
            #expect(report.findings.contains { $0.hasPrefix("histograms") }, "\(number)")
        }
    }
}
