// SPDX-License-Identifier: Apache-2.0

/// `search`: parameters w of a reward F_w such that what the q-quantilizer of F_w returns does well by a
/// criterion C that the quantilizer never sees.
///
/// A generation's candidates are tried on the same samples, so that they differ by themselves; each
/// generation has samples of its own. The chosen w is tried once more on fresh samples, so that what is
/// reported was not selected.
///
/// **Source**: steps along a smoothed score: Nesterov and Spokoiny 2017,
/// doi:10.1007/s10208-015-9296-2.
struct SearchMethod: Method {
    private let settings: SearchSettings
    private var generation = 0
    /// Where the candidates are about, as shares of the box.
    private var centre: [Double]
    /// The best candidate so far, and its score.
    private var best: (place: [Double], score: Double)
    private var gradient: [Double]
    private var rows: [Generation] = []

    /// What a generation found.
    struct Generation: Sendable, Equatable {
        var spread = 0.0
        var mean = 0.0
        var best = 0.0
        var reward = 0.0
        var centre: [Double] = []
        /// (1/σ) E[ε f], in units of the parameters.
        var gradient: [Double] = []
    }

    init(settings: SearchSettings) {
        self.settings = settings
        centre = settings.parameters.map { _ in 0.5 }
        gradient = settings.parameters.map { _ in 0 }
        best = (centre, -.infinity)
    }

    mutating func begin(job: CompiledJob, number: Int) -> MethodStep { round(job, number) }

    mutating func advance(
        _ merger: consuming RoundMerger, _ context: MethodContext
    ) -> MethodStep {
        let records = merger.records(TrialRecord.self)
        guard generation < settings.generations else {
            return .result(
                SearchReport(
                    settings: settings, chosen: chosen, score: best.score, rows: rows,
                    records: records
                ).result(context))
        }
        follow(records, job: context.job)
        generation += 1
        return round(context.job, context.nextRound)
    }

    // MARK: Candidates

    /// Where the search has come to.
    private var chosen: [Double] { settings.way == .evolution ? centre : best.place }

    private func values(_ place: [Double]) -> [Double] {
        zip(settings.parameters, place).map { $0.value(at: $1) }
    }

    private func round(_ job: CompiledJob, _ number: Int) -> MethodStep {
        let isLast = generation == settings.generations
        let pass = SearchPass(
            candidates: isLast
                ? [[Double]](repeating: values(chosen), count: settings.replicates)
                : places(job).map { values($0) },
            first: UInt64(generation) * UInt64(settings.stride),
            stride: isLast ? UInt64(settings.stride) : 0,
            evaluations: UInt64(settings.samples * (job.search?.bases ?? 1)))
        return .round(
            Round(
                number: number, domain: .pilot, range: pass.range, task: .slots(SlotWork(pass)),
                measures: false))
    }

    /// A generation's candidates as shares of the box; of evolution in pairs ±ε.
    private func places(_ job: CompiledJob) -> [[Double]] {
        switch settings.way {
        case .random:
            let stream = RandomStream(seed: job.settings.seed, domain: .resample)
            return (0..<settings.population).map { candidate in
                centre.indices.map { parameter in
                    let word = stream.word(
                        index: UInt64(generation * settings.population + candidate),
                        block: UInt32(parameter))
                    return (Double(word >> 11) + 0.5) * 0x1p-53
                }
            }
        case .evolution:
            let spread = settings.spread(generation)
            return steps(job).flatMap { step in
                [1.0, -1].map { side in
                    zip(centre, step).map { min(1, max(0, $0 + side * spread * $1)) }
                }
            }
        }
    }

    /// The normals ε of a generation's pairs.
    private func steps(_ job: CompiledJob) -> [[Double]] {
        let stream = RandomStream(seed: job.settings.seed, domain: .resample)
        return (0..<settings.population / 2).map { pair in
            centre.indices.map { parameter in
                stream.normals(
                    index: UInt64(generation * settings.population + pair),
                    block: UInt32(parameter)
                ).0
            }
        }
    }

    private mutating func follow(_ records: [TrialRecord], job: CompiledJob) {
        // A criterion that is not a number is worse than all.
        let finite = records.map(\.home.criterion).filter(\.isFinite)
        let least = finite.min() ?? 0
        let scores = records.map { $0.home.criterion.isFinite ? $0.home.criterion : least }
        let places = places(job)
        let mean = scores.reduce(0, +) / Double(scores.count)
        var row = Generation()
        row.mean = mean
        row.best = scores.max() ?? .nan
        row.reward = records.reduce(0) { $0 + $1.home.reward } / Double(records.count)
        row.spread = settings.way == .evolution ? settings.spread(generation) : 0
        for (place, score) in zip(places, scores) where score > best.score {
            best = (place, score)
        }
        if settings.way == .evolution {
            let count = Double(scores.count)
            let variance = scores.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
            let steps = steps(job)
            for parameter in centre.indices {
                var sum = 0.0
                for (pair, step) in steps.enumerated() {
                    sum += step[parameter] * (scores[2 * pair] - scores[2 * pair + 1])
                }
                let range =
                    settings.parameters[parameter].upper
                    - settings.parameters[parameter].lower
                gradient[parameter] = sum / count / (row.spread * range)
                // In units of the scores' own spread, so that their scale does not matter.
                let own = variance > 0 ? sum / count / variance.squareRoot() : 0
                centre[parameter] = min(
                    1, max(0, centre[parameter] + settings.rate * row.spread * own))
            }
            row.gradient = gradient
        } else {
            centre = best.place
            row.gradient = centre.map { _ in .nan }
        }
        row.centre = values(settings.way == .evolution ? centre : best.place)
        rows.append(row)
    }

    // MARK: The rest of a method

    func expectedSamples(job: CompiledJob) -> UInt64 {
        settings.issued(bases: job.search?.bases ?? 1)
    }

    func running(_ merger: RoundMerger, job: CompiledJob) -> RunningRanks? { nil }

    func write(to writer: inout ByteWriter) {
        writer.write(count: generation)
        for x in centre + best.place + gradient { writer.write(x) }
        writer.write(best.score)
        for row in rows {
            for x in [row.spread, row.mean, row.best, row.reward] + row.centre + row.gradient {
                writer.write(x)
            }
        }
    }

    mutating func read(
        from reader: inout ByteReader, job: CompiledJob
    ) throws(DecodingFailure) {
        generation = try reader.count(
            limit: settings.generations, bytesEach: 0, of: "generations")
        let width = centre.count
        func numbers() throws(DecodingFailure) -> [Double] {
            var list: [Double] = []
            for _ in 0..<width { list.append(try reader.double()) }
            return list
        }
        centre = try numbers()
        best.place = try numbers()
        gradient = try numbers()
        best.score = try reader.double()
        guard (centre + best.place).allSatisfy({ (0...1).contains($0) }) else {
            throw DecodingFailure("a candidate outside the box")
        }
        rows = []
        for _ in 0..<generation {
            var row = Generation()
            row.spread = try reader.double()
            row.mean = try reader.double()
            row.best = try reader.double()
            row.reward = try reader.double()
            row.centre = try numbers()
            row.gradient = try numbers()
            rows.append(row)
        }
    }
}
